"""XORSAT: linear equations over GF(2), the diluted p-spin glass of ±1 couplings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import integer
from sgq.models import Integers
from sgq.parity import ParityEquations
from sgq.problem import Seed
from sgq_problems.constraints import DEFAULT_K, MOST_VARIABLES
from sgq_problems.generalized import GeneralizedSat, given_fields, random_fields

_AT_ONCE = 1 << 24  # coefficients up to which the builder eliminates, in some 0.2 s


class XorSat(GeneralizedSat):
    """Equations x_a ⊕ x_b ⊕ … = 0 or 1, violated where the parity is the other one.

    `members` holds them as the literals of which an odd number must be true: the first variable of an equation is
    negated where the right side is 0.
    """

    @staticmethod
    def violating_counts(length: int) -> NDArray[np.bool_]:
        """Even counts."""
        table: NDArray[np.bool_] = np.arange(length + 1) % 2 == 0
        return table

    @property
    def equations(self) -> ParityEquations:
        """The equations for `gaussian-elimination`, their variables counted from 0."""
        return ParityEquations(self.num_vars, np.abs(self.members) - 1, self.offsets, self.right_sides)

    @property
    def right_sides(self) -> NDArray[np.int8]:
        """Right sides, shape (equations,): 1 ⊕ the number of negated variables."""
        owner = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))
        negated = np.bincount(owner[self.members < 0], minlength=len(self.offsets) - 1)
        return ((negated + 1) % 2).astype(np.int8)

    @property
    def instance(self) -> Any:
        """The equations as pairs: variables, right side."""
        members, offsets = np.abs(self.members).tolist(), self.offsets.tolist()
        sides = self.right_sides.tolist()
        return [(tuple(members[a:b]), side) for (a, b), side in zip(pairwise(offsets), sides, strict=True)]


def xor_sat(
    *,
    n: int | None = None,
    k: int = DEFAULT_K,
    m: int | None = None,
    alpha: float | None = None,
    planted: bool = False,
    equations: Sequence[tuple[Sequence[int], int]] | None = None,
    seed: Seed = None,
) -> XorSat:
    """Draw random K-XORSAT [1]_, or take it equation by equation.

    A random equation sums `k` different variables to 0 or 1, each with probability 1/2; an equation may come twice.

    Parameters
    ----------
    n
        Number of variables, 1 … n. With `equations` it may be left out: the largest variable that stands there.
    k
        Variables per random equation; 3 because it is the smallest with a transition like that of 3-SAT.
    m, alpha
        Number of random equations, or their number per variable: m = round(alpha n). One of the two. For k = 3 they
        have a solution with high probability below alpha = 0.918, and solutions form clusters above 0.818 [1]_.
    planted
        Take as right sides the sums of a hidden, uniformly random assignment, so that it solves all equations.
    equations
        Pairs of variables 1 … n, each once, and right side 0 or 1; they take no option of random ones. If
        `k` is another than 3, all have this number of variables.
    seed
        Equal seeds give equal instances.

    Returns
    -------
    XorSat
        With energy = number of violated equations. `ground_energy` is 0 where they have a solution: always if
        planted, and up to n m = 2^24, some 0.2 s of elimination, if not; else None, also where they have none.
        `gaussian-elimination` decides at any size.

    Raises
    ------
    ValueError
        If k > n, not exactly one of `m` and `alpha` is given, or an equation is empty, holds a variable outside
        1 … n or one twice, or has a right side other than 0 and 1.

    References
    ----------
    .. [1] M. Mézard, F. Ricci-Tersenghi, R. Zecchina, J. Stat. Phys. 111, 505 (2003).
    """
    if equations is None:
        fields = random_fields(XorSat, "xor-sat", n, k, m, alpha, planted, seed)
    else:
        n, literals = _given(equations, n)
        fields = given_fields("xor-sat", literals, n, k, m=m, alpha=alpha, planted=planted, seed=seed)
    problem = XorSat(**fields)
    problem = replace(problem, members=_first_negated(problem))
    if planted or problem.num_vars * len(problem.right_sides) > _AT_ONCE:
        return problem
    solvable = problem.equations.solve().assignment is not None
    return replace(problem, ground_energy=0.0) if solvable else problem


def _first_negated(problem: XorSat) -> Integers:
    """The same equations with the first variable negated where the right side is 0, and no other."""
    members = np.abs(problem.members)
    members[problem.offsets[:-1]] *= 2 * problem.right_sides.astype(np.int64) - 1
    return members


def _given(equations: Iterable[tuple[Sequence[int], int]], n: int | None) -> tuple[int, list[list[int]]]:
    """N, and the equations as literals of which an odd number must be true."""
    try:
        equations = list(equations)
    except TypeError:
        raise ValueError(f"equations={equations!r}: pairs of variables and right side, as in ((1, 2), 0)") from None
    if n is None and not equations:
        raise ValueError("equations=[]: give n, the number of variables")
    most = MOST_VARIABLES if n is None else integer("n", n, 1, MOST_VARIABLES)
    literals = []
    for position, equation in enumerate(equations):
        variables, side = _pair(position, equation)
        _check(f"equations[{position}]", variables, side, most)
        signs = [1 if side else -1] + [1] * (len(variables) - 1)
        literals.append([sign * int(v) for sign, v in zip(signs, variables, strict=True)])
    return max(map(abs, chain.from_iterable(literals))) if n is None else most, literals


def _pair(position: int, equation: Any) -> tuple[list[int], int]:
    try:
        variables, side = equation
        return list(variables), side
    except (TypeError, ValueError):
        raise ValueError(f"equations[{position}] = {equation!r}: variables and right side, as in ((1, 2), 0)") from None


def _check(name: str, variables: list[int], side: Any, most: int) -> None:
    """ValueError if these are not different variables 1 … most and a bit."""
    if np.ndim(side) or side not in (0, 1):
        raise ValueError(f"{name} has the right side {side!r}: 0 or 1")
    if not variables:
        raise ValueError(f"{name} holds no variables: take it out")
    for v in variables:
        if isinstance(v, bool) or not isinstance(v, int | np.integer) or not 1 <= v <= most:
            raise ValueError(f"{name} holds {v!r}: variables are integers 1 … {most}")
    if len(set(variables)) < len(variables):
        twice = next(v for v in variables if variables.count(v) > 1)
        raise ValueError(f"{name} holds the variable {twice} twice: x ⊕ x = 0, so take both out")

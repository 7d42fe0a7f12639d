"""A formula in one of the encodings, as a Problem of its own."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sgq.checks import choice
from sgq.models import Floats, QuadraticForm, Terms, Vartype, quadratic_model
from sgq.problem import Problem, Seed
from sgq_problems.constraints import TruthAssignment
from sgq_problems.encodings.base import Bits, Encoding, Formula
from sgq_problems.encodings.independent_set import IndependentSet
from sgq_problems.encodings.pair_products import PairProducts
from sgq_problems.encodings.polynomial import Polynomial
from sgq_problems.encodings.rosenberg import Rosenberg
from sgq_problems.encodings.symmetric import Symmetric
from sgq_problems.generalized import GeneralizedSat
from sgq_problems.satisfiability import KSat, k_sat

if TYPE_CHECKING:
    import dimod

ENCODINGS = MappingProxyType[str, type[Encoding]](
    {
        "polynomial": Polynomial,
        "rosenberg": Rosenberg,
        "symmetric": Symmetric,
        "make-quadratic": PairProducts,
        "independent-set": IndependentSet,
    }
)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class EncodedFormula(Problem):
    """A formula through the model that an encoding makes of it; energies are those of the model.

    No configuration lies below the energy of the assignment that `decode` reads from it, and every assignment lifts
    to a configuration of its own energy: the ground energy is the formula's, and so are the ground states that are
    read, all of them but with ``"independent-set"``, which has no bit for a variable that no clause needs.

    Attributes
    ----------
    formula
        The problem that was encoded.
    encoding
        One of `ENCODINGS`.
    """

    formula: Formula
    encoding: str

    def __post_init__(self) -> None:
        if not isinstance(self.formula, KSat | GeneralizedSat):
            raise ValueError(
                f"{self.formula!r} is not made of clauses: encode a k-sat, nae-sat, xor-sat or such problem"
            )
        choice("encoding", self.encoding, ENCODINGS)

    @cached_property
    def _encoding(self) -> Encoding:
        return ENCODINGS[self.encoding](self.formula)

    @property
    def form(self) -> QuadraticForm | Terms:
        """The model as arrays of bits, in the order of `variables`."""
        return self._encoding.form

    @property
    def variables(self) -> Sequence[Hashable]:
        """1 … N and the ancillas; (clause, literal) for every vertex of an independent set."""
        return self._encoding.variables

    @property
    def vartype(self) -> Vartype:
        """Bits."""
        return "BINARY"

    @property
    def energy_tolerance(self) -> float:
        """Rounding of an energy."""
        return self.form.tolerance

    @property
    def flip_symmetric(self) -> bool:
        """Whether the model is even in its spins."""
        return self.form.flip_symmetric("BINARY")

    @cached_property
    def model(self) -> dimod.BinaryQuadraticModel | dimod.BinaryPolynomial:
        """The encoded model; the formula's own for ``"polynomial"``."""
        if isinstance(self.form, Terms):
            return self.formula.model
        return quadratic_model(self.form, "BINARY", self.variables)

    @property
    def instance(self) -> Any:
        """The formula's."""
        return self.formula.instance

    def assignments(self, samples: Any) -> Bits:
        """Assignments read from configurations, as bits of shape (rows, N); `samples` as in `values`."""
        return self._encoding.assignments(self.values(samples))

    def lift(self, assignments: Any) -> Bits:
        """Configurations of shape (rows, variables), each with the energy of its assignment, the least that it allows.

        `assignments` is anything that ``formula.values`` takes.
        """
        return self._encoding.lift(self.formula.values(assignments))

    def decode(self, sample: Any) -> TruthAssignment:
        """Which of the formula's variables are true, and which of its constraints are violated."""
        return self.formula.decode(self._encoding.assignments(self.values_of_one(sample)[None]))

    def _energies(self, values: NDArray[np.generic]) -> Floats:
        return self.form.energies(values)


def encode(problem: Problem, encoding: str) -> EncodedFormula:
    """Write the clauses of a problem as a model for annealers.

    Parameters
    ----------
    problem
        Made of clauses: `k-sat`, weighted or not, of any lengths, or one of the families that count the same
        violations with clauses (`nae-sat`, `xor-sat`, `one-in-k-sat`).
    encoding
        With M clauses of K literals on N variables:
        ``"polynomial"``, the formula's own, of order K;
        ``"rosenberg"``, K - 2 ancillas a clause, one pair of its variables coupled;
        ``"symmetric"``, ⌊(K-1)/2⌋ ancillas a clause, all pairs of its variables coupled;
        ``"make-quadratic"``, dimod's, whose ancillas are shared by clauses but held by stronger penalties;
        ``"independent-set"``, K M variables, none of them the formula's.

    Returns
    -------
    EncodedFormula
        BINARY, named after the problem and the encoding, with the problem's `seed` and `ground_energy`.

    Raises
    ------
    ValueError
        If the problem has no clauses or the encoding is unknown; in ``"polynomial"`` and ``"make-quadratic"``, when
        the model is asked for, if a clause has more than 20 positive literals.
    """
    return EncodedFormula(
        name=f"{problem.name} ({encoding})",
        parameters={**problem.parameters, "encoding": encoding},
        seed=problem.seed,
        ground_energy=problem.ground_energy,
        formula=problem,  # type: ignore[arg-type]  # checked there
        encoding=encoding,
    )


def encoded_k_sat(
    *,
    encoding: str = "rosenberg",
    n: int,
    k: int = 3,
    m: int | None = None,
    alpha: float | None = None,
    planted: Literal["uniform", "quiet"] | None = None,
    seed: Seed = None,
) -> EncodedFormula:
    """Draw a formula of random K-SAT and encode it, so that a sweep can have the encoding as one of its axes.

    A sweep finds it as ``"sgq_problems.encodings:encoded_k_sat"``; give it a `seed`, or a grid of them, so that every
    encoding is of the same formulas. It is no option of `k_sat`, which makes formulas, for solvers of clauses too.

    Parameters
    ----------
    encoding
        As for `encode`; the one with the fewest couplers of K = 3 by default.
    n, k, m, alpha, planted, seed
        As for `k_sat`: equal ones give the same formula in every encoding.
    """
    return encode(k_sat(n=n, k=k, m=m, alpha=alpha, planted=planted, seed=seed), encoding)

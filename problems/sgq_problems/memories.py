"""Associative memories: the Hopfield model, and the Mattis model that stores one pattern."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import finite_array, generator, integer, recorded_seed
from sgq.models import Floats
from sgq.problem import IsingProblem, Seed


@dataclass(frozen=True, eq=False)
class Recall:
    """What a state remembers: its overlap with every pattern, and the nearest pattern or its negative.

    Attributes
    ----------
    overlaps
        m_mu = (1/N) Σ_i xi_i^mu s_i, shape (num_patterns,).
    pattern
        Index of the pattern of largest abs(m_mu).
    sign
        +1 if the state is near that pattern, -1 if it is near its negative.
    """

    overlaps: Floats
    pattern: int
    sign: int


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Hopfield(IsingProblem):
    """Patterns stored by the Hebb rule, J_ij = (1/N) Σ_mu xi_i^mu xi_j^mu for i ≠ j.

    Attributes
    ----------
    patterns
        xi, ±1, shape (num_patterns, N).
    """

    patterns: NDArray[np.int8]

    @property
    def instance(self) -> NDArray[np.int8]:
        """The patterns."""
        return self.patterns

    def decode(self, sample: Any) -> Recall:
        """Overlaps with the patterns, and which one is nearest."""
        overlaps = self.patterns @ self.values_of_one(sample).astype(np.float64) / self.num_variables
        nearest = int(np.argmax(np.abs(overlaps)))
        return Recall(overlaps, nearest, 1 if overlaps[nearest] >= 0 else -1)


def hopfield(
    *,
    patterns: ArrayLike | None = None,
    n: int | None = None,
    num_patterns: int | None = None,
    seed: Seed = None,
) -> Hopfield:
    """Store patterns by the Hebb rule, H = -(1/N) Σ_{i<j} Σ_mu xi_i^mu xi_j^mu s_i s_j [1]_.

    Parameters
    ----------
    patterns
        The patterns xi, ±1, shape (num_patterns, N).
    n, num_patterns
        Or their number of spins and how many to draw, each entry ±1 with equal probability.
    seed
        Equal seeds give equal random patterns; it says nothing about given ones.

    Raises
    ------
    ValueError
        If neither or both of `patterns` and the two numbers are given, or an entry is not ±1.

    References
    ----------
    .. [1] J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982).
    """
    if patterns is None:
        if n is None or num_patterns is None:
            raise ValueError("hopfield needs patterns, or n and num_patterns to draw them")
        stored = _random_patterns(integer("num_patterns", num_patterns, 1), integer("n", n, 1), seed)
    elif n is not None or num_patterns is not None:
        raise ValueError("patterns are given: n and num_patterns are for random ones")
    else:
        stored, seed = _checked("patterns", patterns, 2), None
    return _hebb("hopfield", {"n": stored.shape[1], "num_patterns": len(stored)}, stored, seed)


def mattis(*, pattern: ArrayLike | None = None, n: int | None = None, seed: Seed = None) -> Hopfield:
    """Store one pattern, H = -(1/N) Σ_{i<j} xi_i xi_j s_i s_j [1]_: the Curie–Weiss ferromagnet in disguise.

    The ground states are the pattern and its negative, of energy -(N-1)/2.

    Parameters
    ----------
    pattern
        The pattern xi, ±1, shape (N,).
    n
        Or its number of spins, to draw it at random.
    seed
        Equal seeds give equal random patterns; it says nothing about a given one.

    Returns
    -------
    Hopfield
        With one pattern.

    Raises
    ------
    ValueError
        If neither or both of `pattern` and `n` are given, or an entry is not ±1.

    References
    ----------
    .. [1] D. C. Mattis, Phys. Lett. A 56, 421 (1976).
    """
    if pattern is None:
        if n is None:
            raise ValueError("mattis needs a pattern, or n to draw one")
        stored = _random_patterns(1, integer("n", n, 1), seed)
    elif n is not None:
        raise ValueError("pattern is given: n is for a random one")
    else:
        stored, seed = _checked("pattern", pattern, 1)[None, :], None
    return _hebb("mattis", {"n": stored.shape[1]}, stored, seed)


def _random_patterns(num_patterns: int, n: int, seed: Seed) -> NDArray[np.int8]:
    return generator(seed).choice(np.array([-1, 1], np.int8), (num_patterns, n))


def _checked(name: str, values: ArrayLike, axes: int) -> NDArray[np.int8]:
    array = finite_array(name, values)
    if array.ndim != axes or not array.size:
        needed = "(N,)" if axes == 1 else "(num_patterns, N)"
        raise ValueError(f"{name} of shape {array.shape}: {needed} is needed")
    strange = np.argwhere(np.abs(array) != 1)
    if len(strange):
        where = ", ".join(map(str, strange[0]))
        raise ValueError(f"{name}[{where}] = {array[tuple(strange[0])]:g}: every entry must be -1 or +1")
    return array.astype(np.int8)


def _hebb(name: str, parameters: dict[str, Any], patterns: NDArray[np.int8], seed: Seed) -> Hopfield:
    num_patterns, n = patterns.shape
    i, j = np.triu_indices(n, 1)
    xi = patterns.astype(np.float64)
    return Hopfield(
        name=name,
        parameters=parameters,
        seed=recorded_seed(seed),
        ground_energy=-(n - 1) / 2 if num_patterns == 1 else None,
        pairs=np.stack([i, j], axis=1),
        couplings=(xi.T @ xi)[i, j] / n,
        fields=np.zeros(n),
        patterns=patterns,
    )

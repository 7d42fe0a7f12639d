"""Number partitioning: split integers into two subsets of equal sums, as nearly as can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import generator, integer, recorded_seed
from sgq.models import Floats, Integers
from sgq.problem import IsingProblem, Seed


@dataclass(frozen=True)
class Partition:
    """Two subsets of the numbers, and the difference between their sums."""

    subsets: tuple[tuple[int, ...], tuple[int, ...]]
    difference: int


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class NumberPartitioning(IsingProblem):
    """Integers a_i with the energy (Σ_i a_i s_i)², the squared difference between two sums.

    `energies` and `decode` add integers and are exact (up to the last rounding to float64). The model's couplings
    are float64: they are exact while (Σ a_i)² < 2^53, beyond that a solver sees them rounded.

    Attributes
    ----------
    numbers
        a, positive, shape (N,).
    """

    numbers: Integers

    @property
    def energy_tolerance(self) -> float:
        """0: energies are squares of integers."""
        return 0.0

    @property
    def instance(self) -> Integers:
        """The numbers."""
        return self.numbers

    def decode(self, sample: Any) -> Partition:
        """The numbers with spin +1, those with -1, and the difference."""
        spins = self.values_of_one(sample)
        up, down = (tuple(self.numbers[spins == side].tolist()) for side in (1, -1))
        return Partition((up, down), abs(sum(up) - sum(down)))

    def _energies(self, values: NDArray[np.generic]) -> Floats:
        differences = values.astype(np.int64) @ self.numbers
        return differences.astype(np.float64) ** 2


def number_partitioning(
    *,
    numbers: Sequence[int] | None = None,
    n: int | None = None,
    bits: int | None = None,
    seed: Seed = None,
) -> NumberPartitioning:
    """Split integers a_i into two subsets, H = (Σ_i a_i s_i)² [1]_.

    Parameters
    ----------
    numbers
        The positive integers.
    n, bits
        Or how many to draw, uniformly between 1 and 2^bits. For large N nearly all instances have a perfect
        partition, of difference 0 or 1, if bits/N < 1, and nearly none if bits/N > 1 [1]_.
    seed
        Equal seeds give equal random numbers; it says nothing about given ones.

    Raises
    ------
    ValueError
        If neither or both of `numbers` and `n` with `bits` are given, a number is not a positive integer, or they
        add up to 2^63 or more, the end of 64-bit integers.

    References
    ----------
    .. [1] S. Mertens, Phys. Rev. Lett. 81, 4281 (1998).
    """
    if numbers is not None and not np.iterable(numbers):
        raise ValueError(f"numbers={numbers!r}: a sequence of positive integers")
    if numbers is None:
        if n is None or bits is None:
            raise ValueError("number-partitioning needs numbers, or n and bits to draw them")
        n, bits = integer("n", n, 1), integer("bits", bits, 1, 62)
        drawn = generator(seed).integers(1, 2**bits, n, endpoint=True)
        return _partitioning(drawn.tolist(), {"n": n, "bits": bits}, recorded_seed(seed))
    if n is not None or bits is not None:
        raise ValueError("numbers are given: n and bits are for random ones")
    given = [integer(f"numbers[{k}]", number, 1) for k, number in enumerate(numbers)]
    return _partitioning(given, {"n": len(given)}, None)


def _partitioning(numbers: list[int], parameters: dict[str, Any], seed: int | None) -> NumberPartitioning:
    if sum(numbers) >= 2**63:
        raise ValueError(f"numbers add up to {sum(numbers)}: less than 2^63 is needed")
    a = np.array(numbers, dtype=np.int64)
    i, j = np.triu_indices(len(a), 1)
    weights = a.astype(np.float64)
    return NumberPartitioning(
        name="number-partitioning",
        parameters=parameters,
        seed=seed,
        pairs=np.stack([i, j], axis=1),
        couplings=-2 * weights[i] * weights[j],
        fields=np.zeros(len(a)),
        offset=float(sum(number**2 for number in numbers)),
        numbers=a,
    )

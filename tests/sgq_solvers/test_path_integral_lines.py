"""World lines in slices: which state a look keeps, and random numbers that no read meets twice."""

import numpy as np
import pytest
from replica_helpers import cubic, mixed, quadratic

from sgq_solvers.path_integral.bits import BitTime
from sgq_solvers.path_integral.lines import DiscreteTime
from sgq_solvers.replicas import Model, QuadraticModel

kinds = pytest.mark.parametrize("kind", [DiscreteTime, BitTime])


def made(kind: type[DiscreteTime], model: Model, slices: int) -> DiscreteTime:
    assert isinstance(model, QuadraticModel)
    return kind(model, slices)


@kinds
@pytest.mark.parametrize("model", [mixed, cubic])
def test_a_look_keeps_the_lowest_slice_of_each_read(kind: type[DiscreteTime], model: type[Model]) -> None:
    lines = made(kind, model(), 7)
    block = lines.start(np.random.SeedSequence(1), None, False)
    lines.sweep(block, np.full(20, 5.0), np.full(20, 1.0))
    words = block.spins.reshape(-1, 7, lines.words)[:8]
    ups = words[..., None] >> np.arange(64, dtype=np.uint64) & np.uint64(1)
    states = 2 * ups.reshape(8, 7, lines.reads).T.astype(np.int8) - 1
    energies = lines.model.energies(states.reshape(-1, 8)).reshape(lines.reads, 7)
    look = lines.look(block)
    np.testing.assert_allclose(lines.model.energies(look.lowest), energies.min(axis=1))
    np.testing.assert_allclose(look.energies, energies.mean(axis=1), atol=1e-5)
    np.testing.assert_array_equal(lines.at_time_zero(block), states[:, 0])
    assert (energies.argmin(axis=1) > 0).mean() > 0.5


@kinds
def test_no_read_meets_a_random_number_twice(kind: type[DiscreteTime]) -> None:
    """Free spins in a field, alike but for their numbers: of 4096, more than there are numbers in a pool.

    The correlation of two spins at every distance within a read; 6 standard errors, a false alarm of 1e-5.
    """
    n, lines = 4096, made(kind, quadratic([1.0] * 4096, {}), 1)
    block = lines.start(np.random.SeedSequence(1), -np.ones((1, n), np.int8), False)
    lines.sweep(block, np.zeros(1), np.full(1, 0.6))
    rows = lines.at_time_zero(block)
    assert 0.4 < (rows > 0).mean() < 0.6
    for read in rows[:: len(rows) // 4].astype(float):
        spread = (read - read.mean()) / read.std()
        correlation = np.fft.irfft(np.abs(np.fft.rfft(spread)) ** 2) / n
        assert np.abs(correlation[1:]).max() < 6 / n**0.5

"""Ground states of sample sets against enumeration, and the counting of reads and of flips."""

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgq.analysis import find_ground_states


def sample_set(rows, energies, counts=None, vartype="SPIN", **info):
    return dimod.SampleSet.from_samples(
        np.asarray(rows, dtype=np.int8), vartype, energies, num_occurrences=counts, info={"sgq": info}
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from(["SPIN", "BINARY"]))
def test_enumerated_ground_states_of_random_bimodal_glasses(n, seed, with_field, vartype):
    rng = np.random.default_rng(seed)
    J = np.triu(rng.choice([-1.0, 1.0], (n, n)), 1)
    h = rng.choice([-1.0, 1.0], n) * with_field
    spins = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    energies = -np.einsum("ri,ij,rj->r", spins, J, spins) - spins @ h
    counts = rng.integers(1, 5, 2**n)
    values = spins if vartype == "SPIN" else (spins + 1) // 2

    found = find_ground_states(sample_set(values, energies, counts, vartype), up_to_flip=True)

    lowest = {tuple(s) for s in spins[energies == energies.min()].tolist()}
    states = {tuple(s) for s in (found.states if vartype == "SPIN" else 2 * found.states - 1).tolist()}
    assert states <= lowest
    assert states | {tuple(-np.array(s)) for s in states} >= lowest  # each, or its mirror image
    assert len(states) == len({max(s, tuple(-np.array(s))) for s in lowest})  # one of each pair
    assert found.energy == energies.min()
    assert found.hits == counts[energies == energies.min()].sum()
    assert found.num_reads == counts.sum()
    assert found.mean_energy == pytest.approx(energies @ counts / counts.sum())


def test_flips_count_apart_when_asked_and_the_commonest_state_comes_first():
    samples = sample_set([[1, 1, -1], [-1, -1, 1], [1, 1, 1]], [-2.0, -2.0, 0.0], [3, 5, 90])
    apart = find_ground_states(samples, up_to_flip=False)
    np.testing.assert_array_equal(apart.states, [[-1, -1, 1], [1, 1, -1]])
    np.testing.assert_array_equal(apart.occurrences, [5, 3])
    assert apart.states.dtype == np.int8
    together = find_ground_states(samples, up_to_flip=True)
    assert together.states.shape == (1, 3)
    assert together.hits == 8


def test_a_lone_state_is_not_replaced_by_its_mirror_image():
    """With a field, -s is no ground state."""
    found = find_ground_states(sample_set([[-1, 1]], [-1.0]))
    np.testing.assert_array_equal(found.states, [[-1, 1]])


@pytest.mark.parametrize(("best", "proven"), [(-3.0, True), (-3.0 + 1e-12, True), (-2.0, False), (-4.0, False)])
def test_residual_energy_and_proof_by_a_known_ground_energy(best, proven):
    found = find_ground_states(sample_set([[1, 1], [1, -1]], [best, 1.0], [1, 3]), ground_energy=-3)
    assert found.proven is proven
    assert found.residual_energy == best + 3
    assert found.mean_residual_energy == pytest.approx((best + 3) / 4 + 3)


def test_without_a_known_ground_energy_only_the_solver_can_prove():
    assert find_ground_states(sample_set([[1]], [0.0])).residual_energy is None
    assert not find_ground_states(sample_set([[1]], [0.0])).proven
    assert find_ground_states(sample_set([[1]], [0.0], proven=True)).proven


def test_energies_that_differ_by_rounding_are_equal():
    """A ground-state energy of 0, as of a perfect partition, leaves no scale but the unit."""
    energies = [2e-13, -1e-13, 0.0]
    assert find_ground_states(sample_set([[1, 1], [1, -1], [-1, 1]], energies), up_to_flip=False).hits == 3
    assert find_ground_states(sample_set([[1, 1], [1, -1], [-1, 1]], energies), tolerance=0).hits == 1


def test_tolerance_grows_with_the_energy():
    samples = sample_set([[1, 1], [1, -1]], [-1e9, -1e9 + 0.5])
    assert find_ground_states(samples).hits == 2
    assert find_ground_states(samples, tolerance=1e-12).hits == 1


def test_no_variables():
    found = find_ground_states(sample_set(np.empty((4, 0)), [2.0] * 4))
    assert found.states.shape == (1, 0)
    assert found.hits == 4


def test_bad_input():
    with pytest.raises(ValueError, match="no rows"):
        find_ground_states(sample_set(np.empty((0, 2)), []))
    with pytest.raises(ValueError, match=r"samples\[1\] = nan"):
        find_ground_states(sample_set([[1], [-1]], [0.0, np.nan]))
    with pytest.raises(ValueError, match="ground_energy=nan"):
        find_ground_states(sample_set([[1]], [0.0]), ground_energy=np.nan)
    with pytest.raises(ValueError, match="tolerance=-1"):
        find_ground_states(sample_set([[1]], [0.0]), tolerance=-1)

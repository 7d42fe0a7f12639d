"""Replicas of a block are independent, a seed decides everything, and other instruction sets reach the same states.

Variances are held to 4 standard errors, a false alarm of 6e-5 each, and a chi-square test to p > 1e-4. Seeds are fixed;
all tests together would fail correct kernels with probability 7e-4.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.random import SeedSequence
from replica_helpers import SPACING, N, boltzmann, every_kernel, lattice, made, pvalue, sampled

from sgq_solvers.replicas import Lanes, Model
from sgq_solvers.replicas.byte_lanes import ByteLanes
from sgq_solvers.replicas.float_lanes import FloatLanes
from sgq_solvers.replicas.multispin import MultiSpin


@pytest.mark.usefixtures("one_entry")
@pytest.mark.parametrize("name", ["float-mixed", "int8-cubic", "multispin-cubic", "terms"])
def test_only_replicas_that_are_apart_share_variates(name: str) -> None:
    """Where no move costs anything, refusals show the one entry of the pool, rotated by 8 from site to site."""
    lanes, _ = made(name)
    block = lanes.start(SeedSequence(23), None, 8)
    before = lanes.rows(block)
    lanes.sweep(block, np.zeros(1))
    refused = (lanes.rows(block) == before)[:, np.argsort(lanes.order[:N])]
    for site in range(N):
        np.testing.assert_array_equal(refused[:, site], np.roll(refused[:, 0], -8 * site))
        assert site == 0 or (refused[:, site] != refused[:, 0]).any()


EQUILIBRIUM = np.full(20, 0.6)
ANNEALING = np.append(np.linspace(0.04, 2.4, 100), np.full(4, np.inf))


@pytest.mark.parametrize(
    ("apart", "betas"),
    [(None, EQUILIBRIUM), (None, ANNEALING), (1, ANNEALING)],
    ids=["own", "own-annealed", "shared-annealed"],
)
@pytest.mark.parametrize("kernel", [FloatLanes, ByteLanes, MultiSpin])
@pytest.mark.usefixtures("one_entry")
def test_replicas_of_a_block_are_independent(
    kernel: Callable[[Model], Lanes], apart: int | None, betas: np.ndarray
) -> None:
    """The variance of the mean energy of a block is that of one replica divided by their number.

    Of replicas that share variates it is so after annealing, but not at a fixed temperature, see `sgq.kernels.noise`.
    """
    lanes, blocks = kernel(lattice(3)), 300
    energies = np.empty((blocks, lanes.lanes))
    for k, seed in enumerate(SeedSequence(20).spawn(blocks)):
        block = lanes.start(seed, None, apart)
        lanes.sweep(block, betas)
        energies[k] = lanes.energies(block)
    ratio = lanes.lanes * energies.mean(axis=1).var(ddof=1) / energies.var(ddof=1)
    assert abs(ratio - 1) < 4 * np.sqrt(2 / (blocks - 1))


@every_kernel
def test_a_seed_decides_everything(name: str) -> None:
    lanes, beta = made(name)

    def run(seed: SeedSequence, pieces: int) -> np.ndarray:
        block = lanes.start(seed)
        for _ in range(pieces):
            lanes.sweep(block, np.full(12 // pieces, beta))
        return lanes.rows(block)

    one, other = (SeedSequence(21, spawn_key=(k,)) for k in range(2))
    first = run(one, 1)
    np.testing.assert_array_equal(run(SeedSequence(21, spawn_key=(0,)), 1), first)
    np.testing.assert_array_equal(run(SeedSequence(21, spawn_key=(0,)), 3), first)
    assert lanes.lanes == 1 or (run(other, 1) != first).any()


def fingerprints() -> dict[str, str]:
    """States that integer kernels reach from fixed seeds, and the float lanes' p-value."""
    result = {}
    for name, apart in [("int8-mixed", None), ("int8-mixed", 1), ("multispin-mixed", None), ("multispin-mixed", 8)]:
        lanes, beta = made(name)
        block = lanes.start(SeedSequence(22), None, apart)
        lanes.sweep(block, np.linspace(0, 2 * beta, 200))
        lanes.sweep_ladder(block, lanes.ladder(np.linspace(0, beta, lanes.lanes)), 50)
        result[f"{name} {apart}"] = hashlib.sha256(lanes.rows(block).tobytes()).hexdigest()
    return result


def float_pvalue() -> float:
    lanes, beta = made("float-mixed")
    states = sampled(lanes, lambda block: lanes.sweep(block, np.full(SPACING, beta)), None)
    return pvalue(np.bincount(states.ravel(), minlength=1 << N), boltzmann(lanes.model, beta))


def test_integer_kernels_reach_the_same_states_without_avx512(tmp_path: Path) -> None:
    """Compiled anew for Haswell, which has registers of 256 bits."""
    environment = {**os.environ, "NUMBA_CPU_NAME": "haswell", "NUMBA_CACHE_DIR": str(tmp_path)}
    environment.pop("NUMBA_CPU_FEATURES", None)
    done = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    states, p = json.loads(done.stdout)
    assert states == fingerprints()
    assert p > 1e-4


if __name__ == "__main__":
    print(json.dumps([fingerprints(), float_pvalue()]))

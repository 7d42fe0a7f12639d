"""Path-integral quantum annealing against OpenJij and dwave-samplers, alternating in one run, on one core.

    python tests/benchmarks/path_integral.py DATA [exact|rates|times] [--slices 32] [--rounds 3] [--json FILE]

DATA holds the folder generated_ising. ``exact``: energies of eight spins and the chi-square of their 256 states, beside
the transfer matrix in as many slices, or exact diagonalisation in continuous time. ``rates``: spin-slice updates per
nanosecond along a linear schedule, with the same number of slices for all. Ours are those of the whole call of
`sgq.solve`, conversion, looks and SampleSet included; OpenJij's are those of its annealing alone, as it reports them. A
sweep of ours is a cluster move of every world line, one of OpenJij's a proposal to flip every spin of every slice.
"Shared" rows are of reads that share random numbers, with which no errors are given; OpenJij's share none. In
continuous time, world lines per microsecond, against the PathIntegralAnnealingSampler of dwave-samplers, its sampling
alone, at the same fields. ``times``: hits of the ground state by default parameters, and time to solution at 99 %.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # OpenJij's slices would take all cores

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import dimod
import numpy as np
from instances import GROUND, middle, model_of, rms, show

import sgq

RATES = [("EA3D_pm_L10", 1024, None), ("EA3D_pm_L10", 512, True), ("EA3D_gauss_L10", 128, None), ("SK256", 64, None)]
SWEEPS = 300
BETA = 10.0  # in units of 1 / rms


def ours(model: dimod.BinaryQuadraticModel, reads: int, slices: Any, sweeps: int, own: bool | None) -> float:
    """Updates per ns of the whole call, spins where time is continuous."""
    options = {"num_reads": reads, "num_slices": slices, "num_sweeps": sweeps, "independent": own}
    started = time.perf_counter()
    sgq.solve(model, "path-integral", beta=BETA / rms(model), num_threads=1, seed=1, **options)
    visits = reads * sweeps * model.num_variables * (1 if slices == "continuous" else slices)
    return 1e-9 * visits / (time.perf_counter() - started)


def openjij(model: dimod.BinaryQuadraticModel, slices: int) -> float:
    """Updates per ns of OpenJij's annealing, at the same beta and transverse field."""
    from openjij import SQASampler

    scale = rms(model)
    answer = SQASampler().sample_ising(
        {},
        dict(model.quadratic),
        num_reads=2,
        num_sweeps=SWEEPS,
        trotter=slices,
        beta=BETA / scale,
        gamma=scale,
        sparse=len(model.quadratic) < model.num_variables**2 / 4,
        seed=1,
    )
    return 1e-3 * SWEEPS * slices * model.num_variables / float(answer.info["execution_time"])


def dwave(model: dimod.BinaryQuadraticModel, reads: int, sweeps: int) -> float:
    """World lines per ns of dwave-samplers' sampling in continuous time."""
    from dwave.samplers import PathIntegralAnnealingSampler

    s, scale = np.linspace(0, 1, sweeps), rms(model)
    answer = PathIntegralAnnealingSampler().sample(
        model,
        num_reads=reads,
        beta_schedule_type="custom",
        Hp_field=BETA / scale * s,
        Hd_field=BETA * (1 - s),
        num_sweeps_per_beta=1,
        seed=1,
    )
    return reads * sweeps * model.num_variables / float(answer.info["timing"]["sampling_ns"])


def rates(folder: Path, slices: int, rounds: int, file: Path | None) -> None:
    """Print the tables of rates."""
    rows = []
    for name, reads, own in RATES:
        model = model_of(folder, name)
        ours(model, reads, slices, 2, own)  # compiles
        turns = [(ours(model, reads, slices, SWEEPS, own), openjij(model, slices)) for _ in range(rounds)]
        mine, theirs = middle([t[0] for t in turns]), middle([t[1] for t in turns])
        label = name + (", independent" if own else ", shared")
        rows.append({"instance": label, "reads": reads, "sgq": mine, "OpenJij": theirs, "ratio": mine[0] / theirs[0]})
    show(f"spin-slice updates per ns, {slices} slices", list(rows[0]), rows, file)

    rows = []
    for name in ("EA3D_pm_L10", "EA3D_gauss_L6"):
        model = model_of(folder, name)
        ours(model, 8, "continuous", 2, None)
        turns = [(1e3 * ours(model, 8, "continuous", 100, None), 1e3 * dwave(model, 8, 100)) for _ in range(rounds)]
        mine, theirs = middle([t[0] for t in turns]), middle([t[1] for t in turns])
        rows.append({"instance": name, "sgq": mine, "dwave-samplers": theirs, "ratio": mine[0] / theirs[0]})
    show("continuous time: world lines per µs", list(rows[0]), rows, file)


def exact(file: Path | None) -> None:
    """Print world-line energies beside the exact ones."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "sgq_solvers"))
    from path_integral_helpers import all_rows, codes, diagonalised, glass, transferred
    from replica_helpers import pvalue

    beta, A, B, model = 1.5, 1.4, 2.2, glass()
    energies, rows = model.energies((all_rows(), range(8))), []
    for slices in (1, 2, 3, 8, 37, 128, "continuous"):
        truth = (
            diagonalised(energies, A, B, beta)
            if slices == "continuous"
            else transferred(energies, A, B, beta, int(slices))
        )
        path = [[0, A, B], [1, A, B]]
        options = {"num_reads": 12_800, "num_sweeps": 60, "beta": beta, "annealing_schedule": path, "keep": "last"}
        answer = sgq.solve(model, "path-integral", num_slices=slices, seed=1, **options)
        lines = answer.info["sgq"]["world_lines"]
        row: dict[str, Any] = {"slices": slices}
        for name, value in (("problem", truth.problem), ("transverse", truth.transverse)):
            row[name] = f"{lines[f'{name}_energy'][-1]:.4f}({lines[f'{name}_energy_error'][-1]:.4f})"
            row[f"exact {name}"] = f"{value:.4f}"
        row["p of χ²"] = pvalue(np.bincount(codes(answer.record.sample), minlength=256), truth.probabilities)
        rows.append(row)
    show(f"eight spins at beta = {beta}, A = {A}, B = {B}", list(rows[0]), rows, file)


def times(folder: Path, rounds: int, file: Path | None) -> None:
    """Print how often the defaults hit the ground state, and what that makes of the time to solution."""
    rows = []
    for name in ("EA3D_pm_L8", "SK128"):
        model = model_of(folder, name)
        sgq.solve(model, "path-integral", num_reads=512, num_sweeps=2, num_threads=1)
        hits, spent = 0, 0.0
        for seed in range(rounds):
            started = time.perf_counter()
            answer = sgq.solve(model, "path-integral", num_reads=512, num_threads=1, seed=seed)
            spent += time.perf_counter() - started
            hits += int((answer.record.energy <= GROUND[name] + 1e-3).sum())
        rate = hits / (512 * rounds)
        needed = np.log(0.01) / np.log1p(-rate) if 0 < rate < 1 else np.inf
        read = spent / (512 * rounds)
        row = {"instance": name, "hits": f"{hits} of {512 * rounds}", "ms a read": 1e3 * read}
        rows.append(row | {"time to solution, s": max(1.0, needed) * read})
    show("path-integral by default, 1000 sweeps", list(rows[0]), rows, file)


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("parts", nargs="*", default=["rates"], choices=["exact", "rates", "times"])
    parser.add_argument("--slices", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = arguments.data / "generated_ising"
    if "exact" in arguments.parts:
        exact(arguments.json)
    if "rates" in arguments.parts:
        rates(folder, arguments.slices, arguments.rounds, arguments.json)
    if "times" in arguments.parts:
        times(folder, arguments.rounds, arguments.json)


if __name__ == "__main__":
    main()

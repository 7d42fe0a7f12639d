"""Layers of QAOA: seconds against the copy bandwidth and against Aer, alternating in one run, and peak memory.

    python tests/benchmarks/qaoa.py [layers|aer|gradients|memory] [--rounds 7] [--threads 1] [--json FILE]

``layers``: seconds a layer, phases and mixer, beside what the bytes of its passes take at the bandwidth of a copy
between two arrays of the state's size, by as many threads, measured in turn with it. A layer's first pass reads the
diagonal and reads and writes the state; the second one, for more qubits than a block holds, reads and writes the state.
``aer``: seconds a layer on dense Sherrington–Kirkpatrick models, against those that Aer's statevector in double
precision takes for one more layer of the same angles, the circuit bound beforehand. ``gradients``: seconds of the
energy, and of the energy with all its derivatives, eight layers. ``memory``: by how much a whole call with given angles
raises the peak of a fresh process over what its imports and a small call left; beside it the state and the diagonal
(Linux).

Seconds are processor time where there is one thread, so that other work on the machine disturbs less, else wall time.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from instances import middle, show

import sgq
from sgq.kernels.diagonal import aligned, diagonal
from sgq.kernels.statevector import Statevector
from sgq.kernels.teams import Team
from sgq_solvers.aer.circuit import QAOACircuit
from sgq_solvers.qaoa.ansatz import Ansatz
from sgq_solvers.qaoa.mixers import FlipMixer
from sgq_solvers.qaoa.objectives import MeanEnergy
from sgq_solvers.qaoa.spin_polynomial import spin_terms

SINGLE, DOUBLE = np.float32, np.float64
NAMES = {SINGLE: "complex64", DOUBLE: "complex128"}
GAMMA, BETA = 0.3, 0.4


def seconds(team: Team, work: Callable[..., object], *arguments: Any, repeats: int = 1) -> float:
    """That one call takes."""
    clock = time.process_time if team.num_threads == 1 else time.perf_counter
    started = clock()
    for _ in range(repeats):
        work(*arguments)
    return (clock() - started) / repeats


def dense(n: int, kind: Any, team: Team) -> tuple[Statevector, Any, Any]:
    """A state, and the diagonal and terms of a dense model of n spins."""
    terms, _ = spin_terms(sgq.build("sherrington-kirkpatrick", n=n, seed=1).model)
    state = Statevector(n, kind, team)
    energies = diagonal(terms.masks(), terms.coefficients, n, kind, team)
    for _ in range(2):
        state.layer(energies, -GAMMA, BETA)
    return state, energies, terms


def layers(rounds: int, team: Team, file: Path | None) -> None:
    """Print the table of layers against the bandwidth."""
    rows = []
    for kind in (SINGLE, DOUBLE):
        for n in (16, 18, 20, 22, 24):
            state, energies, _ = dense(n, kind, team)
            size = 2 * state.real.nbytes
            blocks = 1 << max(0, n - (16 if kind is SINGLE else 15))  # of the first pass, and of the copy
            source, target = (aligned(size, np.uint8, 0).reshape(blocks, -1) for _ in range(2))
            source[:] = target[:] = 1

            def copy_part(first: int, last: int, target: Any = target, source: Any = source) -> None:
                target[first:last] = source[first:last]

            repeats = max(1, (1 << 20) >> n)
            turns = [
                (
                    seconds(team, state.layer, energies, -GAMMA, BETA, repeats=repeats),
                    seconds(team, team.share, copy_part, blocks, repeats=repeats),
                )
                for _ in range(rounds)
            ]
            passes = 1 + (blocks > 1)
            moved = (2 * passes + 0.5) * size
            copy, layer = (middle([t[k] for t in turns]) for k in (1, 0))
            rows.append(
                {
                    "state": NAMES[kind],
                    "qubits": n,
                    "ms a layer": tuple(1e3 * t for t in layer),
                    "copy, GB/s": 2e-9 * size / copy[0],
                    "MB of the passes": 1e-6 * moved,
                    "ms at that bandwidth": 1e3 * moved / (2 * size / copy[0]),
                    "ratio": layer[0] / (moved / (2 * size) * copy[0]),
                }
            )
    show("a layer against copying", list(rows[0]), rows, file)


def aer(rounds: int, team: Team, file: Path | None) -> None:
    """Print the table of layers against Aer's."""
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(method="statevector", max_parallel_threads=team.num_threads)
    rows = []
    for n in (16, 20, 22):
        single, double = (dense(n, kind, team) for kind in (SINGLE, DOUBLE))
        circuits = [QAOACircuit(single[2], n, p) for p in (1, 2)]
        bound = [c.bound(c.circuit, np.repeat([GAMMA, BETA], p)) for p, c in zip((1, 2), circuits, strict=True)]
        for circuit in bound:
            circuit.save_expectation_value(SparsePauliOp("Z"), [0])  # it wants to be asked for something: one qubit
        turns = []
        for _ in range(rounds):
            one, two = (seconds(team, simulated, simulator, circuit) for circuit in bound)
            ours = [
                seconds(team, state.layer, energies, -GAMMA, BETA, repeats=5) for state, energies, _ in (single, double)
            ]
            turns.append((two - one, *ours))
        theirs, fast, exact = (middle([t[k] for t in turns]) for k in range(3))
        rows.append(
            {
                "qubits": n,
                "Aer, s a layer": theirs,
                "complex128, s": exact,
                "complex64, s": fast,
                "ratio, complex128": theirs[0] / exact[0],
                "ratio, complex64": theirs[0] / fast[0],
            }
        )
    show("a layer of dense SK against Aer's", list(rows[0]), rows, file)


def simulated(simulator: Any, circuit: Any) -> None:
    """Run a circuit on Aer."""
    if not simulator.run(circuit).result().success:
        raise RuntimeError("Aer did not run the circuit")


def gradients(rounds: int, team: Team, file: Path | None) -> None:
    """Print the seconds of energies and of gradients."""
    rows = []
    for n in (16, 20):
        for kind in (SINGLE, DOUBLE):
            state, energies, _ = dense(n, kind, team)
            ansatz = Ansatz(state, energies, FlipMixer(), MeanEnergy(energies))
            angles = np.repeat([GAMMA, BETA], 8)
            ansatz.gradient(angles)
            turns = [
                (seconds(team, ansatz.value, angles), seconds(team, ansatz.gradient, angles)) for _ in range(rounds)
            ]
            value, gradient = (middle([t[k] for t in turns]) for k in (0, 1))
            rows.append(
                {
                    "state": NAMES[kind],
                    "qubits": n,
                    "energy, s": value,
                    "with gradient, s": gradient,
                    "ratio": gradient[0] / value[0],
                }
            )
    show("eight layers", list(rows[0]), rows, file)


def memory(rounds: int, team: Team, file: Path | None) -> None:
    """Print the peak memory of calls."""
    rows = []
    context = multiprocessing.get_context("spawn")
    for precision, bytes_each in (("single", 12), ("double", 24)):
        for n in (20, 24):
            with context.Pool(1) as pool:
                peak = pool.apply(peak_of, (n, precision, team.num_threads))
            rows.append(
                {
                    "precision": precision,
                    "qubits": n,
                    "peak, MB": 1e-6 * peak,
                    "state and diagonal, MB": 1e-6 * bytes_each * 2**n,
                    "ratio": peak / (bytes_each * 2**n),
                }
            )
    show("memory", list(rows[0]), rows, file)


def peak_of(n: int, precision: str, num_threads: int) -> float:
    """Bytes by which a call raises the peak of this process."""
    options = {"gamma": [GAMMA], "beta": [BETA], "precision": precision, "num_threads": num_threads, "seed": 1}
    sgq.solve(sgq.build("sherrington-kirkpatrick", n=18, seed=1), "qaoa", **options)
    problem = sgq.build("sherrington-kirkpatrick", n=n, seed=1)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts from here
    before = _status("VmRSS")
    sgq.solve(problem, "qaoa", **options)
    return _status("VmHWM") - before


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith(key))


PARTS = {"layers": layers, "aer": aer, "gradients": gradients, "memory": memory}


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="all if none is named")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    for part in arguments.parts or PARTS:
        PARTS[part](arguments.rounds, Team(arguments.threads), arguments.json)


if __name__ == "__main__":
    main()

"""The solver schroedinger against SciPy's integrators of the same Schrödinger equation, alternating in one run.

    python tests/benchmarks/schroedinger.py [--sizes 8,10,12,14,16,18,20] [--peers 14] [--rounds 3] [--json FILE]

An SK instance with a field, so that no symmetry halves the state, is annealed along the linear schedule to an error of
1e-4 at most, measured against a run at a tolerance of 1e-9. ``expm_multiply`` makes fourth-order commutator-free Magnus
steps of two exponentials (Alvermann & Fehske, J. Comput. Phys. 230, 5930 (2011)) with a sparse matrix, as few as reach
the error, out of powers of two; ``DOP853`` is `solve_ivp` at the largest tolerance, out of powers of ten, that does.
Seconds are those of the evolution on one thread, medians of the rounds; building matrices and energies is left out.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from instances import middle, show
from scipy.integrate import solve_ivp
from scipy.sparse import csr_array, dia_array
from scipy.sparse.linalg import expm_multiply

import sgq
from sgq.annealing_schedule import annealing_schedule
from sgq.kernels.diagonal import aligned
from sgq.kernels.teams import Team
from sgq_solvers.schroedinger.evolution import Evolution

ERROR = 1e-4
COLUMNS = ["n", "schroedinger", "expm_multiply", "expm_multiply / ours", "DOP853", "DOP853 / ours"]
States = np.ndarray[Any, np.dtype[np.complex128]]


def ours(energies: np.ndarray[Any, Any], duration: float, tolerance: float) -> States:
    evolution = Evolution(energies, False, annealing_schedule("linear"), duration, tolerance, Team())
    while evolution.s < 1:
        evolution.advance()
    return evolution.state.real + 1j * evolution.state.imag


def parts(energies: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    """-Σ X and H_p as sparse matrices."""
    size, rows = len(energies), np.arange(len(energies))
    columns = np.sort(rows[:, None] ^ (1 << np.arange(size.bit_length() - 1)), axis=1)
    starts = np.arange(size + 1) * columns.shape[1]
    field = csr_array((np.full(columns.size, -1.0), columns.ravel(), starts), shape=(size, size))
    return field, dia_array((energies[None, :], [0]), shape=(size, size)).tocsr()


def magnus(field: Any, energy: Any, duration: float, steps: int) -> States:
    psi, h, root = np.full(field.shape[0], field.shape[0] ** -0.5, complex), 1 / steps, 3**0.5 / 6
    for step in range(steps):
        first, second = (step + 0.5 - root) * h, (step + 0.5 + root) * h
        for weight in (0.25 + root, 0.25 - root):  # of the earlier place, then the other way round
            s = weight * first + (0.5 - weight) * second
            psi = expm_multiply(-1j * duration * h * ((0.5 - s) * field + s * energy), psi, traceA=0.0)
    return psi


def runge_kutta(field: Any, energy: Any, duration: float, rtol: float) -> States:
    def slope(t: float, psi: States) -> States:
        s = t / duration
        return -1j * ((1 - s) * (field @ psi) + s * (energy @ psi))

    start = np.full(field.shape[0], field.shape[0] ** -0.5, complex)
    return solve_ivp(slope, (0, duration), start, method="DOP853", rtol=rtol, atol=rtol / 100).y[:, -1]


def accurate(run: Callable[[Any], States], settings: list[Any], exact: States) -> Callable[[], States]:
    """The run at the first of the settings whose error, but for a phase, is small enough."""
    for setting in settings:
        overlap = abs(np.vdot(exact, run(setting))) / np.linalg.norm(exact) ** 2
        if abs(1 - overlap) < ERROR**2 / 2:
            break
    return lambda: run(setting)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="8,10,12,14,16,18,20")
    parser.add_argument("--peers", type=int, default=14, help="largest size for the peers")
    parser.add_argument("--time", type=float, default=20.0, help="annealing time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    for n in map(int, arguments.sizes.split(",")):
        problem = sgq.build("sherrington-kirkpatrick", n=n, field=0.3, seed=n)
        energies = aligned(1 << n, np.float64, 1)
        for part in np.array_split(np.arange(1 << n), max(1, (1 << n) >> 16)):
            energies[part] = problem.energies((1 - 2 * ((part[:, None] >> np.arange(n)) & 1)).astype(np.int8))
        energies -= energies.mean()
        runs: dict[str, Callable[[], States]] = {"schroedinger": lambda e=energies: ours(e, arguments.time, ERROR)}
        if n <= arguments.peers:
            exact, matrices = ours(energies, arguments.time, 1e-9), parts(energies)
            runs["expm_multiply"] = accurate(
                lambda steps, m=matrices: magnus(*m, arguments.time, steps), [2**k for k in range(4, 12)], exact
            )
            runs["DOP853"] = accurate(
                lambda rtol, m=matrices: runge_kutta(*m, arguments.time, rtol), [10.0**-k for k in range(4, 12)], exact
            )
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        runs["schroedinger"]()
        for _ in range(arguments.rounds):
            for name, run in runs.items():
                started = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - started)
        row: dict[str, Any] = {"n": n, **{name: middle(values) for name, values in seconds.items()}}
        row |= {f"{name} / ours": row[name][0] / row["schroedinger"][0] for name in list(runs)[1:]}
        show(f"seconds to an error of {ERROR:g}, annealing time {arguments.time:g}", COLUMNS, [row], arguments.json)


if __name__ == "__main__":
    main()

"""Annealing, classical, quantum and simulated quantum, QAOA and D-Wave: times to solution at optimal annealing times.

All solve the same Sherrington–Kirkpatrick instances, each in its own unit of time: slopes may be compared, heights may
not. D-Wave's processor is the mock, a classical search, unless `--qpu` takes the configured one.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
from dwave.system.testing import MockDWaveSampler

import sgq
from sgq.analysis import optimal_annealing_time
from sgq.report import annealing_time_figures as figures

SOLVERS = {
    "annealing": ("num_sweeps", [1, 2, 4, 8, 16, 32], "sweeps"),
    "path-integral": ("num_sweeps", [1, 2, 4, 8, 16, 32, 64], "sweeps"),
    "schroedinger": ("annealing_time", [2, 4, 8, 16, 32, 64, 128], "ħ/J"),
    "qaoa": ("p", [1, 2, 4, 8], "layers"),
    "dwave": ("annealing_time", [1, 5, 20], "µs"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in {"sizes": "6,8,10,12,14", "instances": 20, "reads": 500, "output": "annealing.png"}.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--qpu", action="store_true", help="takes some seconds of QPU time")
    a = parser.parse_args()
    sizes, runs, found, energies = [int(n) for n in a.sizes.split(",")], {"exact": ("exhaustive", {})}, {}, {}
    for name, (parameter, times, _) in SOLVERS.items():
        physics = {"num_slices": "continuous", "keep": "last"} if name == "path-integral" else {}
        runs |= {f"{name} {t}": (name, {parameter: t, "num_reads": a.reads} | physics) for t in times}
    if not a.qpu:  # the mock takes annealing times and does not feel them
        SOLVERS["dwave"] = (*SOLVERS["dwave"][:2], "µs of the mock")
        mock = sgq.get_solver("dwave")(MockDWaveSampler(topology_type="pegasus", topology_shape=[4]))
        runs |= {f"dwave {t}": (mock, {"num_reads": a.reads}) for t in SOLVERS["dwave"][1]}
    results = np.empty((len(sizes), a.instances, len(runs), 3))
    for i, k in np.ndindex(results.shape[:2]):
        rows = sgq.compare(sgq.build("sherrington-kirkpatrick", n=sizes[i], seed=k), runs, seed=1)  # exact: the target
        results[i, k] = [(r.success_probability, (r.mean - r.target) / sizes[i], r.time_to_solution) for r in rows]
    for name, (_, times, unit) in SOLVERS.items():
        of_solver = results[:, :, [list(runs).index(f"{name} {t}") for t in times]]
        found[f"{name}, {unit}"] = best = [optimal_annealing_time(times, of_size[..., 0].T) for of_size in of_solver]
        energies[name] = times, of_solver[-1, ..., 1].T
        clock = np.median(of_solver[..., 2], 1).min(1).round(4)
        print(name, *(f"{o.time_to_solution:g} at {o.annealing_time:g} {unit}," for o in best), "seconds here", clock)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 5), layout="constrained")
    figures.optimal_times(sizes, found, left)
    figures.annealing_times(sizes, found, middle)
    figures.residual_energies(energies, right).set(ylabel=f"residual energy per spin, N = {sizes[-1]}")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=5)
    figure.savefig(a.output, dpi=150)


if __name__ == "__main__":
    main()

"""One spin glass on a D-Wave processor: energies at three chain strengths against the exact ground energy.

Needs a Leap account (``dwave setup``, or the token in DWAVE_API_TOKEN); ``--mock`` runs Ocean's mock processor, which
anneals nothing. With ``--job FILE`` the first call submits, and a later one, on another day, goes on from the file.
"""

import argparse
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import sgq
from sgq_solvers.leap import DWaveQPUSampler, Job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group()  # the mock keeps no jobs
    where.add_argument("--mock", action="store_true", help="use a mock processor on this machine")
    where.add_argument("--job", type=Path, help="keep the job in this file, or fetch the one that is there")
    parser.add_argument("--num-reads", type=int, default=500)
    parser.add_argument("--output", default="submit_to_leap.png")
    arguments = parser.parse_args()
    n = 16
    problem = sgq.build("sherrington-kirkpatrick", n=n, seed=5)
    options = {"num_reads": arguments.num_reads, "chain_strength": [0.5, 1.0, 2.0], "num_gauges": 5, "label": "sgq"}
    try:
        from dwave.system.testing import MockDWaveSampler

        mock = MockDWaveSampler(topology_type="pegasus", topology_shape=[4]) if arguments.mock else None
        with DWaveQPUSampler(mock) as processor:
            if arguments.job is None:
                samples = sgq.solve(problem, processor, **options)
            else:
                if not arguments.job.exists():
                    processor.submit(problem, arguments.job, qpu_budget=2, **options)
                samples = sgq.solve(problem, Job(arguments.job), timeout=60)
    except (ValueError, OSError, ImportError) as error:
        sys.exit(f"{error}\nWithout an account: --mock")
    ground = sgq.solve(problem, "exhaustive").first.energy
    info, record = samples.info["sgq"], samples.record
    strengths = getattr(record, "chain_strength", np.full(len(record), None))  # None where no chain has two qubits
    reads = [record[strengths == row["chain_strength"]] for row in info["scan"]]
    labels = [f"chain strength {r['chain_strength']}: {r['chain_break_fraction']:.1%} broken" for r in info["scan"]]

    figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    ax.hist([r.energy / n for r in reads], 25, weights=[r.num_occurrences for r in reads], label=labels)
    hits = sum(row["hits"] for row in info["scan"] if row["best_energy"] < ground + 1e-9)
    ax.axvline(ground / n, color="black", ls="--", label=f"ground energy, reached by {hits} reads")
    ax.set(xlabel="energy per spin", ylabel=f"reads of {arguments.num_reads} at each strength")
    ax.set_title(f"Sherrington–Kirkpatrick, N = {n}, {info['num_qubits']} qubits of {info['processor']}, 5 gauges")
    ax.legend()
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()

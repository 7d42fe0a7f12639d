"""One spin glass on a D-Wave processor: the energies of its reads against the exact ground energy.

Needs a Leap account (``dwave setup``, or the token in DWAVE_API_TOKEN); ``--mock`` runs Ocean's mock processor,
which descends from random states and anneals nothing.
"""

import argparse
import sys

import matplotlib.pyplot as plt

import sgq


def mock_processor() -> object:
    from dwave.system.testing import MockDWaveSampler

    return MockDWaveSampler(topology_type="pegasus", topology_shape=[4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mock", action="store_true", help="use a mock processor on this machine")
    parser.add_argument("--num-reads", type=int, default=1000)
    parser.add_argument("--output", default="submit_to_leap.png")
    arguments = parser.parse_args()
    n = 16
    problem = sgq.build("sherrington-kirkpatrick", n=n, seed=5)
    processor = sgq.get_solver("dwave")(mock_processor() if arguments.mock else None)
    try:
        samples = sgq.solve(problem, processor, num_reads=arguments.num_reads, label="sgq example")
    except (ValueError, ConnectionError, ImportError) as error:
        sys.exit(f"{error}\nWithout an account: --mock")
    ground = sgq.solve(problem, "exhaustive").first.energy
    info = samples.info["sgq"]
    hits = samples.record.num_occurrences[samples.record.energy < ground + 1e-9].sum()

    figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    ax.hist(samples.record.energy / n, bins=40, weights=samples.record.num_occurrences, label=info["processor"])
    ax.axvline(ground / n, color="black", ls="--", label=f"ground energy, reached by {hits} reads")
    ax.set(xlabel="energy per spin", ylabel=f"reads of {arguments.num_reads}")
    ax.set_title(
        f"Sherrington–Kirkpatrick, N = {n}, on {info['num_qubits']} qubits in chains of up to {info['longest_chain']};"
        f"\n{info['chain_break_fraction']:.1%} of chains broken at strength {info['chain_strength']:.2f}"
    )
    ax.margins(y=0.3)
    ax.legend()
    figure.savefig(arguments.output, dpi=150)


if __name__ == "__main__":
    main()

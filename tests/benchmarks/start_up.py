"""From process start to the first sample, with a warm and with a cold cache of compiled kernels: where it goes.

    python tests/benchmarks/start_up.py [--rounds 5]

Each run is a process of its own that solves one 3D ±J glass of 1000 spins (and one with Gaussian couplings, one dense)
by default parameters.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise

from instances import middle, show

RUN = """
import json, sys, time
marks = [("interpreter", time.time())]
import sgq
import dimod
marks.append(("sgq and dimod", time.time()))
import numba
marks.append(("numba", time.time()))
problem = sgq.build(*json.loads(sys.argv[1])[:1], **json.loads(sys.argv[1])[1])
problem.model
marks.append(("model", time.time()))
sgq.solve(problem, sys.argv[2], num_sweeps=10, seed=1)
marks.append(("first answer", time.time()))
sgq.solve(problem, sys.argv[2], num_sweeps=10, seed=2)
marks.append(("second answer", time.time()))
print(json.dumps(marks))
"""
CASES = {
    "3D ±J, annealing": (["edwards-anderson", {"shape": [10, 10, 10], "disorder": "bimodal", "seed": 1}], "annealing"),
    "3D ±J, tempering": (["edwards-anderson", {"shape": [10, 10, 10], "disorder": "bimodal", "seed": 1}], "tempering"),
    "3D Gaussian, annealing": (["edwards-anderson", {"shape": [10, 10, 10], "seed": 1}], "annealing"),
    "SK 256, annealing": (["sherrington-kirkpatrick", {"n": 256, "seed": 1}], "annealing"),
    "3-SAT, annealing": (["k-sat", {"n": 200, "alpha": 4.0, "seed": 1}], "annealing"),
}


def run(case: str, cache: str | None) -> dict[str, float]:
    """Seconds of each part, and from process start to the first answer."""
    problem, solver = CASES[case]
    environment = os.environ | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    started = time.time()
    command = [sys.executable, "-c", RUN, json.dumps(problem), solver]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    marks = [("start", started), *json.loads(output)]
    parts = {name: end - begin for (_, begin), (name, end) in pairwise(marks)}
    return parts | {"total": marks[-2][1] - started}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    rows = []
    for case in CASES:
        for cold in (False, True):
            runs = []
            for _ in range(1 if cold else rounds + 1):
                with tempfile.TemporaryDirectory() as folder:
                    runs.append(run(case, folder if cold else None))
            runs = runs if cold else runs[1:]  # the first one may have had to compile
            parts = {key: middle([r[key] for r in runs])[0] for key in runs[0]}
            rows.append({"case": case, "cache": "cold" if cold else "warm", **parts})
    show("seconds from process start to the first answer", list(rows[0]), rows)


if __name__ == "__main__":
    main()

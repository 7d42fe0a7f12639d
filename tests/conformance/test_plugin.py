"""A problem and a solver in a package of their own are found, listed, and pass the checks."""

import subprocess
import sys
from pathlib import Path

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "sgq-demo"
version = "1.0"
[project.entry-points."sgq.problems"]
demo-ring = "sgq_demo:ring"
[project.entry-points."sgq.solvers"]
demo-flip = "sgq_demo:AllUp"
"""

MODULE = '''
import dimod
import numpy as np
from sgq.problem import IsingProblem


def ring(*, n: int, seed: int | None = None) -> IsingProblem:
    """Ferromagnetic ring."""
    sites = np.arange(n)
    return IsingProblem(
        name="demo-ring",
        parameters={"n": n},
        seed=seed,
        ground_energy=float(-n),
        pairs=np.stack([sites, (sites + 1) % n], axis=1),
        couplings=np.ones(n),
        fields=np.zeros(n),
    )


class AllUp(dimod.Sampler):
    """Answers every model with all variables up."""

    parameters = {}
    properties = {}

    def sample(self, bqm, **parameters):
        return dimod.SampleSet.from_samples_bqm({v: 1 for v in bqm.variables}, bqm)
'''

CHECK = """
import sgq
from sgq.testing import check_problem, check_solver
assert "demo-ring" in sgq.problems() and "demo-flip" in sgq.solvers()
check_problem("demo-ring", n=6, seed=1)
check_solver("demo-flip")
assert sgq.solve(sgq.build("demo-ring", n=5), "demo-flip").first.energy == -5
"""


def test_an_installed_package_is_found_and_passes(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    (source / "sgq_demo").mkdir(parents=True)
    (source / "pyproject.toml").write_text(PYPROJECT)
    (source / "sgq_demo" / "__init__.py").write_text(MODULE)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(site), str(source)], check=True)
    run = f"import sys; sys.path.insert(0, {str(site)!r})\n{CHECK}"
    subprocess.run([sys.executable, "-c", run], check=True)
    listing = (
        f"import sys; sys.path.insert(0, {str(site)!r}); sys.argv = ['sgq', 'solvers']; import sgq.cli as c; c.main()"
    )
    shown = subprocess.run([sys.executable, "-c", listing], check=True, capture_output=True, text=True).stdout
    assert "Answers every model with all variables up." in shown

"""Names, and what is said of a name that is not there."""

import subprocess
import sys

import pytest

import sgq


def test_importing_sgq_loads_neither_dimod_nor_numba() -> None:
    code = "import sgq, sys; sys.exit(any(m in sys.modules for m in ('dimod', 'numba', 'numpy', 'networkx')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_loads() -> None:
    for name in sgq.__all__:
        assert getattr(sgq, name) is not None
    assert set(sgq.__all__) <= set(dir(sgq))


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"no solver named 'anealing' \(did you mean 'annealing'\?\): annealing, "):
        sgq.get_solver("anealing")
    with pytest.raises(ValueError, match=r"did you mean 'hopfield'"):
        sgq.build("hopfeild", n=3)


def test_a_wrong_or_missing_parameter_says_which_are_allowed() -> None:
    with pytest.raises(ValueError, match=r"no parameter 'shap' \(did you mean 'shape'\?\): shape, "):
        sgq.build("edwards-anderson", shap=(4, 4))
    with pytest.raises(ValueError, match="edwards-anderson needs shape"):
        sgq.build("edwards-anderson")

"""Where the real instances lie; tests that need them skip where they are absent."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"the collection of real instances is not at {DATA}")
    return DATA

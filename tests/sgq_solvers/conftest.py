"""What the tests of replicas replace."""

import pytest

from sgq_solvers.replicas import lanes as shared


@pytest.fixture
def one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool of one entry, so that eight spins share it."""
    monkeypatch.setattr(shared, "_ENTRIES", 1)

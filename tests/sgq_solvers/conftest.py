"""What the tests of replicas replace, and what those of D-Wave's faults watch over."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from sgq_solvers.replicas import lanes as shared

if TYPE_CHECKING:
    from sapi.service import Service


@pytest.fixture
def one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool of one entry, so that eight spins share it."""
    monkeypatch.setattr(shared, "_ENTRIES", 1)


@pytest.fixture
def job_file(tmp_path: Path) -> Path:
    """Where a test may keep a job."""
    return tmp_path / "job.json"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two requests to a service that fails, no time passes."""
    monkeypatch.setattr(
        "sgq_solvers.leap.service.time", SimpleNamespace(sleep=lambda seconds: None, monotonic=time.monotonic)
    )


@pytest.fixture
def no_token_is_left(
    sapi: Service, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """The test ends with a look for the token in files, logs, output, and what was sent."""
    from sapi.service import TOKEN

    logging.getLogger("dwave.cloud").setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    yield
    assert all(TOKEN.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert TOKEN not in "".join([caplog.text, *capfd.readouterr()])
    assert sapi.places_of_the_token() <= {"X-Auth-Token"}

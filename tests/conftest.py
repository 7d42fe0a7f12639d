"""Where the real instances lie (tests that need them skip where they are absent), reproducible examples, and D-Wave's
service on the loopback interface.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from sapi.service import Service

# A shell that runs the tests in the background has them ignore Ctrl-C, which some of them press
signal.signal(signal.SIGINT, signal.default_int_handler)

DATA = Path(__file__).parents[2] / "shared" / "data"

settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")


@pytest.fixture(scope="session")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"the collection of real instances is not at {DATA}")
    return DATA


@pytest.fixture
def sapi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service like D-Wave's, and the environment in which its client, here and in a child process, finds it."""
    pytest.importorskip("dwave.system")
    from sapi import properties
    from sapi.server import client_environment, serving
    from sapi.service import Service

    makers = (properties.chimera, properties.pegasus, properties.zephyr, properties.hybrid)
    with serving(Service(*(make() for make in makers))) as service:
        for name, value in client_environment(service.endpoint, tmp_path).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        yield service

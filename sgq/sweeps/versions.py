"""Which versions of which distributions decide what a run gives."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import sgq


def versions_of(thing: Any) -> dict[str, str]:
    """Versions of sgq, of NumPy, which draws the instances, and of the distribution that `thing` is defined in.

    `thing` is a function or a class; what belongs to no distribution, such as a script, has no version.
    """
    versions = {"numpy": metadata.version("numpy"), "sgq": sgq.__version__}
    name = _distribution(thing.__module__)
    return versions if name is None else versions | {name: metadata.version(name)}


def environment() -> dict[str, str]:
    """Versions and machine of this process, for a reader; nothing depends on them."""
    names = ("sgq", "numpy", "scipy", "numba", "dimod")
    return {
        "machine": f"{_processor()}, {platform.system()}",
        "python": platform.python_version(),
        **{name: sgq.__version__ if name == "sgq" else metadata.version(name) for name in names},
    }


def _processor() -> str:
    """The processor's name where Linux tells it, else its architecture."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


@cache
def _distribution(module: str) -> str | None:
    """The distribution that a module was installed from; several may share a namespace such as ``dwave``."""
    candidates = set(_packages().get(module.partition(".")[0], ()))
    if len(candidates) < 2:
        return next(iter(candidates), None)
    place = module.replace(".", "/")
    for name in sorted(candidates):
        files = metadata.distribution(name).files or []
        if any(str(file).startswith((f"{place}/", f"{place}.")) for file in files):
            return name
    return None


@cache
def _packages() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())

"""Which versions of which distributions decide what a run gives."""

from __future__ import annotations

import platform
import sys
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import sgq


def versions_of(thing: Any) -> dict[str, str]:
    """Versions of sgq, of NumPy, which draws the instances, and of the code of a function or class."""
    return {"numpy": metadata.version("numpy"), "sgq": sgq.__version__} | code_version(thing)


def code_version(thing: Any) -> dict[str, str]:
    """The distribution that a function or class comes from; else its module with a hash of the source."""
    module = thing.__module__
    if module.partition(".")[0] in ("sgq", "sgq_problems", "sgq_solvers"):
        return {}
    name = _distribution(module)
    if name is not None:
        return {name: metadata.version(name)}
    source = getattr(sys.modules.get(module), "__file__", None)
    return {} if source is None else {module: sha256(Path(source).read_bytes()).hexdigest()[:16]}


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

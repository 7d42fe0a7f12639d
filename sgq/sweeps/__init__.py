"""Sweeps: many runs, problems × solvers × instances, kept in one file that survives anything."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sgq.sweeps.executors import Serial as Serial
    from sgq.sweeps.store import Store as Store
    from sgq.sweeps.sweep import Sweep as Sweep

_HOME = {"Serial": "executors", "Store": "store", "Sweep": "sweep"}
__all__ = [*_HOME]


def __getattr__(name: str) -> Any:  # worker processes set their number of threads before NumPy is imported
    from importlib import import_module

    if name in _HOME:
        return getattr(import_module(f"sgq.sweeps.{_HOME[name]}"), name)
    raise AttributeError(f"module 'sgq.sweeps' has no attribute {name!r}")

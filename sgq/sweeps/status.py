"""How far a sweep is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """Runs of one problem point by one solver point."""

    problem: str
    solver: str
    done: int
    failed: int


@dataclass(frozen=True)
class Status:
    """Runs of a sweep that are in its store.

    Attributes
    ----------
    name
        Of the sweep.
    expected, done, failed
        Runs it has, of which so many are done, and so many were tried and failed.
    cells
        The same for each point of problem and solver; each is to have `instances`.
    instances
        Runs expected of a cell.
    errors
        First lines of the latest failures.
    """

    name: str
    expected: int
    done: int
    failed: int
    instances: int
    cells: tuple[Cell, ...]
    errors: tuple[str, ...]

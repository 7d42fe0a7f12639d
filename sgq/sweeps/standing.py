"""What a run of the store has, and whether that is all a sweep wants of it."""

from __future__ import annotations

import json
from collections.abc import Set
from typing import Literal, NamedTuple


class Standing(NamedTuple):
    """Whether a run was solved, and its measures by identity: those taken, and those that failed."""

    solved: bool
    measured: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Standing:
        """The standing that ``json.dumps`` wrote."""
        solved, measured, failed = json.loads(text)
        return cls(solved, tuple(measured), tuple(failed))

    def of(self, wanted: Set[str]) -> Literal["done", "failed", "open"]:
        """Where the run stands for a sweep that wants these measures."""
        if not self.solved:
            return "failed"
        if wanted <= set(self.measured):
            return "done"
        return "failed" if wanted & set(self.failed) else "open"

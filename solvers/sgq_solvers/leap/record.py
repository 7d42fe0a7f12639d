"""A plan and its job file, if it has one: what several processes do to it at once is put together here."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sgq_solvers.leap.job_file import create_job, read_job, update_job
from sgq_solvers.leap.lock import is_locked, locked
from sgq_solvers.leap.plan import Plan

_SENDING = "sending"


class Record:
    """A plan, what is attached to it, and the file that keeps both, or None.

    Attributes
    ----------
    is_new
        The file is not there yet: `keep` writes it.
    """

    def __init__(self, plan: Plan, path: Path | None, attached: Any, *, is_new: bool) -> None:
        self.plan, self.path, self.attached, self.is_new = plan, path, attached, is_new

    @classmethod
    def of_file(cls, path: Path) -> Record:
        """The record that a file holds, or ValueError."""
        plan, attached = read_job(path)
        return cls(plan, path, attached, is_new=False)

    def keep(self) -> None:
        """Write the file if it is new, or ValueError if it is there."""
        if self.path is not None and self.is_new:
            create_job(self.path, self.plan, self.attached)
        self.is_new = False

    def discard(self) -> None:
        """Delete the file: there is no job."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.is_new = True

    def save(self, change: Callable[[Plan], None] | None = None) -> None:
        """Take over what other processes wrote, make a change, and write; OSError if the file cannot be written."""
        if self.path is None:
            if change is not None:
                change(self.plan)
            return
        where = update_job(self.path, self.plan, self.attached, change)
        if where != self.path:
            warnings.warn(f"{self.path} is another file now: this job is kept in {where}", stacklevel=2)
            self.path = where

    def try_save(self, change: Callable[[Plan], None] | None = None) -> None:
        """The same; a file that cannot be written is a warning, for what is at hand is worth more than the file."""
        try:
            self.save(change)
        except OSError as error:
            if change is not None:
                change(self.plan)
            warnings.warn(f"the job file could not be written ({error})", stacklevel=2)

    def catch_up(self) -> None:
        """Take over what other processes wrote since the file was read."""
        if self.path is not None and not self.is_new:
            with suppress(OSError, ValueError):  # gone, or damaged: what is known here is all there is
                there = read_job(self.path)[0]
                if there.key == self.plan.key:
                    self.plan.merge(there)

    @property
    def submitting(self) -> bool:
        """Whether some process is sending submissions now."""
        return self.path is not None and is_locked(self.path, _SENDING)

    @contextmanager
    def sole_sender(self) -> Iterator[None]:
        """While one process sends submissions, no other does: ValueError."""
        with self.sender_done(1) as mine:
            if not mine:
                raise ValueError(f"another process is submitting {self.path}: `sgq leap status` tells when it is done")
            yield

    @contextmanager
    def sender_done(self, wait: float) -> Iterator[bool]:
        """Wait up to `wait` seconds until nobody sends, and then keep it so; whether that succeeded."""
        if self.path is None:
            yield True
        else:
            with locked(self.path, _SENDING, wait) as mine:
                self.catch_up()
                yield mine

    @property
    def whereabouts(self) -> str:
        """Where the job is to be found after an error."""
        if self.path is not None:
            return f"; the job stands in {self.path}"
        sent = [s.id or f"{s.label!r}, perhaps" for s in self.plan.submissions if s.id or s.state == "sending"]
        return f"; submitted as {'; '.join(sent)}" if sent else ""

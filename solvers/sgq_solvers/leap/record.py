"""A plan and its job file, if it has one: what several processes do to it at once is put together here."""

from __future__ import annotations

import errno
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sgq_solvers.leap.job_file import job_document, read_job
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
        """Write the file if it is new.

        Raises
        ------
        ValueError
            If it is there: it may be the only way to answers that are paid for. As `job_document` raises it.
        OSError
            If it cannot be written; it names the file.
        """
        if self.path is not None and self.is_new:
            with _named(self.path), _written(self.path, job_document(self.plan, self.attached)) as beside:
                _place(beside, self.path)
        self.is_new = False

    def discard(self) -> None:
        """Delete the file: there is no job."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.is_new = True

    def save(self, change: Callable[[Plan], None] | None = None) -> None:
        """Take over what other processes wrote, make a change, and write, with nobody else writing in between.

        If something else than this job stands in the file by now, it is left alone, and the job is kept in another file
        beside it, with a warning.

        Raises
        ------
        OSError
            If the file cannot be written; it names the file.
        """
        if self.path is None:
            if change is not None:
                change(self.plan)
        elif not self._update(self.path, change):
            beside = self.path.with_name(f"{self.path.stem}-{self.plan.key[:8]}{self.path.suffix}")
            warnings.warn(f"{self.path} is another file now: this job is kept in {beside}", stacklevel=2)
            self.path = beside
            self.save(change)

    def _update(self, path: Path, change: Callable[[Plan], None] | None) -> bool:
        """Whether the file was this job's to write, which it is too if it is gone."""
        with _named(path), locked(path, "writing", 10) as mine:
            if not mine:
                raise BlockingIOError(errno.EAGAIN, "another process has been writing it for ten seconds")
            with suppress(FileNotFoundError):
                if not self._take_over(path):
                    return False
            if change is not None:
                change(self.plan)
            with _written(path, job_document(self.plan, self.attached)) as beside:
                os.replace(beside, path)
        return True

    def _take_over(self, path: Path) -> bool:
        """Take over what went further in the file; whether this job is in it."""
        try:
            there = read_job(path)[0]
        except ValueError:  # no job, or one that this process cannot read
            return False
        if there.key == self.plan.key:
            self.plan.merge(there)
        return there.key == self.plan.key

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
            with suppress(OSError):  # gone: what is known here is all there is
                self._take_over(self.path)

    @property
    def submitting(self) -> bool:
        """Whether some process is sending submissions now."""
        return self.path is not None and is_locked(self.path, _SENDING)

    @contextmanager
    def sole_sender(self) -> Iterator[None]:
        """While this process sends submissions, no other does; ValueError if one does already."""
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


@contextmanager
def _written(path: Path, text: str) -> Iterator[Path]:
    """A file beside the job file, on disk to the last byte, to take its place."""
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with open(beside, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors of the operating system name the job file, not what is hidden beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _place(beside: Path, path: Path) -> None:
    """Give a file a name that is free, or ValueError."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise ValueError(f"{path} exists: it may hold a job that is not fetched; choose another name") from None
    except OSError:  # a file system without hard links: an empty file reserves the name for a moment
        path.touch(exist_ok=False)
        os.replace(beside, path)

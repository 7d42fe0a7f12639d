"""Locks of processes that share a job file: whoever submits holds one, and whoever writes the file another."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def locked(path: Path, what: str, wait: float) -> Iterator[bool]:
    """Hold the lock `what` of a file, and tell whether it was to be had within `wait` seconds.

    It is a lock of the operating system on a hidden file beside it, and ends with the process at the latest.
    """
    beside, until = _lock_file(path, what), time.monotonic() + wait
    while not (held := _held(path, beside)) and time.monotonic() < until:
        time.sleep(0.02)
    try:
        yield held is not None
    finally:
        if held is not None:
            with suppress(OSError):  # Windows deletes no open file
                beside.unlink()
            held.close()


def is_locked(path: Path, what: str) -> bool:
    """Whether somebody holds the lock."""
    if not _lock_file(path, what).exists():
        return False
    with locked(path, what, 0) as free:
        return not free


def _lock_file(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name}.{what}")


def _held(path: Path, beside: Path) -> IO[bytes] | None:
    """The lock's file, open and locked; None where another process has it, or has just deleted it."""
    try:
        file = open(beside, "ab")  # noqa: SIM115 (whoever locks it closes it)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        if _lock(file) and os.path.samestat(os.fstat(file.fileno()), os.stat(beside)):
            return file
    except FileNotFoundError:
        pass
    file.close()
    return None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

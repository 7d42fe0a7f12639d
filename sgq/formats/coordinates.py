"""Text of the form ``i j w``, one entry a line, as max-cut, Ising and QUBO files share it.

A first line ``n`` or ``n m`` may announce the number of variables and of entries; ``#`` begins a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgq.formats.files import FileError, Source
from sgq.models import Floats, Integers

_ENTRY = np.dtype([("i", np.int64), ("j", np.int64), ("w", np.float64)])
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_LINE = re.compile(rf"\s*[+-]?\d{{1,18}}\s+[+-]?\d{{1,18}}\s+{_NUMBER}\s*", re.ASCII)
_HEADER = re.compile(r"\s*(\d{1,18})(?:\s+(\d{1,18})(?:\s+[A-Za-z]+)?)?\s*", re.ASCII)  # G1 has `800 19176 J`


@dataclass(frozen=True)
class Table:
    """Entries of a coordinate file: `i`, `j`, `w`, and the header's `n` and `m` where there are any."""

    source: Source
    n: int | None
    m: int | None
    i: Integers
    j: Integers
    w: Floats

    def error(self, expected: str, entry: int | np.integer) -> FileError:
        """The error for an entry that is not as expected."""
        lines = self.source.lines
        numbered = (k for k, line in enumerate(lines) if _content(line))
        skipped = int(entry) + (self.n is not None)
        line = next(k for position, k in enumerate(numbered) if position == skipped)
        return self.source.error(expected, repr(lines[line].strip()), line)

    def check(self, expected: str, good: NDArray[np.bool_]) -> None:
        """Raise the error for the first entry that is not `good`."""
        bad = np.flatnonzero(~good)
        if len(bad):
            raise self.error(expected, bad[0])

    def check_pairs(self) -> None:
        """Every pair stands once: readers of these formats disagree on whether a second entry adds or replaces."""
        low, high = np.minimum(self.i, self.j), np.maximum(self.i, self.j)
        order = np.lexsort((high, low))
        same = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
        if same.any():
            raise self.error("every pair once", order[1:][same].min())


def read_table(source: Source) -> Table:
    """Parse the text; the number of entries agrees with the header's."""
    lines = source.lines
    first = next((k for k, line in enumerate(lines) if _content(line)), None)
    if first is None:
        raise source.error("numbers", "no line that holds any")
    header = _HEADER.fullmatch(_content(lines[first]))
    start = first + 1 if header else first
    body = [line for line in lines[start:] if _content(line)]
    try:
        entries = np.loadtxt(body, _ENTRY, ndmin=1) if body else np.empty(0, _ENTRY)
    except ValueError as error:
        raise _bad_line(source, start, str(error)) from None
    n, m = (int(number) if number else None for number in header.groups()) if header else (None, None)
    table = Table(source, n, m, entries["i"], entries["j"], entries["w"])
    table.check("a finite number", np.isfinite(table.w))
    if m is not None and len(entries) < m:
        raise source.error(f"{m} entries, as line {first + 1} says", f"{len(entries)}: the file is truncated")
    if m is not None and len(entries) > m:
        raise table.error(f"the end after {m} entries, as line {first + 1} says", m)
    return table


def text(header: str, i: Iterable[int], j: Iterable[int], w: Iterable[float]) -> bytes:
    """The file's text; weights in full precision, whole numbers without a point."""
    entries = (f"{a} {b} {_number(c)}\n" for a, b, c in zip(i, j, w, strict=True))
    return f"{header}\n{''.join(entries)}".encode()


def _content(line: str) -> str:
    return line.partition("#")[0].strip()


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _bad_line(source: Source, start: int, reason: str) -> FileError:
    """The error for the first line that NumPy could not read."""
    for k, line in enumerate(source.lines[start:], start):
        content = _content(line)
        if content and not _LINE.fullmatch(content):
            return source.error("'i j w', two integers and a number", repr(content), k)
    return source.error("lines 'i j w'", reason)

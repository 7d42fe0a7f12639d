"""What DIMACS files of formulas share: a header, comments, and numbers over any lines, clauses ending in 0.

A formula of millions of clauses is read and written in arrays; Python looks at single lines only to say what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sgq.formats.files import FileError, Source
from sgq.models import Integers

HARD = -(10**18)  # what the word h is among the numbers, which lie above
_MOST = 2**63 - 1
_CLAUSES = 1 << 15  # clauses written at once
_COMMENT = re.compile(rb"^c[^\n]*", re.MULTILINE)
_INTEGER = re.compile(r"[+-]?\d{1,25}", re.ASCII)
_END = re.compile(rb"^%", re.MULTILINE)


@dataclass(frozen=True)
class Body:
    """The numbers from line `line` on, which is at byte `start` of the text; `hard` allows the word h among them."""

    source: Source
    start: int
    line: int
    hard: bool = False

    @cached_property
    def tokens(self) -> Integers:
        """The numbers, with the zeros that end clauses."""
        fast = _parse(self._plain, self.hard)
        if fast is not None:
            return fast
        words = [word for _, line in self._lines for word in line.split()]
        numbers = [HARD if self.hard and word == "h" else _number(word) for word in words]
        if None in numbers:
            raise self.error("an integer or h" if self.hard else "an integer", numbers.index(None))
        return np.array(numbers, dtype=np.int64)

    @cached_property
    def ends(self) -> Integers:
        """Positions of the zeros, after checking that the last number is one."""
        if len(self.tokens) and self.tokens[-1]:
            found = "h" if self.tokens[-1] == HARD else str(self.tokens[-1])
            raise self.source.error("a 0 after the last clause", f"{found} as the last number: the file is truncated")
        return np.flatnonzero(self.tokens == 0)

    def check_number(self, m: int, header: int) -> None:
        """Raise the error where there are not the `m` clauses that line `header` announces."""
        announced = f"{m} clauses, as line {header + 1} says"
        if len(self.ends) < m:
            raise self.source.error(announced, f"{len(self.ends)}: the file is truncated")
        if len(self.ends) > m:
            raise self.error(f"the end after {announced}", self.ends[m - 1] + 1 if m else 0)

    def literals(self, places: Integers, n: int) -> Integers:
        """The tokens at `places`, after checking that all are literals of n variables."""
        found: Integers = self.tokens[places]
        if -n <= found.min(initial=0) and found.max(initial=0) <= n:
            return found
        raise self.error(f"literals ±1 … ±{n}", places[np.flatnonzero(np.abs(found) > n)[0]])

    def repeated(self, literals: Integers) -> FileError | None:
        """The error for the first of `literals` whose variable stands in its clause already, if there is one."""
        clause = np.searchsorted(self.ends, literals)
        variables = np.abs(self.tokens[literals])
        order = np.lexsort((variables, clause))
        same = (np.diff(variables[order]) == 0) & (np.diff(clause[order]) == 0)
        return self.error("every variable once in a clause", literals[order[1:][same].min()]) if same.any() else None

    def error(self, expected: str, token: int | np.integer) -> FileError:
        """The error for the token at a position."""
        for k, line in self._lines:
            words = line.split()
            if token < len(words):
                return self.source.error(expected, repr(words[token]), k)
            token -= len(words)
        raise IndexError(token)

    @property
    def _plain(self) -> bytes:
        """The text without comments and SATLIB's trailer."""
        text = self.source.text[self.start :]
        if b"%" in text:
            end = _END.search(text)
            text = text[: end.start()] if end else text
        return _COMMENT.sub(b"", text) if b"c" in text else text

    @cached_property
    def _lines(self) -> list[tuple[int, str]]:
        """Numbered lines that hold numbers."""
        lines = []
        for k, line in enumerate(self.source.lines[self.line :], self.line):
            if line.startswith("%"):
                break
            if line[:1] != "c" and not line.isspace():
                lines.append((k, line))
        return lines


def first_line(source: Source) -> tuple[int, int, str]:
    """The first line that is neither empty nor a comment: its number, the byte after it, and its text, or ``""``."""
    start, text = 0, source.text
    number = 0
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].decode("latin-1")
        if line.strip() and line[0] != "c":
            return number, end + 1, line
        start, number = end + 1, number + 1
    return number, start, ""


def clause_lines(literals: Integers, starts: Integers, first: Integers | None = None) -> Iterator[bytes]:
    """Lines of clauses, each led by its entry of `first` if there are such."""
    led = 0 if first is None else 1
    for k in range(0, len(starts) - 1, _CLAUSES):
        bounds = starts[k : k + _CLAUSES + 1]
        clauses = np.arange(len(bounds) - 1)
        tokens = np.zeros(bounds[-1] - bounds[0] + (led + 1) * len(clauses), dtype=np.int64)
        shift = np.repeat(clauses * (led + 1) + led, np.diff(bounds))
        tokens[np.arange(bounds[-1] - bounds[0]) + shift] = literals[bounds[0] : bounds[-1]]
        if first is not None:
            tokens[bounds[:-1] - bounds[0] + 2 * clauses] = first[k : k + _CLAUSES]
        yield _text(tokens).replace(str(HARD).encode(), b"h")


def _text(tokens: Integers) -> bytes:
    """The numbers in decimal, a line end after each 0 and a space after the others."""
    magnitude = np.abs(tokens)[:, None]
    powers = 10 ** np.arange(len(str(magnitude.max())) - 1, -1, -1)
    cells = np.empty((len(tokens), len(powers) + 2), dtype=np.uint8)
    cells[:, 0] = ord("-")
    cells[:, 1:-1] = magnitude // powers % 10 + ord("0")
    cells[:, -1] = np.where(tokens == 0, ord("\n"), ord(" "))
    shown = np.ones(cells.shape, dtype=bool)
    shown[:, 0] = tokens < 0
    shown[:, 1:-2] = magnitude >= powers[:-1]
    return cells[shown].tobytes()


def _parse(text: bytes, hard: bool) -> Integers | None:
    """The numbers of a text that holds nothing else, or None where a closer look is needed."""
    if not text or text.isspace():
        return np.empty(0, dtype=np.int64)
    if text.translate(None, b"0123456789+- \t\n" + (b"h" if hard else b"")):
        return None
    characters = np.frombuffer(text, dtype=np.uint8)
    for lead in (b"-", b"+", b"h"):  # these begin a word; h is one, and a sign is followed by a digit
        places = np.flatnonzero(characters == lead[0]) if lead in text else np.empty(0, dtype=np.int64)
        before, after = characters[places[places > 0] - 1], characters[places[places < len(text) - 1] + 1]
        if (before > 32).any() or ((after > 32) if lead == b"h" else (after < 48)).any():
            return None
    if text[-1:] in b"+-":
        return None
    marks = text.count(b"h")
    tokens = np.fromstring(text.replace(b"h", str(HARD).encode()), dtype=np.int64, sep=" ")
    if np.count_nonzero(tokens <= HARD) != marks or (tokens.max(initial=0) == _MOST):  # or an end of the range
        return None
    return tokens


def _number(word: str) -> int | None:
    """The number that a word is, or None."""
    if not _INTEGER.fullmatch(word):
        return None
    return number if HARD < (number := int(word)) <= _MOST else None

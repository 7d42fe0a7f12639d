"""What DIMACS files of formulas share: a header, comments, and numbers over any lines, clauses ending in 0.

A formula of millions of clauses is read and written in arrays; Python looks at single lines only to say what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from sgq.formats.files import FileError, Source
from sgq.models import Integers

HARD = -(10**18)  # what the word h is among the numbers, which lie above
MOST_VARIABLES = 2**31 - 1  # literals of other programs have 32 bits
_MOST = 2**63 - 1
_CLAUSES = 1 << 15  # clauses written at once
_PART = 1 << 20  # bytes read at once
_COMMENT = re.compile(rb"^[ \t]*c[^\n]*", re.MULTILINE)
_TRAILER = re.compile(rb"^[ \t]*%", re.MULTILINE)
_WORD = re.compile(rb"\S+")
_INTEGER = re.compile(rb"[+-]?\d{1,25}")


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
        parts = [self._numbers(line, text) for line, text in self._parts()]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    @cached_property
    def ends(self) -> Integers:
        """Positions of the zeros, after checking that the last number is one."""
        if len(self.tokens) and self.tokens[-1]:
            line, word = self._place(len(self.tokens) - 1)
            found = f"{word} as the last number: the file is truncated"
            raise self.source.error("a 0 after the last clause", found, line)
        return np.flatnonzero(self.tokens == 0)

    def check_number(self, m: int, header: int) -> None:
        """Raise the error where there are not the `m` clauses that line `header` announces."""
        announced = f"{m} clauses, as line {header + 1} says"
        if len(self.ends) < m:
            found = f"{len(self.ends)}: the file is truncated or the header miscounts"
            last = self._place(len(self.tokens) - 1)[0] if len(self.tokens) else header
            raise self.source.error(announced, found, last)
        if len(self.ends) > m:
            raise self.error(f"the end after {announced}", self.ends[m - 1] + 1 if m else 0)

    def literals(self, places: Integers, n: int) -> Integers:
        """The tokens at `places`, after checking that all are literals of n variables."""
        found: Integers = self.tokens[places]
        if -n <= found.min(initial=0) and found.max(initial=0) <= n:
            return found
        raise self.error(f"literals ±1 … ±{n}", places[np.flatnonzero(np.abs(found) > n)[0]])

    def error(self, expected: str, token: int | np.integer) -> FileError:
        """The error for the token at a position."""
        line, word = self._place(int(token))
        return self.source.error(expected, repr(word), line)

    def _parts(self) -> Iterator[tuple[int, bytes]]:
        """Whole lines without comments, some 10^6 bytes at once, and the number of the first, up to SATLIB's ``%``."""
        text, start, line = self.source.text, self.start, self.line
        while start < len(text):
            end = text.find(b"\n", start + _PART) + 1 or len(text)
            part = text[start:end]
            trailer = _TRAILER.search(part) if b"%" in part else None
            part = part[: trailer.start()] if trailer else part
            yield line, _COMMENT.sub(b"", part) if b"c" in part else part
            if trailer:
                return
            start, line = end, line + part.count(b"\n")

    def _numbers(self, line: int, text: bytes) -> Integers:
        """The numbers of lines that begin with number `line`; a word that is none is an error."""
        numbers = _parse(text, self.hard)
        if numbers is not None:
            return numbers
        read = []
        for word in _WORD.finditer(text):
            number = HARD if self.hard and word[0] == b"h" else _number(word[0])
            if number is None:
                expected = "an integer or h" if self.hard else "an integer"
                found = repr(word[0].decode("latin-1"))
                raise self.source.error(expected, found, line + text.count(b"\n", 0, word.start()))
            read.append(number)
        return np.array(read, dtype=np.int64)

    def _place(self, token: int) -> tuple[int, str]:
        """The line of the token at a position, and its text."""
        for line, text in self._parts():
            count = len(text.split())
            if token < count:
                word = next(islice(_WORD.finditer(text), token, None))
                return line + text.count(b"\n", 0, word.start()), word[0].decode("latin-1")
            token -= count
        raise IndexError(token)


def first_line(source: Source) -> tuple[int, int, str]:
    """The first line that is neither empty nor a comment: its number, the byte after it, and its text, or ``""``."""
    start, text = 0, source.text
    number = 0
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].decode("latin-1")
        if line.strip() and line.lstrip()[0] != "c":
            return number, end + 1, line
        start, number = end + 1, number + 1
    return number, start, ""


def check_variables(source: Source, n: int, line: int) -> None:
    """Raise the error where the header in `line` announces no variables, or more than fit in 32 bits."""
    if not 1 <= n <= MOST_VARIABLES:
        raise source.error(f"1 … {MOST_VARIABLES} variables", str(n), line)


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


def _number(word: bytes) -> int | None:
    """The number that a word is, or None."""
    if not _INTEGER.fullmatch(word):
        return None
    return number if HARD < (number := int(word)) <= _MOST else None

"""The path of a quantum annealer: A(s) and B(s) of H(s) = -A(s)/2 Σ X + B(s)/2 H_p, with s from 0 to 1.

H_p is the model's energy with spins as Pauli Z; hbar = 1. A path is named, a table, or a published file of a processor.
"""

from __future__ import annotations

import csv
import gzip
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import choice, finite_array

Floats = NDArray[np.float64]

_PATHS = {"linear": (2.0, -2.0), "quadratic": (2.0, -4.0, 2.0)}  # A(s) in powers of s; B(s) is A(1 - s)
_COLUMNS = "s, A(s) (GHz), B(s) (GHz)"
_ROUNDING = 1e-12  # by which a sum of steps may leave [0, 1]


@dataclass(frozen=True, eq=False)
class AnnealingSchedule:
    """A(s), B(s) and their derivatives; made by `annealing_schedule`.

    Attributes
    ----------
    name
        ``"linear"``, ``"quadratic"``, ``"table"``, or the name of the file.
    unit
        Of A and B: ``"rad/ns"`` for the file of a processor, so that times are nanoseconds and the model's
        coefficients are numbers; ``"1"`` otherwise, where times are in units of 1/energy.
    """

    name: str
    unit: str
    _functions: tuple[Any, Any]

    def A(self, s: ArrayLike) -> Floats:
        """Transverse field, for s of any shape in [0, 1]."""
        return self._at(0, s)

    def B(self, s: ArrayLike) -> Floats:
        """Weight of the model's energy, for s of any shape in [0, 1]."""
        return self._at(1, s)

    def derivatives(self, s: ArrayLike) -> tuple[Floats, Floats]:
        """dA/ds and dB/ds, for s of any shape in [0, 1]."""
        return self._at(0, s, 1), self._at(1, s, 1)

    @cached_property
    def rows(self) -> Floats:
        """Where the rows of its table stand, at which second derivatives may jump; none if it has no table."""
        return np.asarray(getattr(self._functions[0], "x", ()), dtype=np.float64)

    def integrals(self, first: float, last: float) -> tuple[float, float]:
        """The integrals of A and B from `first` to `last`."""
        a, b = (float(function(last) - function(first)) for function in self._integrals)
        return a, b

    @cached_property
    def _integrals(self) -> tuple[Any, Any]:
        a, b = (f.integ() if hasattr(f, "integ") else f.antiderivative() for f in self._functions)
        return a, b

    def _at(self, which: int, s: ArrayLike, order: int = 0) -> Floats:
        values = finite_array("s", s)
        if (values < -_ROUNDING).any() or (values > 1 + _ROUNDING).any():
            raise ValueError(f"s between {values.min()} and {values.max()}: a schedule runs from 0 to 1")
        function = self._functions[which]
        if order:
            function = function.deriv() if hasattr(function, "deriv") else function.derivative()
        return np.asarray(function(np.clip(values, 0.0, 1.0)), dtype=np.float64)


def annealing_schedule(
    given: AnnealingSchedule | str | os.PathLike[str] | ArrayLike = "linear",
) -> AnnealingSchedule:
    """The schedule that a user names, tabulates or has as a file.

    Parameters
    ----------
    given
        - ``"linear"``: A = 2 (1 - s), B = 2 s, so that H = -(1 - s) Σ X + s H_p;
        - ``"quadratic"``: A = 2 (1 - s)², B = 2 s², whose end is gentle;
        - a table of shape (rows, 3), each row s, A, B in the model's units: s increases from 0 to 1, A and B are not
          negative, and a monotone cubic (Fritsch and Carlson's, `scipy.interpolate.PchipInterpolator`) runs between
          rows;
        - the path of a file as D-Wave publishes it for each processor, CSV (gzip or not) or .xlsx with the columns
          ``s, A(s) (GHz), B(s) (GHz)``. Gigahertz become rad/ns, 2π times as many, and times are then nanoseconds.
          ``"FILE.xlsx#Fast-Annealing Schedule"`` takes that sheet; without a name it is the first that holds a
          schedule, the standard one in the published files;
        - an `AnnealingSchedule`, which is returned.

    Raises
    ------
    ValueError
        If the name is unknown, or the table or the file is no schedule; the message says where.
    FileNotFoundError
        If there is no such file.
    ImportError
        If an .xlsx file is given and openpyxl is not installed.
    """
    if isinstance(given, (str, os.PathLike)) and given not in _PATHS:
        file, mark, sheet = os.fspath(given).rpartition("#")
        if not mark or Path(given).exists():
            file, sheet = os.fspath(given), ""
        path = Path(file)
        if not path.suffix and not path.exists():
            choice("annealing_schedule", str(given), _PATHS)
        if path.is_dir():
            raise ValueError(f"annealing_schedule={str(given)!r}: a folder; give the path of one of its files")
        sheet, rows = _file_rows(path, sheet)
        return _interpolated(f"{path.name}#{sheet}" if sheet else path.name, "rad/ns", rows, f"{path}: ", 2 * np.pi)
    if isinstance(given, AnnealingSchedule):
        return given
    if isinstance(given, (str, os.PathLike)):
        return _polynomial(str(given))
    if given is None:
        raise ValueError("annealing_schedule=None: a name, a table of rows s, A, B, or the path of a file is needed")
    return _interpolated("table", "1", finite_array("annealing_schedule", given), "annealing_schedule: ", 1.0)


def _polynomial(name: str) -> AnnealingSchedule:
    from numpy.polynomial import Polynomial

    falling = Polynomial(_PATHS[name])
    return AnnealingSchedule(name, "1", (falling, falling(Polynomial((1.0, -1.0)))))


def _interpolated(name: str, unit: str, rows: Floats, where: str, factor: float) -> AnnealingSchedule:
    """The schedule through the rows; `where` opens the message of what is wrong with them."""
    from scipy.interpolate import PchipInterpolator

    if rows.ndim != 2 or rows.shape[1] != 3 or len(rows) < 2:
        raise ValueError(f"{where}a table of shape {rows.shape}: at least two rows of s, A, B are needed")
    s = rows[:, 0]
    if s[0] != 0 or s[-1] != 1:
        raise ValueError(f"{where}s runs from {s[0]:g} to {s[-1]:g}: a schedule runs from 0 to 1")
    falls = np.flatnonzero(np.diff(s) <= 0)
    if len(falls):
        row = int(falls[0]) + 1
        raise ValueError(f"{where}s = {s[row]:g} in row {row} after {s[row - 1]:g}: s must increase")
    negative = np.argwhere(rows < 0)
    if len(negative):
        row, column = negative[0].tolist()
        raise ValueError(f"{where}{'sAB'[column]} = {rows[row, column]:g} in row {row}: A and B are not negative")
    functions = (PchipInterpolator(s, factor * rows[:, 1]), PchipInterpolator(s, factor * rows[:, 2]))
    return AnnealingSchedule(name, unit, functions)


def _file_rows(path: Path, sheet: str) -> tuple[str, Floats]:
    """The sheet, if the file has any, and s, A and B in gigahertz."""
    data = path.read_bytes()
    try:
        if data.startswith(b"PK"):
            sheet, rows = _sheet_rows(path, data, sheet)
            return sheet, _numbers(str(path), rows)
        text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode("utf-8-sig")
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error, BadZipFile, KeyError) as error:
        raise ValueError(f"{path}: a schedule is CSV text, gzip of it, or .xlsx, and whole ({error})") from None
    if sheet:
        raise ValueError(f"annealing_schedule={f'{path}#{sheet}'!r}: no .xlsx file, it has no sheets")
    return "", _numbers(str(path), [row for row in csv.reader(text.splitlines()) if row])


def _sheet_rows(path: Path, data: bytes, sheet: str) -> tuple[str, list[Sequence[Any]]]:
    """A workbook's sheet, by default the first that holds a schedule, and its rows, header first."""
    try:
        from openpyxl import load_workbook  # type: ignore[import-untyped]
    except ImportError as error:
        raise ImportError(f'{path}: schedules in .xlsx need openpyxl: pip install "sgq[dwave]"') from error
    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    try:
        names = [name for name in book.sheetnames if _is_header(next(book[name].iter_rows(values_only=True), ()))]
        if not names:
            raise ValueError(f"{path}: no sheet begins with the columns {_COLUMNS}")
        sheet = choice(f"sheet of {path.name}", sheet or names[0], names)
        rows = book[sheet].iter_rows(values_only=True)
        return sheet, [row for row in rows if any(cell is not None for cell in row)]
    finally:
        book.close()


def _is_header(cells: Iterable[Any]) -> bool:
    names = ["".join(str(cell).split()) for cell in cells]
    return names[:3] == ["".join(column.split()) for column in _COLUMNS.split(",")]


def _numbers(where: str, rows: list[Sequence[Any]]) -> Floats:
    if not rows or not _is_header(rows[0]):
        raise ValueError(f"{where}: the first line must name the columns {_COLUMNS}")
    numbers = np.full((len(rows) - 1, 3), np.nan)
    for k, row in enumerate(rows[1:]):
        try:
            numbers[k] = row[:3]
        except (TypeError, ValueError):
            raise ValueError(f"{where}: row {k} after the header holds {row[:3]!r}, not three numbers") from None
    return finite_array(f"{where}, rows after the header", numbers)

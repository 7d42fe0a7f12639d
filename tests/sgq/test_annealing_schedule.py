"""Annealing schedules: the named paths, tables, and the files published for real processors."""

import csv
import gzip
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgq.annealing_schedule import annealing_schedule

TABLE = [[0, 5, 0.5], [0.25, 3, 1], [0.5, 1, 2], [1, 0, 7]]
HEADER = "s,A(s) (GHz),B(s) (GHz),C (normalized)\n"


@given(st.floats(0, 1))
def test_named_paths(s: float) -> None:
    linear, quadratic = annealing_schedule("linear"), annealing_schedule("quadratic")
    assert (linear.A(s), linear.B(s)) == pytest.approx((2 * (1 - s), 2 * s), abs=1e-15)
    assert (quadratic.A(s), quadratic.B(s)) == pytest.approx((2 * (1 - s) ** 2, 2 * s**2), abs=1e-15)
    assert quadratic.derivatives(s) == pytest.approx((-4 * (1 - s), 4 * s), abs=1e-14)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_table_is_met_at_its_rows_and_monotone_between(s: float, t: float) -> None:
    path, rows = annealing_schedule(TABLE), np.array(TABLE)
    np.testing.assert_allclose((path.A(rows[:, 0]), path.B(rows[:, 0])), rows[:, 1:].T, rtol=1e-15)
    low, high = min(s, t), max(s, t)
    assert path.A(low) >= path.A(high) - 1e-14
    assert path.B(low) <= path.B(high) + 1e-14


@pytest.mark.parametrize("given", ["linear", "quadratic", TABLE])
def test_derivatives_are_those_of_the_path(given: object) -> None:
    path, s, step = annealing_schedule(given), np.linspace(0.01, 0.99, 47), 1e-6
    for function, slope in zip((path.A, path.B), path.derivatives(s), strict=True):
        np.testing.assert_allclose((function(s + step) - function(s - step)) / (2 * step), slope, atol=1e-4)


@pytest.mark.parametrize("given", ["linear", "quadratic", TABLE])
def test_integrals_are_those_of_the_path(given: object) -> None:
    path = annealing_schedule(given)
    s = np.linspace(0.2, 0.9, 7001)
    exact = [np.trapezoid(function(s), s) for function in (path.A, path.B)]
    assert path.integrals(0.2, 0.9) == pytest.approx(exact, rel=1e-7)
    np.testing.assert_array_equal(path.rows, [row[0] for row in TABLE] if given is TABLE else [])


def test_shapes_and_pickling() -> None:
    for shape in ("linear", TABLE):
        path = annealing_schedule(shape)
        again, s = pickle.loads(pickle.dumps(path)), np.linspace(0, 1, 12).reshape(3, 4)
        assert path.A(s).shape == (3, 4)
        assert path.B(0.5).shape == ()
        np.testing.assert_array_equal(again.B(s), path.B(s))
        assert annealing_schedule(path) is path
        assert (path.name, path.unit) == ("table" if shape is TABLE else shape, "1")


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_a_file_in_gigahertz_is_in_radians_per_nanosecond(tmp_path: Path, suffix: str) -> None:
    """A 1 GHz splitting turns its phase by 2π in a nanosecond; the file has a byte-order mark as D-Wave's do."""
    text = ("\ufeff" + HEADER + "0,9.5,0.25,0\n0.5,1,2,0\n1,0,8,1\n").encode()
    file = tmp_path / f"fast.{suffix}"
    file.write_bytes(gzip.compress(text) if suffix.endswith("gz") else text)
    path = annealing_schedule(file)
    np.testing.assert_allclose(path.A([0, 0.5, 1]), 2 * math.pi * np.array([9.5, 1, 0]))
    np.testing.assert_allclose(path.B([0, 0.5, 1]), 2 * math.pi * np.array([0.25, 2, 8]))
    assert (path.name, path.unit) == (file.name, "rad/ns")
    assert annealing_schedule(str(file)).A(0) == path.A(0)


def test_published_tables(data: Path) -> None:
    files = sorted((data / "dwave_fast_anneal_and_embeddings").glob("*.csv.gz"))
    assert len(files) == 4
    for file in files:
        path = annealing_schedule(file)
        rows = list(csv.reader(gzip.decompress(file.read_bytes()).decode("utf-8-sig").splitlines()))[1:]
        s, a, b, _ = np.array(rows, dtype=float).T
        np.testing.assert_allclose((path.A(s), path.B(s)), 2 * np.pi * np.array([a, b]), atol=1e-12)
        assert path.A(0) > 20 * path.B(0) > 0
        assert path.B(1) > 1e5 * path.A(1)


def test_published_workbooks(data: Path) -> None:
    """Both protocols of a processor begin and end at the same energies and differ between."""
    pytest.importorskip("openpyxl")
    files = sorted((data / "dwave_schedules").glob("*.xlsx"))
    assert len(files) == 3
    for file in files:
        standard = annealing_schedule(file)
        fast = annealing_schedule(f"{file}#Fast-Annealing Schedule")
        assert (standard.name, fast.name) == tuple(
            f"{file.name}#{kind}-Annealing Schedule" for kind in ("Standard", "Fast")
        )
        ends = [[path.A([0, 1]), path.B([0, 1])] for path in (standard, fast)]
        np.testing.assert_allclose(*ends, rtol=1e-6, atol=1e-6)
        assert fast.A(0.3) > 1.2 * standard.A(0.3)
    with pytest.raises(ValueError, match=r"sheet of .*xlsx='Fast': one of 'Fast-Annealing Schedule', 'Standard-Anneal"):
        annealing_schedule(f"{files[0]}#Fast")


def test_workbook_and_table_of_one_processor_agree(data: Path) -> None:
    pytest.importorskip("openpyxl")
    table = annealing_schedule(
        data / "dwave_fast_anneal_and_embeddings" / "09-1312A-N_Advantage2_system1_fast_annealing_schedule.csv.gz"
    )
    file = data / "dwave_schedules" / "09-1312A-N_Advantage2_system1_annealing_schedule.xlsx"
    book = annealing_schedule(f"{file}#Fast-Annealing Schedule")
    s = np.linspace(0, 1, 333)
    np.testing.assert_allclose(table.A(s), book.A(s), atol=1e-6)
    np.testing.assert_allclose(table.B(s), book.B(s), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("linaer", "annealing_schedule='linaer': one of 'linear', 'quadratic' .did you mean 'linear'"),
        ([[0, 1, 0]], r"a table of shape \(1, 3\): at least two rows of s, A, B"),
        ([[0, 1], [1, 0]], "at least two rows of s, A, B"),
        ([[0.1, 1, 0], [1, 0, 1]], "s runs from 0.1 to 1: a schedule runs from 0 to 1"),
        ([[0, 1, 0], [0.5, 1, 0], [0.5, 1, 1], [1, 0, 1]], "s = 0.5 in row 2 after 0.5: s must increase"),
        ([[0, 1, 0], [1, -0.25, 1]], "A = -0.25 in row 1: A and B are not negative"),
        ([[0, 1, 0], [1, math.nan, 1]], r"annealing_schedule\[1, 1\] = nan: every entry must be finite"),
    ],
)
def test_what_is_no_schedule_is_refused(given: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        annealing_schedule(given)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s,A,B\n0,1,0\n1,0,1\n", r"the first line must name the columns s, A\(s\) \(GHz\), B\(s\) \(GHz\)"),
        ("", "the first line must name the columns"),
        (HEADER + "0,1,0,0\nx,0,1,0\n", "row 1 after the header holds"),
        (HEADER + "0,1\n1,0\n", "row 0 after the header holds"),
        (HEADER + "0,1,0,0\n1,nan,0,0\n", r"rows after the header\[1, 1\] = nan"),
        (HEADER + "0,1,0,0\n0.5,1,0,0\n", "s runs from 0 to 0.5"),
    ],
)
def test_what_is_no_file_of_a_schedule_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "schedule.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        annealing_schedule(file)


def test_places_outside_and_missing_files() -> None:
    with pytest.raises(ValueError, match="a schedule runs from 0 to 1"):
        annealing_schedule("linear").A(1.01)
    with pytest.raises(FileNotFoundError, match=r"absent\.csv"):
        annealing_schedule("absent.csv")
    with pytest.raises(ValueError, match=r"#Fast': no \.xlsx file, it has no sheets"):
        annealing_schedule(f"{__file__}#Fast")
    with pytest.raises(ValueError, match=r"annealing_schedule='linear#Fast': one of"):
        annealing_schedule("linear#Fast")
    with pytest.raises(ValueError, match=r"a folder; give the path of one of its files"):
        annealing_schedule(Path(__file__).parent)
    with pytest.raises(ValueError, match=r"annealing_schedule=None: a name"):
        annealing_schedule(None)


BROKEN = {
    "gzip": gzip.compress(HEADER.encode() * 9, mtime=0),  # else each process would have a file of its own second
    "workbook": b"PK\x03\x04 no workbook",
    "binary": b"\xff\xfe\x00" * 9,
}


@pytest.mark.parametrize("whole", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named(tmp_path: Path, whole: bytes) -> None:
    file = tmp_path / "schedule.csv.gz"
    file.write_bytes(whole[:-3])
    with pytest.raises(
        ValueError, match=r"schedule\.csv\.gz: a schedule is CSV text, gzip of it, or \.xlsx, and whole"
    ):
        annealing_schedule(file)

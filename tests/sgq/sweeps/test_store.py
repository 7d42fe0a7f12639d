"""The store: one writer, files that are none, damage, another version."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from sweep_helpers import GLASS, coin

from sgq.sweeps import Serial, Store, Sweep


@pytest.fixture
def sweep() -> Sweep:
    return Sweep({"g": GLASS}, {"coin": coin()}, instances=40)


@pytest.fixture
def path(sweep: Sweep, tmp_path: Path) -> Path:
    sweep.run(tmp_path / "s.db", executor=Serial())
    return tmp_path / "s.db"


def test_one_writer(sweep: Sweep, path: Path) -> None:
    with Store(path, writable=True):
        with pytest.raises(BlockingIOError, match=rf"process {os.getpid()} on .* is writing to it.*one writer"):
            sweep.run(path, executor=Serial())
        assert sweep.status(path).done == 80  # readers are not disturbed
    assert sweep.run(path, executor=Serial()).done == 80


def test_a_reader_does_not_stop_the_writer(sweep: Sweep, path: Path) -> None:
    larger = Sweep({"g": GLASS}, {"coin": coin()}, instances=60)
    with Store(path) as reader:
        assert larger.run(path, executor=Serial()).done == 120
        assert larger.status(reader).done == 120


def test_it_keeps_the_rollback_journal(path: Path) -> None:
    assert sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_files_that_are_no_store(sweep: Sweep, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"lost\.db: no such store"):
        sweep.status(tmp_path / "lost.db")
    with pytest.raises(IsADirectoryError, match="a folder; a store is a file"):
        sweep.run(tmp_path, executor=Serial())
    (tmp_path / "bad.db.lock").mkdir()
    with pytest.raises(OSError, match=r"bad\.db\.lock: .*must be writable"):
        sweep.run(tmp_path / "bad.db", executor=Serial())
    with pytest.raises(FileNotFoundError, match="no such folder"):
        sweep.run(tmp_path / "lost" / "s.db", executor=Serial())
    (tmp_path / "text.db").write_text("words" * 1000)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (x)").connection.close()
    for name in ("text.db", "other.db"):
        with pytest.raises(ValueError, match=rf"{name}: .*no store of a sweep"):
            sweep.status(tmp_path / name)
        before = (tmp_path / name).read_bytes()
        with pytest.raises(ValueError, match=rf"{name}: .*no store of a sweep"):
            sweep.run(tmp_path / name, executor=Serial())
        assert (tmp_path / name).read_bytes() == before
    (tmp_path / "empty.db").touch()
    with pytest.raises(ValueError, match=r"empty\.db: .*no store of a sweep"):
        sweep.status(tmp_path / "empty.db")


def test_a_truncated_store_is_said_to_be_damaged(sweep: Sweep, path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(ValueError, match="the store is damaged"):
        sweep.to_pandas(path)


def test_another_version_of_the_schema_is_refused(sweep: Sweep, path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 7")
    for call in (sweep.status, lambda p: sweep.run(p, executor=Serial())):
        with pytest.raises(ValueError, match="a store of version 7, and this sgq reads and writes version 1"):
            call(path)


def test_a_sweep_without_a_run(tmp_path: Path) -> None:
    Store(tmp_path / "s.db", writable=True).close()
    with pytest.raises(ValueError, match="no sweep was run into this store yet"):
        Sweep.of(tmp_path / "s.db")


def test_a_store_that_may_only_be_read(sweep: Sweep, path: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anything")
    copy = Path(shutil.copy(path, tmp_path / "copy.db"))
    copy.chmod(0o400)
    assert sweep.status(copy).done == 80


def test_replaced_runs_leave_no_samples_behind(sweep: Sweep, path: Path) -> None:
    fails = Sweep({"g": GLASS}, {"coin": coin(fails_below=2**30)}, instances=10)
    fails.run(path, executor=Serial(), keep_samples=True)
    fails.run(path, executor=Serial(), keep_samples=True, retry=True)
    database = sqlite3.connect(path)
    (samples,) = database.execute("SELECT COUNT(*) FROM samples").fetchone()
    (orphans,) = database.execute("SELECT COUNT(*) FROM samples WHERE run NOT IN (SELECT id FROM runs)").fetchone()
    assert (samples, orphans) == (fails.status(path).done, 0)

"""The file under a store: its tables, the version of its schema, its one writer, and its errors in words."""

from __future__ import annotations

import os
import socket
import sqlite3
from pathlib import Path

SCHEMA = 1
_APPLICATION = 0x73677173  # "sgqs", in the header of the file
_PATIENCE = 60.0  # seconds to wait for a reader, or on a slow file system

_TABLES = """
CREATE TABLE sweeps (id INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE, environment TEXT NOT NULL, run REAL NOT NULL);
CREATE TABLE points (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,
    problem INTEGER NOT NULL REFERENCES points, solver INTEGER NOT NULL REFERENCES points, instance INTEGER NOT NULL,
    problem_seed INTEGER, solver_seed INTEGER, num_variables INTEGER, lowest_energy REAL, measures TEXT NOT NULL,
    sampling_seconds REAL, total_seconds REAL NOT NULL, finished REAL NOT NULL,
    standing INTEGER NOT NULL REFERENCES standings, error TEXT
);
CREATE TABLE standings (id INTEGER PRIMARY KEY, standing TEXT NOT NULL UNIQUE);
CREATE INDEX progress ON runs (problem, solver, standing, instance);
CREATE INDEX failures ON runs (finished) WHERE error IS NOT NULL;
CREATE TABLE samples (run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE, data BLOB NOT NULL);
"""


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open a store, made if it is to be written and there is none."""
    # Reading too may have to roll back what a killed writer left behind
    mode = "rwc" if writable else "rw" if os.access(path, os.W_OK) else "ro"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    database = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        if writable:
            _make(database)
        _check(path, database)
        database.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        database.close()
        raise
    return database


def _make(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    if not database.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]:
        for statement in _TABLES.strip().split(";\n"):
            database.execute(statement)
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {SCHEMA}")
    database.execute("COMMIT")


def _check(path: Path, database: sqlite3.Connection) -> None:
    (application,), (version,) = (
        database.execute(f"PRAGMA {p}").fetchone() for p in ("application_id", "user_version")
    )
    if application != _APPLICATION:
        raise ValueError(f"{path}: an SQLite file, but no store of a sweep")
    if version != SCHEMA:
        raise ValueError(
            f"{path}: a store of version {version}, and this sgq reads and writes version {SCHEMA}: "
            f"use the sgq that wrote it, or another file"
        )


def lock(path: Path) -> sqlite3.Connection:
    """Hold the right to write a store until the connection is closed or the process ends, however it ends.

    SQLite's own locks do it, on a file beside the store that says who holds them.
    """
    beside = path.with_name(f"{path.name}.lock")
    if path.is_dir():
        raise IsADirectoryError(f"{path}: a folder; a store is a file")
    try:
        connection = sqlite3.connect(beside, timeout=0.2, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise OSError(f"{beside}: {error}; the folder of a store must be writable") from None
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS writer (id INTEGER PRIMARY KEY, host TEXT, process INTEGER)")
        connection.execute("REPLACE INTO writer VALUES (1, ?, ?)", (socket.gethostname(), os.getpid()))
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")  # readers may see who it is
    except sqlite3.OperationalError as error:
        writer = connection.execute("SELECT host, process FROM writer").fetchone() if "locked" in str(error) else None
        connection.close()
        if writer is None:
            raise OSError(f"{beside}: {error}; the folder of a store must be writable") from None
        raise BlockingIOError(
            f"{path}: process {writer[1]} on {writer[0]} is writing to it, and a store has one writer: "
            "wait for it, or use another file"
        ) from None
    except sqlite3.DatabaseError as error:
        connection.close()
        raise OSError(f"{beside}: {error}; it is no lock of a store, and in its place") from None
    return connection


def explanation(path: Path, error: sqlite3.DatabaseError) -> Exception:
    """What SQLite says, as an error that says what to do."""
    text = str(error)
    if "not a database" in text:
        return ValueError(f"{path}: no store of a sweep (nor any SQLite file)")
    if "malformed" in text:
        return ValueError(f"{path}: the store is damaged ({text}); `sqlite3 {path} .recover` saves what can be saved")
    return OSError(f"{path}: {text}")

"""The store of a sweep: one SQLite file, one writer, any number of readers.

It keeps the rollback journal, since write-ahead logs are unsafe on the network file systems of clusters. Killed at any
moment, it holds every run whose transaction was complete.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sgq.sweeps.runs import Outcome, Run, unpack
from sgq.sweeps.schema import connect, explanation, lock
from sgq.sweeps.standing import Standing

if TYPE_CHECKING:
    import dimod


class StoredRun(NamedTuple):
    """One row: a run by the numbers of its points, and what came of it."""

    problem: int
    solver: int
    instance: int
    problem_seed: int | None
    solver_seed: int | None
    num_variables: int | None
    lowest_energy: float | None
    measures: str
    sampling_seconds: float | None
    total_seconds: float
    finished: float
    error: str | None
    key: bytes
    standing: Standing


class Store:
    """The file that holds the runs of sweeps.

    Runs are told apart by a hash of problem, solver, instance, seeds and versions, so that one store may hold several
    sweeps, or one that grew, and no run is made twice.

    Parameters
    ----------
    path
        The file.
    writable
        Open it for writing, made if there is none. One process at a time can, and says so beside the file, in
        ``path + ".lock"``; readers are not disturbed.

    Raises
    ------
    ValueError
        If the file is no store, is damaged, or was written by another version of the schema.
    FileNotFoundError
        If there is no such file and it is not to be written.
    BlockingIOError
        If another process has it open for writing.
    """

    def __init__(self, path: str | os.PathLike[str], *, writable: bool = False) -> None:
        self.path = Path(path)
        if not writable and not self.path.is_file():
            raise FileNotFoundError(f"{path}: no such store")
        if writable and not self.path.absolute().parent.is_dir():
            raise FileNotFoundError(f"{path}: no such folder")
        self._standings: dict[int, Standing] = {}
        self._lock = lock(self.path) if writable else None
        try:
            with self._explained():
                self._database = connect(self.path, writable=writable)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; what was saved stays."""
        for connection in (getattr(self, "_database", None), self._lock):
            if connection is not None:
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Store {str(self.path)!r}>"

    def records(self) -> list[dict[str, Any]]:
        """The sweeps that were run into this store, as `Sweep.record` gives them, the latest last."""
        with self._explained():
            rows = self._database.execute("SELECT record FROM sweeps ORDER BY run").fetchall()
        return [json.loads(record) for (record,) in rows]

    def environment(self) -> dict[str, str]:
        """Versions and machine of the process that last ran a sweep into this store."""
        with self._explained():
            row = self._database.execute("SELECT environment FROM sweeps ORDER BY run DESC LIMIT 1").fetchone()
        return {} if row is None else dict(json.loads(row[0]))

    def add_record(self, record: str, environment: dict[str, str]) -> None:
        """Note that this sweep is run, now and by these versions."""
        with self._transaction():
            self._database.execute(
                "INSERT INTO sweeps (record, environment, run) VALUES (?1, ?2, ?3)"
                " ON CONFLICT DO UPDATE SET environment = ?2, run = ?3",
                (record, json.dumps(environment), time.time()),
            )

    def find(self, key: bytes) -> tuple[Standing, str] | None:
        """Standing and measures of a run, or None if it is not there."""
        with self._explained():
            row = self._database.execute("SELECT standing, measures FROM runs WHERE key = ?", (key,)).fetchone()
        return None if row is None else (self._standing(row[0]), row[1])

    def save(self, finished: Iterable[tuple[Run, Outcome]]) -> None:
        """Keep what came of some runs, in one transaction.

        A run that was solved anew replaces what is there; of one that was only measured anew the rest stays.
        """
        with self._transaction():
            number = cache(self._number)
            for run, outcome in finished:
                standing = number("standings", "standing", json.dumps(outcome.standing))
                if not outcome.solved_anew:
                    self._database.execute(
                        "UPDATE runs SET measures = ?, standing = ?, error = ? WHERE key = ?",
                        (outcome.measures, standing, outcome.error, run.key),
                    )
                    continue
                points = (number("points", "identity", point.identity) for point in (run.problem, run.solver))
                cursor = self._database.execute(
                    "REPLACE INTO runs (key, problem, solver, instance, problem_seed, solver_seed, num_variables,"
                    " lowest_energy, measures, sampling_seconds, total_seconds, finished, standing, error)"
                    f" VALUES ({', '.join('?' * 14)})",
                    (
                        run.key, *points, run.instance, run.problem_seed, run.solver_seed, outcome.num_variables,
                        outcome.lowest_energy, outcome.measures, outcome.sampling_seconds, outcome.total_seconds,
                        time.time(), standing, outcome.error,
                    ),
                )  # fmt: skip
                if outcome.samples is not None:
                    self._database.execute("INSERT INTO samples VALUES (?, ?)", (cursor.lastrowid, outcome.samples))

    def counts(self, instances: int) -> Iterator[tuple[tuple[str, str], Standing, int]]:
        """Pair of problem and solver, by identity, standing, and how many runs have it among the first instances."""
        names = self._points()
        with self._explained():
            rows = self._database.execute(
                "SELECT problem, solver, standing, COUNT(*) FROM runs WHERE instance < ? GROUP BY 1, 2, 3", (instances,)
            ).fetchall()
        for problem, solver, standing, count in rows:
            yield (names[problem], names[solver]), self._standing(standing), count

    def runs(self, problems: Sequence[str], solvers: Sequence[str], instances: int) -> Iterator[StoredRun]:
        """Runs of these points, given by identity; `problem` and `solver` are positions in the lists."""
        names = self._points()
        places = [{name: place for place, name in enumerate(listed)} for listed in (problems, solvers)]
        columns = ", ".join(StoredRun._fields)
        with self._explained():
            for row in self._database.execute(f"SELECT {columns} FROM runs WHERE instance < ?", (instances,)):
                problem, solver = places[0].get(names[row[0]]), places[1].get(names[row[1]])
                if problem is not None and solver is not None:
                    yield StoredRun(*(problem, solver, *row[2:-1], self._standing(row[-1])))

    def samples(self, key: bytes | str) -> dimod.SampleSet:
        """Samples of a run, given by its key (a column of `Sweep.to_pandas`); KeyError if they were not kept."""
        key = bytes.fromhex(key) if isinstance(key, str) else key
        packed = self.packed_samples(key)
        if packed is None:
            raise KeyError(f"no samples of the run {key.hex()} in {self.path}: `keep_samples` keeps them")
        return unpack(packed)

    def packed_samples(self, key: bytes) -> bytes | None:
        """Samples of a run as they are kept, or None."""
        with self._explained():
            row = self._database.execute(
                "SELECT data FROM samples JOIN runs ON runs.id = samples.run WHERE key = ?", (key,)
            ).fetchone()
        return None if row is None else bytes(row[0])

    def last_errors(
        self, problems: Collection[str], solvers: Collection[str], instances: int, measures: Set[str]
    ) -> list[str]:
        """Different first lines among the latest failures of these points, given by identity; three at most."""
        names = self._points()
        with self._explained():
            rows = self._database.execute(
                "SELECT problem, solver, standing, error FROM runs WHERE error IS NOT NULL AND instance < ?"
                " ORDER BY finished DESC LIMIT 1000",
                (instances,),
            ).fetchall()
        lines = [
            error.partition("\n")[0]
            for problem, solver, standing, error in rows
            if names[problem] in problems and names[solver] in solvers
            if self._standing(standing).of(measures) == "failed"
        ]
        return list(dict.fromkeys(lines))[:3]

    def _points(self) -> dict[int, str]:
        with self._explained():
            return dict(self._database.execute("SELECT id, identity FROM points").fetchall())

    def _standing(self, number: int) -> Standing:
        """The standing of a number, of which there are few."""
        if number not in self._standings:
            rows = self._database.execute("SELECT id, standing FROM standings").fetchall()
            self._standings = {n: Standing.from_json(text) for n, text in rows}
        return self._standings[number]

    def _number(self, table: str, column: str, value: str) -> int:
        """Number of a value in a table of its own, which gets one if it has none."""
        self._database.execute(f"INSERT INTO {table} ({column}) VALUES (?) ON CONFLICT DO NOTHING", (value,))
        return int(self._database.execute(f"SELECT id FROM {table} WHERE {column} = ?", (value,)).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What goes wrong with the file, in words."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise explanation(self.path, error) from error


@contextmanager
def reading(store: str | os.PathLike[str] | Store) -> Iterator[Store]:
    """A store as it is, or the file of one, opened for a while."""
    if isinstance(store, Store):
        yield store
    else:
        with Store(store) as opened:
            yield opened

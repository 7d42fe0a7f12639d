"""Sweep: what is to be run, and the file it is written in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sgq.checks import boolean, integer
from sgq.sweeps.driver import Driver, Finished
from sgq.sweeps.executors import Processes
from sgq.sweeps.measures import Measure
from sgq.sweeps.points import Point, canonical_json, digest, seed_of
from sgq.sweeps.runs import Run
from sgq.sweeps.specification import checked_measures, expanded, problem_point, solver_point
from sgq.sweeps.status import Cell, Status
from sgq.sweeps.store import Store, reading
from sgq.sweeps.toml import read_arguments
from sgq.sweeps.versions import environment

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Named = Mapping[str, tuple[str, Mapping[str, Any]]]
StorePath = str | os.PathLike[str]


class Sweep:
    """Every problem by every solver, for many instances.

    A parameter given as ``{"each": [values]}`` is a grid: each of its values is run with every other choice. The seed
    of instance k = 0, 1, … is a hash of the problem's name, its parameters and k, so that it is the same whatever
    else a sweep holds and in whatever order; the solver's seed hashes its own name and parameters as well. A `seed`
    among the parameters is used as it is, for every instance.

    Parameters
    ----------
    problems
        ``{label: (problem, parameters)}``; `problem` is a registered name, ``"file"`` with the parameters of
        `sgq.load` (`path`, `format`), or an import path ``package.module:function`` of a builder.
    solvers
        ``{label: (solver, parameters)}``; `solver` is a registered name, or the import path of a class. One that has
        a parameter `num_threads` works with one thread unless told otherwise.
    instances
        How many of each problem. Of a problem that draws nothing they differ by the solver's seed alone.
    measures
        What is kept of each run: names in `sgq.sweeps.measures.MEASURES`, or import paths of functions of (problem,
        samples) that give a number or a mapping from names to numbers.
    name
        Title of tables and reports.

    Raises
    ------
    ValueError
        If a name is unknown, a parameter misspelt, a grid empty, or a value is none that JSON carries.
    """

    def __init__(
        self,
        problems: Named,
        solvers: Named,
        *,
        instances: int = 1,
        measures: Sequence[str] = ("ground_energy",),
        name: str = "sweep",
    ) -> None:
        if not isinstance(name, str):
            raise ValueError(f"name={name!r}: text")
        self.name = name
        self.instances = integer("instances", instances, 1)
        self.measures = checked_measures(measures)
        self.problems = tuple(expanded("problems", problems, problem_point))
        self.solvers = tuple(expanded("solvers", solvers, solver_point))

    @classmethod
    def from_toml(cls, path: StorePath) -> Self:
        """Read a sweep from a file such as this one; paths of problem files are relative to it.

        .. code-block:: toml

            name = "SK ground states"
            instances = 200
            measures = ["ground_energy", "time_to_solution"]

            [problems.sherrington-kirkpatrick]
            parameters = { n.each = [32, 64, 128], disorder = "bimodal" }

            [solvers.short]
            solver = "tempering"
            parameters = { time_limit = 0.1 }

        ``problem`` and ``solver`` default to the label.

        Raises
        ------
        ValueError
            If the file is no TOML, a key is unknown or of the wrong kind, or for the reasons of the class.
        """
        try:
            return cls(**read_arguments(Path(path)))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    @classmethod
    def of(cls, store: StorePath | Store) -> Self:
        """The sweep that was last run into a store, with the versions that it was run by."""
        with reading(store) as opened:
            records = opened.records()
            if not records:
                raise ValueError(f"{opened.path}: no sweep was run into this store yet")
            return cls._of_record(records[-1])

    @classmethod
    def _of_record(cls, record: dict[str, Any]) -> Self:
        sweep = cls.__new__(cls)
        sweep.name, sweep.instances = record["name"], record["instances"]
        sweep.measures = tuple(Measure(**measure) for measure in record["measures"])
        sweep.problems, sweep.solvers = (
            tuple(Point(**point) for point in record[kind]) for kind in ("problems", "solvers")
        )
        return sweep

    def record(self) -> dict[str, Any]:
        """Everything that defines the sweep, JSON values."""
        return {
            "name": self.name,
            "instances": self.instances,
            "measures": [asdict(measure) for measure in self.measures],
            "problems": [asdict(point) for point in self.problems],
            "solvers": [asdict(point) for point in self.solvers],
        }

    def __len__(self) -> int:
        return self.instances * len(self.problems) * len(self.solvers)

    def __iter__(self) -> Iterator[Run]:
        """Every run, instance by instance, so that an unfinished sweep holds all points."""
        for instance in range(self.instances):
            for problem in self.problems:
                problem_seed = problem.parameters.get("seed")
                if problem.seeded:
                    problem_seed = seed_of(problem.specification, instance, bits=53)
                for solver in self.solvers:
                    solver_seed = solver.parameters.get("seed")
                    if solver.seeded:
                        solver_seed = seed_of(problem.specification, instance, solver.specification, bits=31)
                    key = digest(problem.identity, solver.identity, instance)
                    yield Run(key, problem, solver, instance, problem_seed, solver_seed)

    def __repr__(self) -> str:
        return (
            f"<Sweep {self.name!r}: {len(self.problems)} problems × {len(self.solvers)} solvers × "
            f"{self.instances} instances>"
        )

    def run(
        self,
        store: StorePath,
        *,
        workers: int | None = None,
        executor: Executor | None = None,
        retry: bool = False,
        keep_samples: bool = False,
        progress: Callable[[int, int, int], None] | None = None,
    ) -> Status:
        """Make the runs that are not in the store yet.

        A run that raises is kept with its error, and the others go on. Ctrl-C lets the runs in flight finish, a second
        one drops them; after either, or after any crash, the same call carries on. The answers are the same to the
        bit on every executor (machines of one kind, runs not ended by time).

        Parameters
        ----------
        store
            The file, made if there is none.
        workers
            Number of processes, by default that of the cores this process may use. A script that calls this must do
            so under ``if __name__ == "__main__":``.
        executor
            Where to run instead: any `concurrent.futures.Executor`, such as `sgq.sweeps.Serial()` or Dask's
            ``client.get_executor()``.
        retry
            Make failed runs again.
        keep_samples
            Keep the samples of each run made now; `Store.samples` gives them back, and measures that are added
            later are taken from them instead of running again.
        progress
            Called as ``progress(done, failed, expected)``, at the start and whenever runs were saved.

        Returns
        -------
        Status
            What is in the store at the end.

        Raises
        ------
        BlockingIOError
            If another process writes to the store.
        KeyboardInterrupt
            After Ctrl-C, when everything that was finished is saved.
        RuntimeError
            If the executor fails, or its workers cannot start.
        """
        retry, keep_samples = boolean("retry", retry), boolean("keep_samples", keep_samples)
        if workers is not None and executor is not None:
            raise ValueError(f"workers={workers}: an executor has its own")
        number = None if workers is None else integer("workers", workers, 1)
        if executor is not None and not isinstance(executor, Executor):
            raise ValueError(f"executor={executor!r}: an instance of concurrent.futures.Executor, or None")
        self = self._by_this_code()
        with Store(store, writable=True) as opened:
            opened.add_record(canonical_json(self.record()), environment())
            before = self.status(opened)
            counts = Counter(done=before.done, failed=0 if retry else before.failed)

            def tell(finished: Finished) -> None:
                counts.update(outcome.standing.of(self._wanted) for _, outcome in finished)
                if progress is not None:
                    progress(counts["done"], counts["failed"], len(self))

            tell([])
            pool = Processes(number) if executor is None else executor
            try:
                Driver(opened, pool, self.measures, keep_samples, tell).drive(self._missing(opened, retry))
            except BaseException:
                if pool is not executor:
                    pool.shutdown(wait=False, cancel_futures=True)
                raise
            if pool is not executor:
                pool.shutdown()
            return self.status(opened)

    @property
    def _wanted(self) -> set[str]:
        return {measure.identity for measure in self.measures}

    def _by_this_code(self) -> Sweep:
        """This sweep with the versions of today, wherever it was read from."""
        problems, solvers = (
            tuple(replace(point, **facts(point.name, point.parameters)) for point in points)
            for points, facts in ((self.problems, problem_point), (self.solvers, solver_point))
        )
        measures = [asdict(Measure.of(measure.path)) for measure in self.measures]
        points = {"problems": [asdict(p) for p in problems], "solvers": [asdict(s) for s in solvers]}
        return Sweep._of_record({**self.record(), **points, "measures": measures})

    def _missing(self, store: Store, retry: bool) -> Iterator[Run]:
        """Runs to be made, or to be measured anew."""
        for run in self:
            found = store.find(run.key)
            if found is None:
                yield run
                continue
            standing, measures = found
            state = standing.of(self._wanted)
            if state == "open" or (state == "failed" and retry):
                samples = store.packed_samples(run.key)
                yield run._replace(known=measures, samples=samples) if standing.solved else run

    def status(self, store: StorePath | Store) -> Status:
        """How much of the sweep is in a store."""
        with reading(store) as opened:
            counts: Counter[tuple[str, str, str]] = Counter()
            for cell, standing, count in opened.counts(self.instances):
                counts[*cell, standing.of(self._wanted)] += count
            problems, solvers = ({point.identity for point in points} for points in (self.problems, self.solvers))
            errors = opened.last_errors(problems, solvers, self.instances, self._wanted)
        cells = tuple(
            Cell(
                problem.text,
                solver.text,
                done=counts[problem.identity, solver.identity, "done"],
                failed=counts[problem.identity, solver.identity, "failed"],
            )
            for problem in self.problems
            for solver in self.solvers
        )
        done, failed = sum(cell.done for cell in cells), sum(cell.failed for cell in cells)
        return Status(self.name, len(self), done, failed, self.instances, cells, tuple(errors) if failed else ())

    def to_pandas(self, store: StorePath | Store) -> pd.DataFrame:
        """One row a run: point, instance, seeds, measures, times, and the error of a run that failed.

        Parameters of problems and solvers stand under their own names, or as ``problem_x`` and ``solver_x`` where a
        name is needed twice. A run that another of the same instance went below has hit nothing, whatever its own
        target was, unless its solver was given one. ``attrs`` names the columns over which the sweep goes,
        ``"problem_axes"`` and ``"solver_axes"``, and those of the ``"measures"``. Needs pandas.
        """
        from sgq.sweeps.tables import to_pandas

        with reading(store) as opened:
            return to_pandas(self._as_run(opened), opened)

    def to_xarray(self, store: StorePath | Store) -> xr.Dataset:
        """Measures with a dimension for each grid and one for the instances, and their averages over the disorder.

        Dimensions are `problem` and `solver` (labels) and the parameters that go over a grid; where several labels go
        over different parameters, the dimension holds one entry for each point. A measure x has beside it ``x_mean``
        and ``x_error``, the standard error over instances; times have quantiles ``x_quantiles`` instead, with
        the intervals of 95 %, since one instance that is never solved makes their mean infinite; moments q2 and q4
        have ``binder_ratio`` and ``binder_ratio_error`` (jackknife). Needs xarray.
        """
        from sgq.sweeps.tables import to_xarray

        with reading(store) as opened:
            dataset: xr.Dataset = to_xarray(self._as_run(opened), opened)
            return dataset

    def export(self, store: StorePath | Store, path: StorePath) -> None:
        """Write the runs to a file: ``.csv`` or ``.parquet`` as `to_pandas` gives them, ``.nc`` as `to_xarray` does."""
        from sgq.sweeps.tables import write

        with reading(store) as opened:
            write(self._as_run(opened), opened, str(path))

    def _as_run(self, store: Store) -> Sweep:
        """This sweep with the versions that it was last run by."""

        def without_versions(record: dict[str, Any]) -> str:
            points = {k: [{**point, "versions": {}} for point in record[k]] for k in ("problems", "solvers")}
            return canonical_json({**record, **points, "measures": [m["path"] for m in record["measures"]]})

        wanted = without_versions(self.record())
        for record in reversed(store.records()):
            if without_versions(record) == wanted:
                return Sweep._of_record(record)
        raise ValueError(f"{store.path}: {self!r} was not run into this store; Sweep.of(store) gives the last that was")

"""Runs of a store as tables: a pandas DataFrame with one row a run, an xarray Dataset with named dimensions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.analysis.disorder import disorder_average, disorder_binder_ratio, quantiles
from sgq.sweeps.measures import RESERVED, Measure
from sgq.sweeps.points import Point, canonical_json
from sgq.sweeps.store import Store, StoredRun

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sgq.sweeps.sweep import Sweep

_EARLY = ("instance", "problem_seed", "solver_seed", "num_variables", "lowest_energy")
_LATE = ("sampling_seconds", "total_seconds", "finished")
_MISSED = {"hits": 0.0, "success_probability": 0.0, "time_to_solution": np.inf, "time_to_solution_high": np.inf}
_QUANTILES = (0.25, 0.5, 0.75)


def to_pandas(sweep: Sweep, store: Store) -> pd.DataFrame:
    """One row a run; see `Sweep.to_pandas`."""
    return _frame(sweep, _stored(sweep, store))


def to_xarray(sweep: Sweep, store: Store) -> xr.Dataset:
    """Named dimensions and averages; see `Sweep.to_xarray`."""
    _library("xarray")
    runs = _stored(sweep, store)
    frame = _frame(sweep, runs)
    measures = list(_measures(sweep, runs))
    dimensions: dict[str, list[Any]] = {}
    along: dict[str, tuple[str, list[Any]]] = {}
    for kind, points, places, names in _sides(sweep, runs, measures):
        labels = list(dict.fromkeys(point.label for point in points))
        varied = [_varied([point for point in points if point.label == label]) for label in labels]
        if all(keys == varied[0] for keys in varied):
            if len(labels) > 1:
                dimensions[kind] = labels
            for key in varied[0]:
                dimensions[names[key]] = list(dict.fromkeys(_cell(point.parameters[key]) for point in points))
        else:
            dimensions[kind] = [point.text for point in points]
            frame[kind] = [points[place].text for place in places]
            for key in dict.fromkeys(key for keys in varied for key in keys):
                along[names[key]] = (kind, _column([_cell(point.parameters.get(key)) for point in points]))
    dimensions["instance"] = list(range(sweep.instances))
    seconds = ["sampling_seconds", "total_seconds"]
    seeds = [name for name in ("problem_seed", "solver_seed") if name not in dimensions]
    columns = ["num_variables", *seeds, "lowest_energy", *measures, *seconds]
    table = frame.set_index(list(dimensions))
    data = table[columns].astype(float).to_xarray().reindex(dimensions).assign_coords(along)
    data["error"] = table["error"].fillna("").to_xarray().reindex(dimensions, fill_value="")
    data.attrs = {"name": sweep.name, "instances": sweep.instances}
    averaged: xr.Dataset = data.assign(dict(_averages(data, [*measures, *seconds])))
    return averaged


def write(sweep: Sweep, store: Store, path: str) -> None:
    """Write runs to a file: ``.csv`` and ``.parquet`` hold one row a run, ``.nc`` what `to_xarray` gives."""
    if path.endswith(".csv"):
        to_pandas(sweep, store).to_csv(path, index=False)
    elif path.endswith(".parquet"):
        _library("pyarrow")
        to_pandas(sweep, store).to_parquet(path)
    elif path.endswith(".nc"):
        _library("netCDF4")
        to_xarray(sweep, store).to_netcdf(path, engine="netcdf4")
    else:
        raise ValueError(f"{path}: a name that ends in .csv, .parquet or .nc (NetCDF)")


def _stored(sweep: Sweep, store: Store) -> list[StoredRun]:
    problems, solvers = ([point.identity for point in points] for points in (sweep.problems, sweep.solvers))
    return sorted(store.runs(problems, solvers, sweep.instances))


def _frame(sweep: Sweep, runs: list[StoredRun]) -> pd.DataFrame:
    pd = _library("pandas")
    measures = _measures(sweep, runs)
    labels: dict[str, list[Any]] = {}
    parameters: dict[str, list[Any]] = {}
    axes = {}
    for kind, points, places, names in _sides(sweep, runs, measures):
        labels[kind] = [points[place].label for place in places]
        if kind == "problem":
            labels["family"] = [points[place].name for place in places]
        for key, name in names.items():
            cells = [_cell(point.parameters.get(key)) for point in points]
            parameters[name] = [cells[place] for place in places]
        axes[f"{kind}_axes"] = [names[key] for key in _varied(points)]
    early, late = ({name: [getattr(run, name) for run in runs] for name in names} for names in (_EARLY, _LATE))
    frame = pd.DataFrame(labels | parameters | early | measures | late)
    frame["lowest_energy"] = frame["lowest_energy"].astype(float)
    seeds = ["problem_seed", "solver_seed"]
    frame[seeds] = frame[seeds].astype("Int64")
    wanted = {measure.identity for measure in sweep.measures}
    frame["error"] = [run.error if run.standing.of(wanted) == "failed" else None for run in runs]
    frame["key"] = [run.key.hex() for run in runs]
    _judge(sweep, runs, frame)
    frame.attrs |= axes | {"measures": list(measures)}
    return frame


def _judge(sweep: Sweep, runs: list[StoredRun], frame: pd.DataFrame) -> None:
    """Count a run that another of the same instance went below as never hit, unless its solver was given a target.

    The low end of the interval of its time stays, a bound still: the true target is no easier. Energies within
    1e-9 max(1, |E|) are equal.
    """
    drawn = [point.seeded for point in sweep.problems]
    instance = [run.instance if drawn[run.problem] else -1 for run in runs]
    by_instance = frame["lowest_energy"].groupby([np.array([run.problem for run in runs]), np.array(instance)])
    lowest = by_instance.transform("min") if runs else frame["lowest_energy"]
    given = [sweep.solvers[run.solver].parameters.get("target_energy") is not None for run in runs]
    missed = (frame["lowest_energy"] > lowest + 1e-9 * np.maximum(1.0, lowest.abs())) & ~np.array(given, dtype=bool)
    for column, value in _MISSED.items():
        if column in frame:
            frame[column] = frame[column].mask(missed & frame[column].notna(), value)


def _measures(sweep: Sweep, runs: list[StoredRun]) -> dict[str, list[float]]:
    """Columns of the measures; ValueError if two of them give a number the same name."""
    measured = [json.loads(run.measures) for run in runs]
    origin: dict[str, Measure] = {}
    for row in measured:
        for measure in sweep.measures:
            for name in row.get(measure.identity, ()):
                if origin.setdefault(name, measure) is not measure:
                    raise ValueError(f"the measures {origin[name].path} and {measure.path} both give {name!r}")
    return {name: [row.get(m.identity, {}).get(name, np.nan) for row in measured] for name, m in origin.items()}


def _sides(
    sweep: Sweep, runs: list[StoredRun], measures: Sequence[str] | dict[str, Any]
) -> Iterator[tuple[str, Sequence[Point], list[int], dict[str, str]]]:
    """Problems, then solvers: kind, points, the point of each run, and the column of each parameter."""
    sides = (
        ("problem", sweep.problems, [r.problem for r in runs]),
        ("solver", sweep.solvers, [r.solver for r in runs]),
    )
    keys = {kind: list(dict.fromkeys(key for point in points for key in point.parameters)) for kind, points, _ in sides}
    for kind, points, places in sides:
        others = keys["solver" if kind == "problem" else "problem"]
        taken = {*RESERVED, *measures, *others}
        names = {key: f"{kind}_{key}" if key in taken or key == "seed" else key for key in keys[kind]}
        yield kind, points, places, names


def _varied(points: Sequence[Point]) -> list[str]:
    """Parameters that are not the same in all of the points."""
    keys = dict.fromkeys(key for point in points for key in point.parameters)
    return [key for key in keys if len({canonical_json(point.parameters.get(key)) for point in points}) > 1]


def _cell(value: Any) -> Any:
    """A parameter in one cell of a table; a list as on the command line, ``8,8,8``."""
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ",".join(map(str, value))
    return canonical_json(value) if isinstance(value, list | dict) else value


def _column(cells: list[Any]) -> list[Any]:
    """Cells of one kind: NaN is a missing number, and the empty text a missing anything else."""
    given = [cell for cell in cells if cell is not None]
    if all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in given):
        return [np.nan if cell is None else cell for cell in cells]
    return ["" if cell is None else str(cell) for cell in cells]


def _averages(data: xr.Dataset, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for name in names:
        values = data[name]
        outer = [d for d in values.dims if d != "instance"]
        if name.endswith("seconds") or name.startswith("time_to_solution"):
            found = quantiles(values.to_numpy(), _QUANTILES)
            dims = ("quantile", *outer)
            yield f"{name}_quantiles", (dims, found.value)
            yield f"{name}_quantiles_low", (dims, np.maximum(found.low, 0.0))
            yield f"{name}_quantiles_high", (dims, found.high)
            yield "quantile", ("quantile", list(_QUANTILES))
        else:
            mean = disorder_average(values.to_numpy())
            yield f"{name}_mean", (outer, mean.value)
            yield f"{name}_error", (outer, mean.error)
    if {"q2", "q4"} <= set(names):
        ratio = disorder_binder_ratio(data["q2"].to_numpy(), data["q4"].to_numpy())
        outer = [d for d in data["q2"].dims if d != "instance"]
        yield "binder_ratio", (outer, ratio.value)
        yield "binder_ratio_error", (outer, ratio.error)


def _library(name: str) -> Any:
    """A library of an extra, or ImportError that says how to get it."""
    try:
        return import_module(name)
    except ImportError:
        raise ImportError(f'this table needs {name}: pip install "sgq[scale]"') from None

"""``sgq sweep``: run a sweep, see how far it is, and write its runs to a table."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sgq.cli.arguments import INTERRUPTED, AsJson, check_folder, check_output
from sgq.terminal import show, status_table, sweep_bar

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Many runs, kept in one file.")

StoreFile = Annotated[Path, typer.Argument(metavar="STORE", help="The file that holds the runs.")]


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="Problems, solvers, instances and measures.")],
    store: Annotated[
        Path | None, typer.Argument(metavar="STORE", help="File that holds the runs; FILE.db by default.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one for each core.")] = None,
    serial: Annotated[bool, typer.Option("--serial", help="Run in this process.")] = False,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster at this address.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Make failed runs again.")] = False,
    keep_samples: Annotated[bool, typer.Option("--keep-samples", help="Keep the samples too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the runs of a sweep that are not in its store yet.

    Ctrl-C lets the runs in flight finish; the same command carries on, after a crash too.
    """
    from sgq.sweeps import Sweep

    if (workers is not None) + serial + (dask is not None) > 1:
        raise ValueError("--workers, --serial and --dask exclude each other")
    store = store or file.with_suffix(".db")
    check_folder("STORE", store)
    sys.path.insert(0, str(file.absolute().parent))  # measures, builders and solvers may lie beside the file
    sweep = Sweep.from_toml(file)
    with _executor(serial, dask) as executor, sweep_bar(sweep.name, len(sweep)) as progress:
        try:
            status = sweep.run(
                store,
                workers=workers,
                executor=executor,
                retry=retry,
                keep_samples=keep_samples,
                progress=progress,
            )
        except KeyboardInterrupt:
            print(f"sgq: interrupted; what is finished is in {store}, and the same command carries on", file=sys.stderr)
            sys.exit(INTERRUPTED)
    print(json.dumps(asdict(status), indent=2)) if as_json else show(status_table(status))
    if status.failed:
        raise typer.Exit(1)


@app.command("status")
def show_status(store: StoreFile, as_json: AsJson = False) -> None:
    """Show how far the sweep is that was last run into a store."""
    from sgq.sweeps import Store, Sweep

    with Store(store) as opened:
        status = Sweep.of(opened).status(opened)
    print(json.dumps(asdict(status), indent=2)) if as_json else show(status_table(status))


@app.command()
def export(
    store: StoreFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="A .csv, .parquet or .nc (NetCDF) file.")],
) -> None:
    """Write the runs to a table: CSV and Parquet with one row a run, NetCDF with named dimensions and averages."""
    from sgq.sweeps import Store, Sweep

    check_output("--output", output, store)
    with Store(store) as opened:
        Sweep.of(opened).export(opened, output)


@contextmanager
def _executor(serial: bool, dask: str | None) -> Iterator[Executor | None]:
    """What the options ask for; None is the pool of processes that `Sweep.run` makes."""
    from sgq.sweeps import Serial

    if dask is None:
        yield Serial() if serial else None
        return
    try:
        from distributed import Client
    except ImportError:
        raise ImportError('--dask needs distributed: pip install "sgq[scale]"') from None
    with Client(dask, timeout=10) as client:
        yield client.get_executor()

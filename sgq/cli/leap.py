"""``sgq leap``: D-Wave's processors, and jobs on them that outlive the terminal."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgq.cli.arguments import AsJson, Format, Parameters, Seed, Target, build_or_load, check_folder, parse_options
from sgq.terminal import fact_table, facts_of, progress_bar, show

if TYPE_CHECKING:
    import dimod

    from sgq.problem import Problem
    from sgq_solvers.leap import Job

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="D-Wave's quantum annealers, through a Leap account."
)


@app.callback()
def one_line_warnings(context: typer.Context) -> None:
    """Warnings are one line, as errors are."""
    context.with_resource(warnings.catch_warnings())
    warnings.simplefilter("always", UserWarning)
    warnings.showwarning = lambda message, *_: typer.echo(f"sgq: {' '.join(str(message).split())}", err=True)


JobFile = Annotated[Path, typer.Argument(metavar="FILE", help="A job file, which submit wrote.")]
SolverParameters = Annotated[
    list[str] | None,
    typer.Option("--solver-parameter", "-s", metavar="KEY=VALUE", help="Parameter of the solver dwave."),
]
Processor = Annotated[str | None, typer.Option(metavar="NAME", help="The processor; the configured one by default.")]


@app.command("solvers")
def list_processors(as_json: AsJson = False) -> None:
    """List the processors of the account."""
    from rich.table import Table

    from sgq_solvers.leap import list_qpus

    rows = list_qpus()
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    table = Table("processor", "topology", "qubits", "couplers", "load", "status", box=None, header_style="bold")
    for row in rows:
        load = "" if row["load"] is None else f"{row['load']:.0%}"
        table.add_row(row["name"], row["topology"], str(row["qubits"]), str(row["couplers"]), load, row["status"])
    show(table)


@app.command()
def estimate(
    target: Target,
    parameter: Parameters = None,
    solver_parameter: SolverParameters = None,
    processor: Processor = None,
    format: Format = None,
    seed: Seed = None,
    as_json: AsJson = False,
) -> None:
    """Embed a problem and show what its submission would cost, and what would be refused; nothing is submitted."""
    from sgq_solvers.leap import DWaveQPUSampler

    problem = build_or_load(target, parameter, format, seed)
    with DWaveQPUSampler(processor) as sampler:
        plan, refusals = sampler.estimate(problem, **parse_options(solver_parameter))
    lengths = [len(chain) for chain in plan.chains]
    facts = {
        "problem": repr(problem).strip("<>"),
        "processor": plan.processor["name"],
        "variables": plan.model.num_variables,
        "couplings": plan.model.num_interactions,
        "qubits": sum(lengths),
        "chain lengths": {str(n): lengths.count(n) for n in sorted(set(lengths))},
        "chain strengths": list(dict.fromkeys(s.chain_strength for s in plan.submissions)),
        "auto_scale multiplies by": sorted({s.scale for s in plan.submissions}),
        "submissions": len(plan.submissions),
        "reads": sum(s.num_reads for s in plan.submissions),
        "QPU seconds": plan.seconds,
        "refused": refusals,
    }
    print(json.dumps(facts, indent=2)) if as_json else show(fact_table(facts))
    if refusals:
        raise typer.Exit(1)


@app.command()
def submit(
    target: Target,
    job: Annotated[Path, typer.Option("--job", metavar="FILE", help="The job file to write, which must not exist.")],
    parameter: Parameters = None,
    solver_parameter: SolverParameters = None,
    processor: Processor = None,
    format: Format = None,
    seed: Seed = None,
    as_json: AsJson = False,
) -> None:
    """Submit a problem and return at once; `sgq leap fetch FILE` gets the answer, today or tomorrow."""
    from sgq.formats.problem_json import write_json
    from sgq_solvers.leap import DWaveQPUSampler

    check_folder("--job", job)
    if job.exists():
        raise ValueError(f"--job {job}: this file exists; a job that is not fetched may be in it")
    problem = build_or_load(target, parameter, format, seed)
    with DWaveQPUSampler(processor) as sampler:
        submitted = sampler.submit(
            problem, job, attached=json.loads(write_json(problem)), **parse_options(solver_parameter)
        )
    _show_states(submitted, as_json)


@app.command()
def status(file: JobFile, as_json: AsJson = False) -> None:
    """Show how the submissions of a job are."""
    job = _job(file)
    job.refresh()
    _show_states(job, as_json)


@app.command()
def fetch(
    file: JobFile,
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="Wait no longer; 0 looks once.")] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Take the answers there are.")] = False,
    resubmit: Annotated[bool, typer.Option("--resubmit", help="First send again what failed or got lost.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write all samples to this file, as dimod's JSON.")] = None,
    as_json: AsJson = False,
) -> None:
    """Wait for a job's answer and show the best solution; exit code 1 if it still runs."""
    if output:
        check_folder("--output", output)
    job = _job(file)
    if resubmit:
        job.resubmit()
    try:
        problem, samples = _answer(job, timeout, partial)
    except TimeoutError as error:
        typer.echo(f"sgq: {error}", err=True)
        raise typer.Exit(1) from None
    info = samples.info["sgq"]
    facts = facts_of(problem, samples)
    facts.pop("seconds")
    facts |= {
        "processor": info["processor"],
        "qubits": info["num_qubits"],
        "chain strength": info["chain_strength"],
        "broken chains": info["chain_break_fraction"],
        "QPU seconds": info["qpu_seconds"],
        "lost submissions": info["lost_submissions"] or None,
    }
    print(json.dumps(facts, indent=2, default=str)) if as_json else show(fact_table(facts))
    if output:
        output.write_text(json.dumps(samples.to_serializable(), default=str))


@app.command()
def cancel(file: JobFile, as_json: AsJson = False) -> None:
    """Cancel what still runs of a job."""
    job = _job(file)
    job.cancel()
    _show_states(job, as_json)


@app.command("list")
def list_jobs(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where job files are.")] = Path("."),
    as_json: AsJson = False,
) -> None:
    """List the job files of a folder with the states last seen, damaged ones too; status FILE asks for the present."""
    from rich.table import Table

    from sgq_solvers.leap import find_jobs

    if not folder.is_dir():
        raise ValueError(f"{folder}: no folder")
    jobs, damaged = find_jobs(folder)
    if as_json:
        unreadable = [{"job": str(path), "error": why} for path, why in damaged.items()]
        print(json.dumps([*map(_summary, jobs), *unreadable], indent=2))
        return
    table = Table("job", "label", "processor", "answered", "states last seen", box=None, header_style="bold")
    for job in jobs:
        row = _summary(job)
        states = ", ".join(f"{count} {state}" for state, count in row["states"].items())
        table.add_row(row["job"], row["label"], row["processor"], f"{row['answered']} of {row['submissions']}", states)
    for path, why in damaged.items():
        table.add_row(str(path), "", "", "", why.removeprefix(f"{path}: "))
    show(table)


def _job(file: Path) -> Job:
    from sgq_solvers.leap import Job

    return Job(file)


def _answer(job: Job, timeout: float | None, partial: bool) -> tuple[Problem, dimod.SampleSet]:
    """The problem that was submitted, and its samples."""
    import sgq
    from sgq.formats.files import Source
    from sgq.formats.problem_json import read_json
    from sgq.solving import as_problem

    if job.attached is None:
        problem = as_problem(job.plan.model)
    else:
        problem = read_json(Source(str(job.path), json.dumps(job.attached).encode()))
    with progress_bar(f"{problem.name} on {job.plan.processor['name']}") as progress:
        samples = sgq.solve(problem, job, timeout=timeout, partial=partial, progress=progress)
    samples.info["sgq"]["solver"] = "dwave"
    return problem, samples


def _summary(job: Job) -> dict[str, Any]:
    states = [s.state for s in job.submissions]
    return {
        "job": str(job.path),
        "label": job.plan.label,
        "processor": job.plan.processor["name"],
        "submissions": len(states),
        "answered": sum(s.answer is not None for s in job.submissions),
        "states": {state: states.count(state) for state in dict.fromkeys(states)},
        "submitting": job.submitting,
        "estimated_qpu_seconds": job.plan.seconds,
    }


def _show_states(job: Job, as_json: bool) -> None:
    """Every submission with its state."""
    from rich.table import Table

    rows: list[dict[str, Any]] = [
        {"id": s.id, "label": s.label, "reads": s.num_reads, "state": s.state, "message": s.message}
        for s in job.submissions
    ]
    if as_json:
        print(json.dumps({**_summary(job), "list": rows}, indent=2))
        return
    title = f"{job.path}: another process is still submitting" if job.submitting else f"{job.path}"
    table = Table("id", "label", "reads", "state", box=None, header_style="bold", title=title, highlight=False)
    for row in rows:
        state = f"{row['state']}: {row['message']}" if row["message"] else row["state"]
        table.add_row(row["id"] or "", row["label"], str(row["reads"]), state)
    show(table)

"""The command ``sgq``.

Exit codes: 0; 1 where a solution was asked for and not found within the limit; 2 for bad input, which is one
line on stderr; 130 where Ctrl-C left nothing to show.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sgq.terminal import (
    fact_table,
    facts_of,
    json_value,
    name_table,
    progress_bar,
    show,
    transition_table,
)

if TYPE_CHECKING:
    from sgq.problem import Problem

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Target = Annotated[str, typer.Argument(metavar="PROBLEM|FILE", help="A registered problem, or a file.")]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", "-p", metavar="KEY=VALUE", help="Parameter of the problem.")
]
Format = Annotated[str | None, typer.Option("--format", help="Format of the file, where its text is ambiguous.")]
Seed = Annotated[
    int | None,
    typer.Option(help="Seed of the instance and of the solver; without it, the instance is not drawn again."),
]
TimeLimit = Annotated[float | None, typer.Option(metavar="SECONDS", help="Stop each solver after this time.")]
TargetEnergy = Annotated[float | None, typer.Option(help="Stop at this energy; exit code 1 if it is not reached.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


_INTERRUPTED = 130  # what Typer makes of Ctrl-C


def main() -> None:
    """Run the command; bad input is one line and exit code 2, never a traceback."""
    try:
        code = app(standalone_mode=False) or 0
        if code == _INTERRUPTED:
            print("sgq: interrupted", file=sys.stderr)
        sys.exit(code)
    except (ValueError, ImportError, OSError) as error:
        _fail(str(error))
    except Exception as error:
        if hasattr(error, "format_message"):  # Typer's errors of usage share no public base class
            _fail(f"{error.format_message()} (sgq COMMAND --help says more)")
        _fail(f"{type(error).__name__}: {error}")


def _fail(message: str) -> None:
    print(f"sgq: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        import sgq

        print(sgq.__version__)
        raise typer.Exit


@app.callback(invoke_without_command=True)
def common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """A laboratory for spin glasses and computation."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command("problems")
def list_problems(
    name: Annotated[str | None, typer.Argument(help="Show this one's parameters.")] = None, as_json: AsJson = False
) -> None:
    """List the problem families, or show one."""
    from sgq.registry import get_problem, problems

    def documented(key: str) -> tuple[Any, str]:
        return get_problem(key), inspect.getdoc(get_problem(key)) or ""

    _catalogue("problem", problems(), documented, name, as_json)


@app.command("solvers")
def list_solvers(
    name: Annotated[str | None, typer.Argument(help="Show this one's parameters.")] = None, as_json: AsJson = False
) -> None:
    """List the solvers, or show one."""
    from sgq.registry import get_solver, solvers

    def documented(key: str) -> tuple[Any, str]:
        solver = get_solver(key)
        method = next(getattr(solver, m) for m in ("sample_problem", "sample", "sample_poly") if hasattr(solver, m))
        return method, f"{inspect.getdoc(solver)}\n\n{inspect.getdoc(method)}"

    _catalogue("solver", solvers(), documented, name, as_json)


@app.command()
def solve(
    target: Target,
    parameter: Parameters = None,
    format: Format = None,
    solver: Annotated[str, typer.Option(help="A registered solver.")] = "annealing",
    solver_parameter: Annotated[
        list[str] | None, typer.Option("--solver-parameter", "-s", metavar="KEY=VALUE", help="Parameter of the solver.")
    ] = None,
    time_limit: TimeLimit = None,
    target_energy: TargetEnergy = None,
    seed: Seed = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write all samples to this file, as dimod's JSON."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Solve a problem and show the best solution."""
    import sgq
    from sgq.checks import real
    from sgq.solving import as_solver

    if output:
        _check_folder("--output", output)
    if target_energy is not None:
        real("--target-energy", target_energy)
    problem = _problem(target, parameter, format, seed)
    options = _options(solver_parameter)
    known = as_solver(solver)[1].parameters
    for key, value in {"seed": seed, "time_limit": time_limit, "target_energy": target_energy}.items():
        if value is not None and (key in known or key == "time_limit"):
            options.setdefault(key, value)
    with progress_bar(f"{solver} on {problem.name}") as progress:
        if "progress" in known:
            options["progress"] = progress
        samples = sgq.solve(problem, solver, **options)
    facts = facts_of(problem, samples)
    if output:
        output.write_text(json.dumps(samples.to_serializable(), default=str))
    if as_json:
        print(json.dumps(facts, indent=2, default=str))
    else:
        show(fact_table(facts))
    best = facts.get("best energy", float("inf"))
    unreached = target_energy is not None and best > target_energy + problem.energy_tolerance
    if unreached or facts.get("satisfiable", True) is None:
        raise typer.Exit(1)


@app.command()
def compare(
    target: Target,
    parameter: Parameters = None,
    format: Format = None,
    solvers: Annotated[str, typer.Option(help="Registered solvers, separated by commas.")] = "annealing,neal,tabu",
    solver_parameter: Annotated[
        list[str] | None,
        typer.Option("--solver-parameter", "-s", metavar="SOLVER.KEY=VALUE", help="Parameter of one solver."),
    ] = None,
    time_limit: TimeLimit = None,
    target_energy: TargetEnergy = None,
    seed: Seed = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the comparison to this file (PNG, SVG, PDF).")] = None,
    as_json: AsJson = False,
) -> None:
    """Run several solvers on one instance and set them side by side."""
    import sgq
    from sgq.report import figures

    if figure:
        _check_folder("--figure", figure)
        figures.check_format(figure)
    problem = _problem(target, parameter, format, seed)
    names = [name.strip() for name in solvers.split(",")]
    if not all(names):
        raise ValueError(f"--solvers {solvers}: names separated by commas")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"--solvers {solvers}: {twice.pop()} stands twice")
    runs: dict[str, tuple[str, dict[str, Any]]] = {name: (name, {}) for name in names}
    for text in solver_parameter or []:
        name, dot, rest = text.partition(".")
        if not dot or name not in runs:
            raise ValueError(f"--solver-parameter {text!r}: SOLVER.KEY=VALUE, with one of {', '.join(runs)}")
        runs[name][1].update(_options([rest]))
    with progress_bar(f"{len(runs)} solvers on {problem.name}") as progress:

        def update(label: str, fraction: float, best: float) -> None:
            progress((list(runs).index(label) + fraction) / len(runs), best)

        comparison = sgq.compare(
            problem, runs, time_limit=time_limit, target_energy=target_energy, seed=seed, progress=update
        )
    print(comparison.to_json()) if as_json else show(comparison)
    if figure:
        figures.write(figures.comparison(comparison)[0], figure)
    if all(row.error for row in comparison):
        raise ValueError("no solver gave an answer: the table says why")
    if target_energy is not None and not any(row.hits for row in comparison):
        raise typer.Exit(1)


@app.command()
def sat_transition(
    k: Annotated[int, typer.Option("-k", help="Literals per clause.")] = 3,
    n: Annotated[str, typer.Option("-n", help="Numbers of variables, separated by commas.")] = "25,50,100",
    instances: Annotated[int, typer.Option(help="Random formulas for each n.")] = 500,
    alpha: Annotated[str, typer.Option(metavar="FIRST:LAST:STEP", help="Clauses per variable.")] = "3:6:0.1",
    seed: Seed = None,
    figure: Annotated[Path | None, typer.Option(help="Draw P(SAT) to this file (PNG, SVG, PDF).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure where random K-SAT turns unsatisfiable, one complete solution of every formula at every length."""
    import numpy as np

    from sgq.analysis import satisfiability_transition
    from sgq.checks import integer, seed_integer
    from sgq.registry import build, get_solver
    from sgq.report import figures

    if figure:
        _check_folder("--figure", figure)
        figures.check_format(figure)
    alphas = _grid(alpha)
    sizes = [integer("-n", _value(size), 1) for size in n.split(",")]
    integer("--instances", instances, 2)
    integer("-k", k, 1)
    entropy = int(np.random.default_rng().integers(2**31)) if seed_integer(seed) is None else seed
    solver = get_solver("cdcl")()
    transitions: list[Any] = []
    with progress_bar(f"{k}-SAT") as progress:
        for column, size in enumerate(sizes):
            most = int(np.ceil(alphas[-1] * size))
            first_unsat = []
            for instance in range(instances):
                rng = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(k, size, instance)))
                formula: Any = build("k-sat", n=size, k=k, m=most, seed=rng)
                try:
                    first_unsat.append(solver.first_unsatisfiable(formula.clauses))
                except KeyboardInterrupt:
                    if not transitions:
                        raise
                    print(f"sgq: interrupted at n = {size}, which is left out", file=sys.stderr)
                    break
                progress((column + (instance + 1) / instances) / len(sizes), float("nan"))
            if len(first_unsat) < instances:
                break
            transitions.append(satisfiability_transition(first_unsat, size, alphas, max_clauses=most))
    if as_json:
        print(json.dumps({"k": k, "seed": entropy, "transitions": [json_value(t) for t in transitions]}, indent=2))
    else:
        show(transition_table(k, transitions))
    if figure:
        figures.write(figures.satisfiability(transitions), figure)


def _catalogue(
    kind: str, names: list[str], documented: Callable[[str], tuple[Any, str]], name: str | None, as_json: bool
) -> None:
    """Show every name with the first line of its documentation, or all of one name's."""
    if name is not None:
        function, text = documented(name)
        options = {
            p.name: p.default
            for p in inspect.signature(function).parameters.values()
            if p.name not in ("self", "bqm", "poly", "problem") and p.kind is not p.VAR_KEYWORD
        }
        shown = {key: "needed" if default is inspect.Parameter.empty else default for key, default in options.items()}
        entry = {"name": name, "parameters": json_value(shown), "description": text}
        call = ", ".join(key if value == "needed" else f"{key}={value!r}" for key, value in shown.items())
        print(json.dumps(entry, indent=2) if as_json else f"{name}: {call}\n\n{text}")
        return
    first_lines = {}
    for key in names:
        try:
            first_lines[key] = documented(key)[1].split("\n")[0].replace(" [1]_", "")
        except ImportError as error:
            first_lines[key] = str(error)
    print(json.dumps(first_lines, indent=2)) if as_json else show(name_table(kind, first_lines))


def _problem(target: str, parameters: list[str] | None, format: str | None, seed: int | None) -> Problem:
    from sgq.formats import load
    from sgq.registry import build, get_problem, problems

    if target in problems():
        if format is not None:
            raise ValueError(f"--format {format}: {target} is a registered problem, not a file")
        options = _options(parameters)
        if seed is not None and "seed" in inspect.signature(get_problem(target)).parameters:
            options.setdefault("seed", seed)
        return build(target, **options)
    if not Path(target).exists():
        raise ValueError(f"{target!r} is neither a file nor a registered problem: {', '.join(problems())}")
    if parameters:
        raise ValueError(f"--parameter {parameters[0]}: a file says everything itself")
    return load(target, format=format)


def _check_folder(option: str, path: Path) -> None:
    """Raise before any work is done if `path` cannot be written."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ValueError(f"{option} {path}: a file in a folder that exists")


def _options(texts: list[str] | None) -> dict[str, Any]:
    """Options KEY=VALUE as a dict."""
    options: dict[str, Any] = {}
    for text in texts or []:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f"{text!r}: KEY=VALUE is needed")
        if key in options:
            raise ValueError(f"{text!r}: {key} stands twice")
        options[key] = _value(value)
    return options


def _value(text: str) -> Any:
    """A number, a truth value, a list where there are commas, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        if "," in text and text[0] not in "[{":
            return [_value(part) for part in text.split(",") if part]
        return {"True": True, "False": False, "None": None}.get(text, text)


def _grid(text: str) -> Any:
    import numpy as np

    try:
        first, last, step = map(float, text.split(":"))
    except ValueError:
        raise ValueError(f"--alpha {text}: FIRST:LAST:STEP, such as 3:6:0.1") from None
    if not 0 < first <= last < np.inf or not 0 < step < np.inf:
        raise ValueError(f"--alpha {text}: 0 < FIRST <= LAST and STEP > 0")
    count = int((last - first) / step * (1 + 1e-9)) + 1
    if count > 10_000:
        raise ValueError(f"--alpha {text}: {count} values, at most 10000")
    return first + step * np.arange(count)

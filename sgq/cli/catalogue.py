"""``sgq problems`` and ``sgq solvers``: what is registered, and what it takes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from sgq.cli.arguments import AsJson
from sgq.terminal import json_value, name_table, show


def list_problems(
    name: Annotated[str | None, typer.Argument(help="Show this one's parameters.")] = None, as_json: AsJson = False
) -> None:
    """List the problem families, or show one."""
    from sgq.registry import get_problem, problems

    def documented(key: str) -> tuple[Any, str]:
        return get_problem(key), inspect.getdoc(get_problem(key)) or ""

    _catalogue("problem", problems(), documented, name, as_json)


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

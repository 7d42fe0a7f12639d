"""What commands share: their options, and how the text of an option becomes a value."""

from __future__ import annotations

import inspect
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sgq.problem import Problem

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
INTERRUPTED = 130  # the exit code that Typer makes of Ctrl-C

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def build_or_load(target: str, parameters: list[str] | None, format: str | None, seed: int | None) -> Problem:
    """The registered problem `target` with these parameters, or the problem in the file `target`."""
    from sgq.formats import load
    from sgq.registry import build, get_problem, problems

    if target in problems():
        if format is not None:
            raise ValueError(f"--format {format}: {target} is a registered problem, not a file")
        options = parse_options(parameters)
        if seed is not None and "seed" in inspect.signature(get_problem(target)).parameters:
            options.setdefault("seed", seed)
        return build(target, **options)
    if not Path(target).exists():
        raise ValueError(f"{target!r} is neither a file nor a registered problem: {', '.join(problems())}")
    if parameters:
        raise ValueError(f"--parameter {parameters[0]}: a file says everything itself")
    return load(target, format=format)


def check_folder(option: str, path: Path) -> None:
    """Raise before any work is done if `path` cannot be written."""
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ValueError(f"{option} {path}: a file in a folder that exists")


def check_output(option: str, output: Path, store: Path) -> None:
    """Raise before any work is done if `output` cannot be written, or is the store of the runs."""
    check_folder(option, output)
    if output.absolute() == store.absolute() or (output.exists() and store.exists() and output.samefile(store)):
        raise ValueError(f"{option} {output}: this is the store; choose another file")


def parse_options(texts: list[str] | None) -> dict[str, Any]:
    """Options KEY=VALUE as a dict."""
    options: dict[str, Any] = {}
    for text in texts or []:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f"{text!r}: KEY=VALUE is needed")
        if key in options:
            raise ValueError(f"{text!r}: {key} stands twice")
        options[key] = parse_value(value)
    return options


def parse_value(text: str) -> Any:
    """A number, a truth value, a list where there are commas, or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        if "," in text and text[0] not in "[{":
            return [parse_value(part) for part in text.split(",") if part]
        with suppress(ValueError):
            return float(text)  # .5 and 1. are numbers, too
        return {"True": True, "False": False, "None": None}.get(text, text)


def parse_grid(option: str, text: str) -> Any:
    """FIRST:LAST:STEP as an array, with LAST in it if a step lands there."""
    import numpy as np

    try:
        first, last, step = map(float, text.split(":"))
    except ValueError:
        raise ValueError(f"{option} {text}: FIRST:LAST:STEP, such as 3:6:0.1") from None
    if not 0 < first <= last < np.inf or not 0 < step < np.inf:
        raise ValueError(f"{option} {text}: 0 < FIRST <= LAST and STEP > 0")
    count = (last - first) / step * (1 + 1e-9) + 1
    if count > 10_000:
        raise ValueError(f"{option} {text}: {count:.10g} values, at most 10000")
    return first + step * np.arange(int(count))

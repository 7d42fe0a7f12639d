"""The entry-point groups ``sgq.problems`` and ``sgq.solvers``: names known at once, code loaded when used.

Our own families and solvers stand there exactly as a third party's would; see problems/README.md and
solvers/README.md.
"""

import inspect
import warnings
from collections.abc import Callable, Collection
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from sgq.checks import hint
from sgq.problem import Problem

Builder = Callable[..., Problem]


def problems() -> list[str]:
    """Names of the registered problem families."""
    return sorted(_entries("sgq.problems"))


def solvers() -> list[str]:
    """Names of the registered solvers."""
    return sorted(_entries("sgq.solvers"))


def get_problem(name: str) -> Builder:
    """The builder function of a problem family; ValueError lists the names if there is none."""
    return _load("sgq.problems", name)  # type: ignore[no-any-return]


def get_solver(name: str) -> type[Any]:
    """The class of a solver; ValueError lists the names if there is none."""
    return _load("sgq.solvers", name)  # type: ignore[no-any-return]


def build(name: str, /, **parameters: Any) -> Problem:
    """Build an instance of a registered family: ``build("edwards-anderson", shape=(8, 8), seed=7)``.

    Raises
    ------
    ValueError
        If `name` is not registered, or a parameter is wrong; the message says what is allowed.
    """
    builder = get_problem(name)
    check_options(name, builder, parameters)
    return builder(**parameters)


def check_options(name: str, builder: Builder, parameters: Collection[str]) -> None:
    """ValueError if a builder has no option of one of these names, or lacks one that it needs."""
    options = inspect.signature(builder).parameters
    allowed = ", ".join(options)
    for parameter in parameters:
        if parameter not in options:
            raise ValueError(f"{name} has no parameter {parameter!r}{hint(parameter, options)}: {allowed}")
    needed = [key for key, option in options.items() if option.default is option.empty and key not in parameters]
    if needed:
        raise ValueError(f"{name} needs {' and '.join(needed)}; its parameters are {allowed}")


@cache
def _entries(group: str) -> dict[str, EntryPoint]:
    entries: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        other = entries.setdefault(entry.name, entry)
        if other.value != entry.value:
            warnings.warn(
                f"{group}: {entry.name!r} is registered twice; {other.value} wins over {entry.value}",
                stacklevel=2,
            )
    return entries


def _load(group: str, name: str) -> Any:
    entries = _entries(group)
    kind = group.removeprefix("sgq.").removesuffix("s")
    if not isinstance(name, str) or name not in entries:
        raise ValueError(f"no {kind} named {name!r}{hint(str(name), entries)}: {', '.join(sorted(entries))}")
    try:
        return entries[name].load()
    except (ModuleNotFoundError, AttributeError) as error:
        package = entries[name].dist
        where = f"the package {package.name}" if package else "its package"
        raise ImportError(
            f"the {kind} {name!r} is registered as {entries[name].value} but does not load ({error}): "
            f"install {where} again"
        ) from error

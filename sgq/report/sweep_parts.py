"""How the lines of a figure are spread over several, so that each stays legible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from sgq.report.sweep_points import line_keys, parameter_name, written

LINES = 8  # in one figure: as many as there are colours
_LISTED = 4  # values of a parameter in a name


def parts(runs: pd.DataFrame, data: pd.DataFrame, *, together: bool) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and data of each figure, with `LINES` lines at most; lines of one problem point stay in one if they fit.

    Parameters
    ----------
    runs
        Of the sweep.
    data
        A table of `sgq.report.sweep_data`, not empty.
    together
        Whether problems share a figure where their lines are few.
    """
    problems = data["problem"].unique()
    if together and data["line"].nunique() <= LINES:
        yield ", ".join(map(str, problems)), data
        return
    for problem in problems:
        lines = data[data["problem"] == problem].dropna(axis="columns", how="all")
        varied = [key for key in line_keys(runs)[1:] if key in lines and _tells_apart(lines, key)]
        of_problem = [key for key in varied if key in line_keys(runs, solvers=False)]
        found = list(_split(lines, varied))
        names = [
            str(problem)
            if len(found) == 1
            else _name(problem, part, of_problem) or f"{problem}, part {k} of {len(found)}"
            for k, part in enumerate(found, 1)
        ]
        for k, (name, part) in enumerate(zip(names, found, strict=True)):
            alike = names.count(name)
            yield name if alike == 1 else f"{name}, part {names[: k + 1].count(name)} of {alike}", part


def _split(data: pd.DataFrame, keys: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Whole blocks of equal first key go together while they fit; a block too large is split by the other keys."""
    if data["line"].nunique() <= LINES:
        yield data
    elif not keys:
        lines = data["line"].unique()
        for some in np.array_split(lines, -(-len(lines) // LINES)):
            yield data[data["line"].isin(some)]
    else:
        blocks = [block for _, block in data.groupby(keys[0], dropna=False, sort=False)]
        for run in _packed([block["line"].nunique() for block in blocks]):
            yield from _split(pd.concat(blocks[run]), keys[1:])


def _packed(sizes: Sequence[int]) -> list[slice]:
    """Slices of successive blocks, as few as hold `LINES` lines each, and of those the most even; or single ones."""

    def packed(most: int) -> list[slice]:
        starts, filled = [0], 0
        for k, size in enumerate(sizes):
            if k and filled + size > most:
                starts.append(k)
                filled = 0
            filled += size
        return [slice(*ends) for ends in zip(starts, [*starts[1:], len(sizes)], strict=True)]

    fewest = len(packed(LINES))
    return next(found for most in range(1, LINES + 1) if len(found := packed(most)) == fewest)


def _tells_apart(lines: pd.DataFrame, key: str) -> bool:
    """Whether a column tells lines apart, and does not vary along one."""
    return lines[key].nunique(dropna=False) > 1 and bool((lines.groupby("line")[key].nunique(dropna=False) == 1).all())


def _name(problem: object, part: pd.DataFrame, keys: Sequence[str]) -> str:
    """``"3-SAT, n = 20, alpha = 3 and 3.5"`` if one parameter at most has several values, and few; else empty."""
    words, several = [str(problem)], 0
    for key in keys:
        texts = [written(value) for value in part[key].unique()]
        several += len(texts) > 1
        if several > 1 or len(texts) > _LISTED or (len(texts) > 1 and "" in texts):
            return ""
        if texts != [""]:
            listed = " and ".join(filter(None, [", ".join(texts[:-1]), texts[-1]]))
            words.append(f"{parameter_name(key)} = {listed}")
    return ", ".join(words) if len(words) > 1 else ""

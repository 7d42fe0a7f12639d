"""Literals that stand twice in a clause, and clauses that are always true: files hold them, solvers want none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgq.models import Integers

_CLAUSES = 1 << 18  # clauses looked at together


@dataclass(frozen=True)
class Clauses:
    """Clauses in which every variable stands at most once, and what was left out for it.

    Attributes
    ----------
    literals, starts
        Clause c holds ``literals[starts[c]:starts[c + 1]]``.
    kept
        Which of the original clauses these are: not those with x and ¬x, which every assignment satisfies.
    repeated
        Number of literals left out of the kept clauses because they stand there already.
    """

    literals: Integers
    starts: Integers
    kept: NDArray[np.bool_]
    repeated: int

    @property
    def left_out(self) -> dict[str, int]:
        """Numbers of ``repeated_literals`` and ``tautologies``, where there are any."""
        counts = {"repeated_literals": self.repeated, "tautologies": int(np.count_nonzero(~self.kept))}
        return {name: count for name, count in counts.items() if count}


def without_repetitions(literals: Integers, starts: Integers) -> Clauses:
    """The clauses with each literal once and without the always true ones: all energies stay as they are."""
    lengths = np.diff(starts)
    chosen = _repeating(literals, starts)
    if not len(chosen):
        return Clauses(literals, starts, np.ones(len(lengths), dtype=bool), 0)
    owner = np.repeat(chosen, lengths[chosen])
    places = np.arange(len(owner)) + np.repeat(
        starts[chosen] - np.cumsum(lengths[chosen]) + lengths[chosen], lengths[chosen]
    )
    order = np.lexsort((literals[places], np.abs(literals[places]), owner))  # stable: equal literals stay in order
    owner, places = owner[order], places[order]
    step = np.diff(literals[places])
    same = (np.diff(np.abs(literals[places])) == 0) & (np.diff(owner) == 0)
    kept = np.ones(len(lengths), dtype=bool)
    kept[owner[1:][same & (step != 0)]] = False
    once = np.ones(len(literals), dtype=bool)
    once[places[1:][same & (step == 0)]] = False
    in_kept = np.repeat(kept, lengths)
    repeated = int(np.count_nonzero(in_kept & ~once))
    once &= in_kept
    bounds = np.concatenate([[0], np.cumsum(once)])[starts]
    return Clauses(literals[once], np.append(bounds[:-1][kept], bounds[-1]), kept, repeated)


def _repeating(literals: Integers, starts: Integers) -> Integers:
    """Clauses that hold a variable twice."""
    found = [np.empty(0, dtype=np.int64)]
    span = 1 + max(int(literals.max(initial=0)), -int(literals.min(initial=0)))
    for first in range(0, len(starts) - 1, _CLAUSES):
        bounds = starts[first : first + _CLAUSES + 1]
        owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        keys = owner * span + np.abs(literals[bounds[0] : bounds[-1]])
        keys.sort()
        found.append(first + np.unique(keys[1:][keys[1:] == keys[:-1]] // span))
    return np.concatenate(found)

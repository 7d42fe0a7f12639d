"""Strong components of the implication graph of clauses with one or two literals, by Tarjan's algorithm.

The clause a ∨ b says ¬a → b and ¬b → a, and the clause a says ¬a → a (Aspvall, Plass & Tarjan, IPL 8, 121 (1979)).
Literals are numbered 2 v and 2 v + 1, as in `walksat.Formula`.
"""

import numpy as np
from numba import njit

_ONE = np.uint64(1)
_OPEN = np.uint32(0xFFFFFFFF)


@njit(cache=True, nogil=True)
def strong_components(literals, starts, occurrences, first):  # type: ignore[no-untyped-def]
    """Component of each literal, uint32, numbered so that implications lead from higher numbers to lower ones.

    Parameters
    ----------
    literals, starts, occurrences, first
        As in `walksat.Formula`, one or two literals a clause.
    """
    number = first.size - 1
    component = np.full(number, _OPEN, np.uint32)
    visited = np.zeros(number, np.uint32)  # the rank at which a literal was first seen, from 1 on
    lowest = np.empty(number, np.uint32)  # least rank of those it can reach that are not in a component yet
    following = np.empty(number, np.uint32)  # the next clause of its negation to be looked at
    path, pending = np.empty(number, np.uint32), np.empty(number, np.uint32)
    rank, components, waiting = np.uint32(0), np.uint32(0), 0
    for root in range(number):
        depth, literal = 0, np.uint64(root)
        entered = visited[literal] == 0
        while entered or depth > 0:
            if entered:
                rank += np.uint32(1)
                visited[literal] = lowest[literal] = rank
                following[literal] = first[literal ^ _ONE]
                path[depth] = pending[waiting] = literal
                depth += 1
                waiting += 1
                entered = False
            literal = np.uint64(path[depth - 1])
            negation = literal ^ _ONE
            if following[literal] < first[negation + _ONE]:
                clause = np.uint64(occurrences[following[literal]])
                following[literal] += np.uint32(1)
                implied = np.uint64(literals[starts[clause]] ^ literals[starts[clause + _ONE] - _ONE]) ^ negation
                if visited[implied] == 0:
                    literal, entered = implied, True
                elif component[implied] == _OPEN:
                    lowest[literal] = min(lowest[literal], visited[implied])
                continue
            depth -= 1
            if depth > 0:
                parent = path[depth - 1]
                lowest[parent] = min(lowest[parent], lowest[literal])
            if lowest[literal] == visited[literal]:
                while component[literal] == _OPEN:
                    waiting -= 1
                    component[pending[waiting]] = components
                components += np.uint32(1)
    return component

"""Messages from clauses to variables: survey propagation, and belief propagation as its other end.

A message η of clause a to its variable i is the probability that all other literals of a are false, so that a wants i
to satisfy it. With S and O the products of 1 - η over the other clauses in which i stands with the same sign as in a,
and with the opposite one, a literal is false with probability S (1 - ρ O) / (S + O - ρ S O): ρ = 1 is survey
propagation (Braunstein, Mézard & Zecchina, RSA 27, 201 (2005), eqs 17-19) and ρ = 0 belief propagation, the family
SP(ρ) of Maneva, Mossel & Wainwright (J. ACM 54, 17 (2007)). Products are kept as sums of logarithms.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

_LEAST = 1e-15  # 1 - η of a certain message: its logarithm stays finite


class Messages(NamedTuple):
    """A formula and a message for each of its literals.

    Attributes
    ----------
    literals, starts
        Clause c holds ``literals[starts[c]:starts[c + 1]]``, ±1 … ±N, int64.
    eta, log_rest
        η and ln(1 - η) of each literal, float64 as long as `literals`.
    sums
        Shape (N, 2): Σ ln(1 - η) over the clauses where a variable stands with its positive (0) and its negative (1)
        literal.
    """

    literals: NDArray[np.int64]
    starts: NDArray[np.int64]
    eta: NDArray[np.float64]
    log_rest: NDArray[np.float64]
    sums: NDArray[np.float64]


@njit(cache=True, nogil=True)
def update(messages, order, rho, damping, sweeps, tolerance):  # type: ignore[no-untyped-def]
    """Sweep the clauses in the given order, at most `sweeps` times; sweeps made, and the largest change of an η.

    Ends after the first sweep in which no message changes by `tolerance`. A new message is `damping` times the old one
    and the rest of what the equations say.
    """
    literals, starts, eta, log_rest, sums = messages
    longest = 0
    for c in range(starts.size - 1):
        longest = max(longest, starts[c + 1] - starts[c])
    false, above = np.empty(longest), np.empty(longest)
    largest, made = 0.0, 0
    while made < sweeps:
        made += 1
        largest = 0.0
        _add_up(messages)
        for c in order:
            first, length = starts[c], starts[c + 1] - starts[c]
            product = 1.0
            for j in range(length):
                literal = literals[first + j]
                v, side = abs(literal) - 1, int(literal < 0)
                same, opposite = sums[v, side] - log_rest[first + j], sums[v, 1 - side]
                wanted = rho * np.exp(opposite)
                false[j] = (1.0 - wanted) / (1.0 - wanted + np.exp(opposite - same))
                above[j] = product
                product *= false[j]
            product = 1.0
            for j in range(length - 1, -1, -1):
                e = first + j
                new = damping * eta[e] + (1.0 - damping) * above[j] * product
                product *= false[j]
                largest = max(largest, abs(new - eta[e]))
                eta[e] = new
                rest = np.log(max(1.0 - new, _LEAST))
                sums[abs(literals[e]) - 1, int(literals[e] < 0)] += rest - log_rest[e]
                log_rest[e] = rest
        if largest < tolerance:
            break
    _add_up(messages)
    return made, largest


@njit(cache=True, nogil=True)
def _add_up(messages):  # type: ignore[no-untyped-def]
    """The sums from the messages: differences that are added during a sweep do not pile up their rounding."""
    messages.sums[:] = 0.0
    for e in range(messages.literals.size):
        literal = messages.literals[e]
        messages.sums[abs(literal) - 1, int(literal < 0)] += messages.log_rest[e]


@njit(cache=True, nogil=True)
def propagate(literals, starts, occurrences, places, values, queue, count):  # type: ignore[no-untyped-def]
    """Unit propagation: set every literal that is the last one left of a clause; the violated clause, or -1.

    `places`, integers (2N + 1,): the clauses with literal +v stand at ``occurrences[places[v - 1]:places[v]]``, those
    with -v at ``occurrences[places[N + v - 1]:places[N + v]]``. `values`, int8 (N,), are ±1, or 0 where open, and
    are filled in; ``queue[:count]``, int64 of N elements at least, are the literals set last.
    """
    variables, done = values.size, 0
    while done < count:
        literal = queue[done]
        done += 1
        row = abs(literal) - 1 + (variables if literal > 0 else 0)  # the clauses with its negation
        for k in range(places[row], places[row + 1]):
            c = occurrences[k]
            satisfied, left, last = False, 0, 0
            for e in range(starts[c], starts[c + 1]):
                value = values[abs(literals[e]) - 1]
                if value == 0:
                    left, last = left + 1, literals[e]
                elif (value > 0) == (literals[e] > 0):
                    satisfied = True
                    break
            if satisfied or left > 1:
                continue
            if left == 0:
                return c
            values[abs(last) - 1] = 1 if last > 0 else -1
            queue[count] = last
            count += 1
    return -1

"""Focused local search on clauses: flip a variable of a violated clause, chosen by the clauses that its flip breaks.

WalkSAT (Selman, Kautz & Cohen, AAAI 1994) and probSAT (Balint & Schöning, SAT 2012). Break counts are kept up to date:
a clause remembers how many of its literals are true and the exclusive or of their variables, which is the one true
variable where there is one (Balint, Biere, Fröhlich & Schöning, SAT 2014). Both stand in one word and are added to the
break counts without a branch: up to N = 10^4 a third faster than with one, and than counting anew for each choice.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_ONE = np.uint64(1)
_32 = np.uint64(32)
_TRUE = _ONE << _32  # a true literal, in the state of a clause
_LOWER = _TRUE - _ONE


class Formula(NamedTuple):
    """Clauses of M in all on variables 0 … N-1; a literal is 2 v, or 2 v + 1 for the negation of v.

    Attributes
    ----------
    literals, starts
        uint32: clause c holds ``literals[starts[c]:starts[c + 1]]``, every variable at most once.
    occurrences, first
        uint32: literal l stands in the clauses ``occurrences[first[l]:first[l + 1]]``; `first` has 2 N + 1 entries.
    longest, stride
        Literals of the longest clause, and of every clause, or 0 where they differ: a look at `starts` costs a seventh
        of the time of a flip in large formulas.
    """

    literals: Words
    starts: Words
    occurrences: Words
    first: Words
    longest: int
    stride: int


class Walk(NamedTuple):
    """One assignment on its way, changed in place.

    Attributes
    ----------
    truth, best
        uint8 (N,): the assignment, and the best one, up to the flips in `recent`.
    states
        uint64 (M,): of each clause the number of true literals in the upper half, and in the lower one the exclusive or
        of their variables.
    breaks
        uint32: clauses of which v is the only true literal. Its size is a power of two, at least N, for 0 is added at
        other exclusive ors of variables.
    violated, places
        uint32 (M,): the violated clauses, the first ``counts[0]`` entries, and where a clause stands among them.
    recent
        uint32 (N,): variables flipped since `best`, the first ``counts[2]`` entries; a full list has lost some.
    counts
        int64 (3,): violated clauses now, at best, and flips in `recent`.
    generator
        uint64 (2,): state of xoroshiro128++, not zero.
    """

    truth: NDArray[np.uint8]
    best: NDArray[np.uint8]
    states: NDArray[np.uint64]
    breaks: Words
    violated: Words
    places: Words
    recent: Words
    counts: NDArray[np.int64]
    generator: NDArray[np.uint64]


@njit(cache=True, nogil=True)
def occurrences(literals, starts, num_variables):  # type: ignore[no-untyped-def]
    """`occurrences` and `first` of a formula, clauses of a literal in rising order."""
    first = np.zeros(2 * num_variables + 1, np.uint32)
    for literal in literals:
        first[literal + _ONE] += np.uint32(1)
    first = np.cumsum(first).astype(np.uint32)
    free, clauses = first.copy(), np.empty(literals.size, np.uint32)
    for c in range(np.uint64(0), np.uint64(starts.size - 1)):
        for k in range(starts[c], starts[c + _ONE]):
            literal = literals[k]
            clauses[free[literal]] = c
            free[literal] += np.uint32(1)
    return clauses, first


@njit(cache=True, nogil=True)
def begin(formula, walk):  # type: ignore[no-untyped-def]
    """Count what `truth` satisfies; `breaks` must be zero and `best` equal to `truth`."""
    violated = np.uint64(0)
    for c in range(np.uint64(0), np.uint64(walk.states.size)):
        true, variables = np.uint64(0), np.uint64(0)
        for k in range(formula.starts[c], formula.starts[c + _ONE]):
            literal = np.uint64(formula.literals[k])
            if walk.truth[literal >> _ONE] != literal & _ONE:
                true += _ONE
                variables ^= literal >> _ONE
        walk.states[c] = true << _32 | variables
        if true == 0:
            walk.violated[violated] = c
            walk.places[c] = violated
            violated += _ONE
        walk.breaks[variables] += np.uint32(true == _ONE)
    walk.counts[0] = walk.counts[1] = violated
    walk.counts[2] = 0


@njit(cache=True, nogil=True)
def search(formula, walk, weights, noise, target, flips):  # type: ignore[no-untyped-def]
    """Flip up to `flips` times, until `target` clauses are violated or fewer; returns the number of flips.

    A violated clause is chosen uniformly, and of its variables one by a rule.

    Parameters
    ----------
    formula, walk
        See there; `walk` is changed in place.
    weights
        float64, the rule of probSAT: variable v is flipped with probability ∝ ``weights[breaks[v]]``. Empty for the
        other rule.
    noise
        The rule SKC of WalkSAT: if flips of some of the variables break nothing, one of
        these; else with probability `noise` any, and otherwise one of those that break least; ties at random.
    """
    a, b = walk.generator[0], walk.generator[1]
    violated, lowest, length = np.uint64(walk.counts[0]), np.uint64(walk.counts[1]), np.uint64(walk.counts[2])
    room, goal, sums = np.uint64(walk.recent.size), np.uint64(target), np.empty(formula.longest)
    stride, done = np.uint64(formula.stride), 0
    while done < flips and violated > goal:
        word, a, b = _next_word(a, b)
        clause = np.uint64(walk.violated[(word >> _32) * violated >> _32])
        if stride > 0:
            start = clause * stride
            end = start + stride
        else:
            start, end = np.uint64(formula.starts[clause]), np.uint64(formula.starts[clause + _ONE])
        uniform = (word & _LOWER) * 2.0**-32
        if weights.size > 0:
            place = _by_weight(formula, walk.breaks, start, end, uniform, weights, sums)
        else:
            place = _by_rule(formula, walk.breaks, start, end, uniform, noise)
        variable = np.uint64(formula.literals[place]) >> _ONE
        violated = _flip(formula, walk, variable, violated)
        done += 1
        if length < room:
            walk.recent[length] = variable
            length += _ONE
        if violated < lowest:
            lowest = violated
            _take_best(walk, length)
            length = np.uint64(0)
    walk.generator[0], walk.generator[1] = a, b
    walk.counts[0], walk.counts[1], walk.counts[2] = violated, lowest, length
    return done


@njit(cache=True, nogil=True)
def _next_word(a, b):  # type: ignore[no-untyped-def]
    """A word and the next state of xoroshiro128++ (Blackman & Vigna, ACM TOMS 47, 36 (2021))."""
    total = a + b
    b ^= a
    following = (a << np.uint64(49) | a >> np.uint64(15)) ^ b ^ (b << np.uint64(21))
    return (total << np.uint64(17) | total >> np.uint64(47)) + a, following, b << np.uint64(28) | b >> np.uint64(36)


@njit(cache=True, nogil=True)
def _by_weight(formula, breaks, start, end, uniform, weights, sums):  # type: ignore[no-untyped-def]
    """Where the variable of a clause stands that probSAT flips; `sums` is room for the longest clause."""
    total = 0.0
    for k in range(end - start):
        total += weights[breaks[np.uint64(formula.literals[start + k]) >> _ONE]]
        sums[k] = total
    place, threshold = start, uniform * total
    for k in range(end - start - _ONE):
        place += np.uint64(sums[k] <= threshold)
    return place


@njit(cache=True, nogil=True)
def _by_rule(formula, breaks, start, end, uniform, noise):  # type: ignore[no-untyped-def]
    """Where the variable of a clause stands that WalkSAT flips."""
    least, ties = _LOWER, 0
    for k in range(start, end):
        count = np.uint64(breaks[np.uint64(formula.literals[k]) >> _ONE])
        if count < least:
            least, ties = count, 1
        elif count == least:
            ties += 1
    if least > 0:
        if uniform < noise:
            return start + np.uint64(uniform / noise * (end - start))
        uniform = (uniform - noise) / (1.0 - noise)
    skip, place = int(uniform * ties), start
    while True:
        if breaks[np.uint64(formula.literals[place]) >> _ONE] == least:
            if skip == 0:
                return place
            skip -= 1
        place += _ONE


@njit(cache=True, nogil=True)
def _flip(formula, walk, variable, count):  # type: ignore[no-untyped-def]
    """Flip a variable, with all that follows from it; returns how many clauses are violated now, `count` before."""
    states, breaks, violated, places = walk.states, walk.breaks, walk.violated, walk.places
    first, clauses = formula.first, formula.occurrences
    made = np.uint32(0)
    true = variable << _ONE | np.uint64(walk.truth[variable])  # the literal that becomes true
    walk.truth[variable] ^= np.uint8(1)
    for k in range(first[true], first[true + _ONE]):
        clause = np.uint64(clauses[k])
        state = states[clause]
        states[clause] = (state ^ variable) + _TRUE
        if state < _TRUE:
            count -= _ONE
            last, place = violated[count], places[clause]
            violated[place] = last
            places[last] = place
            made += np.uint32(1)
        breaks[state & _LOWER] -= np.uint32(state >> _32 == _ONE)
    false = true ^ _ONE
    for k in range(first[false], first[false + _ONE]):
        clause = np.uint64(clauses[k])
        state = (states[clause] - _TRUE) ^ variable
        states[clause] = state
        if state < _TRUE:
            violated[count] = clause
            places[clause] = count
            count += _ONE
        breaks[state & _LOWER] += np.uint32(state >> _32 == _ONE)
    breaks[variable] = made
    return count


@njit(cache=True, nogil=True)
def _take_best(walk, length):  # type: ignore[no-untyped-def]
    """Bring `best` up to the present assignment: flip by flip, or as a whole where flips have been lost.

    Every flip is repeated once at most, so that keeping the best costs no more than a part of the search, however
    large N is.
    """
    if length < np.uint64(walk.recent.size):
        for k in range(length):
            walk.best[walk.recent[k]] ^= np.uint8(1)
    else:
        walk.best[:] = walk.truth

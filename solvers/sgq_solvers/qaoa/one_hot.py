"""XY mixers for constraints of one spin up in a group, and the configurations that satisfy them.

Z. Wang, N. C. Rubin, J. M. Dominy, E. G. Rieffel, Phys. Rev. A 101, 012320 (2020).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgq.models import Integers
from sgq_solvers.qaoa.mixers import LocalMixer, Part, one_qubit


def given_groups(one_hot: Any, labels: Sequence[Hashable]) -> list[list[int]]:
    """Groups of variables, disjoint, two at least in each, as positions."""
    position = {label: k for k, label in enumerate(labels)}
    try:
        asked = [list(group) for group in one_hot]
        seen = Counter(chain.from_iterable(asked))
    except TypeError:
        raise ValueError(
            f"one_hot={one_hot!r}: groups of labels are needed, such as [['a', 'b'], ['c', 'd', 'e']]"
        ) from None
    for label, times in seen.items():
        if label not in position:
            raise ValueError(f"one_hot: {label!r} is no variable of the model")
        if times > 1:
            raise ValueError(f"one_hot: {label!r} stands in two places: groups share no variables")
    for members in asked:
        if len(members) < 2:
            raise ValueError(f"one_hot: group {members!r} leaves no choice: two variables or more are needed")
    return [[position[label] for label in members] for members in asked]


def one_hot_mixer(groups: Sequence[Sequence[int]], num_qubits: int, shape: str) -> LocalMixer:
    """Each group has one qubit at 0, its spin up, which hops; other qubits flip.

    M = ½ Σ (X_i X_j + Y_i Y_j) over neighbours i, j on a ring of the group in its order, or over all its pairs if
    `shape` is ``"complete"``: between states of one spin up it is the adjacency matrix. Its exponential is exact.
    """
    parts = []
    for group in groups:
        size = len(group)
        matrix = np.ones((size, size)) - np.eye(size)
        if shape == "ring":
            distance = np.abs(np.arange(size)[:, None] - np.arange(size))
            matrix = np.where((distance == 1) | (distance == size - 1), 1.0, 0.0) * matrix
        parts.append(Part(np.array(sorted(group)), _settings(group), matrix, np.full(size, size**-0.5)))
    grouped = {qubit for group in groups for qubit in group}
    flip, plus = np.array([[0.0, 1.0], [1.0, 0.0]]), np.full(2, 0.5**0.5)
    return LocalMixer(parts + [one_qubit(q, flip, plus) for q in range(num_qubits) if q not in grouped])


class AllowedStates:
    """All configurations with one spin up, a bit 0, in each group, by number.

    Attributes
    ----------
    count
        How many there are.
    """

    def __init__(self, groups: Sequence[Sequence[int]], num_qubits: int) -> None:
        free = set(range(num_qubits)).difference(*groups)
        self._choices = [_settings(group) for group in groups] + [np.array([0, 1 << qubit]) for qubit in free]
        self.count = math.prod(map(len, self._choices))

    def __call__(self, numbers: NDArray[Any]) -> Integers:
        """Those of these numbers, below `count`: the number's digits choose in each group."""
        states = np.zeros(len(numbers), np.int64)
        for choice in self._choices:
            numbers, digits = np.divmod(numbers, len(choice))
            states |= choice[digits]
        return states


def _settings(group: Sequence[int]) -> Integers:
    """The bits of a group with one spin up, a bit 0, each in turn."""
    whole = sum(1 << qubit for qubit in group)
    return np.array([whole ^ (1 << qubit) for qubit in group])

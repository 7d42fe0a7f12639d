"""XY mixers for constraints of one spin up in a group, and the configurations that satisfy them.

Z. Wang, N. C. Rubin, J. M. Dominy, E. G. Rieffel, Phys. Rev. A 101, 012320 (2020).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from sgq.models import Integers, Terms
from sgq_solvers.qaoa.mixers import LocalMixer, Part, one_qubit

_CHUNK = 1 << 16


def given_groups(one_hot: Any, labels: Sequence[Hashable]) -> list[list[int]]:
    """Groups of variables, disjoint, two at least in each, as positions."""
    position = {label: k for k, label in enumerate(labels)}
    groups, seen = [], set()
    for group in one_hot:
        members = list(group)
        for label in members:
            if label not in position:
                raise ValueError(f"one_hot: {label!r} is no variable of the model")
            if label in seen:
                raise ValueError(f"one_hot: {label!r} stands in two places: groups share no variables")
            seen.add(label)
        if len(members) < 2:
            raise ValueError(f"one_hot: group {members!r} leaves no choice: two variables or more are needed")
        groups.append([position[label] for label in members])
    return groups


def one_hot_mixer(groups: Sequence[Sequence[int]], num_qubits: int, shape: str) -> LocalMixer:
    """Each group has one qubit at 0, its spin up, which hops; other qubits flip.

    M = ½ Σ (X_i X_j + Y_i Y_j) over neighbours i, j on a ring of the group in its order, or over all its pairs if
    `shape` is ``"complete"``: between states of one spin up it is the adjacency matrix. Its exponential is exact.
    """
    parts = []
    for group in groups:
        size, whole = len(group), sum(1 << qubit for qubit in group)
        matrix = np.ones((size, size)) - np.eye(size)
        if shape == "ring":
            distance = np.abs(np.arange(size)[:, None] - np.arange(size))
            matrix = np.where((distance == 1) | (distance == size - 1), 1.0, 0.0) * matrix
        settings = np.array([whole ^ (1 << qubit) for qubit in group])
        parts.append(Part(np.array(sorted(group)), settings, matrix, np.full(size, size**-0.5)))
    grouped = {qubit for group in groups for qubit in group}
    flip, plus = np.array([[0.0, 1.0], [1.0, 0.0]]), np.full(2, 0.5**0.5)
    return LocalMixer(parts + [one_qubit(q, flip, plus) for q in range(num_qubits) if q not in grouped])


def allowed(groups: Sequence[Sequence[int]], num_qubits: int) -> Integers:
    """All configurations with one spin up, a bit 0, in each group."""
    grouped = {qubit for group in groups for qubit in group}
    states = np.zeros(1, np.int64)
    for group in groups:
        whole = sum(1 << qubit for qubit in group)
        states = (states[:, None] | np.array([whole ^ (1 << qubit) for qubit in group])).ravel()
    for qubit in set(range(num_qubits)) - grouped:
        states = (states[:, None] | np.array([0, 1 << qubit])).ravel()
    states.sort()
    return states


def allowed_ground_states(polynomial: Terms, states: Integers) -> tuple[float, Integers]:
    """The lowest energy of these configurations, and those that have it."""
    energies = np.empty(len(states))
    for start in range(0, len(states), _CHUNK):
        chunk = states[start : start + _CHUNK, None]
        spins = (1 - 2 * ((chunk >> np.arange(polynomial.indices.max(initial=-1) + 1)) & 1)).astype(np.int8)
        energies[start : start + _CHUNK] = polynomial.energies(spins)
    lowest = float(energies.min())
    return lowest, states[energies <= lowest + polynomial.tolerance]

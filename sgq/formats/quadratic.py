"""What the writers of quadratic formats share: the problem as arrays, and what a format cannot hold."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from sgq.models import QuadraticForm, Vartype, quadratic_form
from sgq.problem import Problem


def quadratic(problem: Problem, format: str, vartype: Vartype) -> tuple[QuadraticForm, list[Hashable]]:
    """The problem in dimod's sign, pairs (i < j) in order, and its labels.

    Raises
    ------
    ValueError
        If its model is not quadratic, has another vartype or an offset.
    """
    import dimod

    if problem.vartype != vartype:
        raise ValueError(f"{format} holds {vartype} variables; {problem!r} is {problem.vartype}")
    model = problem.model
    if isinstance(model, dimod.BinaryPolynomial):
        raise ValueError(f"{format} holds pairs; {problem!r} is a polynomial: save as json")
    form, labels = quadratic_form(model)
    if form.offset:
        raise ValueError(f"{format} holds no offset; {problem!r} has {form.offset!r}: save as json or bqm")
    pairs = np.sort(form.pairs, axis=1)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return QuadraticForm(pairs[order], form.couplings[order], form.fields), labels


def whole_numbers(problem: Problem, format: str, vartype: Vartype, first: int) -> QuadraticForm:
    """The problem as arrays, if its variables are labelled `first`, `first` + 1, … in this order."""
    form, labels = quadratic(problem, format, vartype)
    for number, label in enumerate(labels, first):
        if label != number or not isinstance(label, (int, np.integer)):
            raise ValueError(
                f"{format} numbers its variables from {first}; variable {number - first} of {problem!r} is "
                f"labelled {label!r}: save as json or bqm"
            )
    return form

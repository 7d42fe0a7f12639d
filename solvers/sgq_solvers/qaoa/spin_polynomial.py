"""A model as a polynomial in spins, and the unit of energy that the angles of its QAOA are measured in."""

from __future__ import annotations

import math
from collections.abc import Hashable
from itertools import pairwise

import dimod
import numpy as np

from sgq.checks import finite_array
from sgq.models import Terms, quadratic_form, terms


def spin_terms(model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial) -> tuple[Terms, list[Hashable]]:
    """A model of either kind and vartype as a polynomial in spins, dimod's sign, and its labels."""
    if isinstance(model, dimod.BinaryPolynomial):
        polynomial, labels = terms(model if model.vartype is dimod.SPIN else model.to_spin())
    else:
        form, labels = quadratic_form(model, "SPIN")
        n = form.num_variables
        indices = np.concatenate([np.arange(n), form.pairs.ravel()])
        starts = np.concatenate([[0], np.arange(n), n + 2 * np.arange(len(form.pairs) + 1)])
        polynomial = Terms(indices, starts, np.concatenate([[form.offset], form.fields, form.couplings]))
    finite_array("coefficients", polynomial.coefficients)
    return polynomial, labels


def members(polynomial: Terms) -> list[tuple[list[int], float]]:
    """The spins of every term, none for the constant, and its coefficient."""
    ends = polynomial.starts.tolist()
    spins = [polynomial.indices[first:last].tolist() for first, last in pairwise(ends)]
    return list(zip(spins, polynomial.coefficients.tolist(), strict=True))


def in_units(polynomial: Terms) -> tuple[Terms, float, float]:
    """The polynomial without its constant, over its rms local field; the constant; and that field.

    So no phase overflows, angles and energies are of order one, and float32 holds them as well as it can.
    """
    unit, acting = rms_field(polynomial), np.diff(polynomial.starts) > 0
    starts = np.append(polynomial.starts[:-1][acting], polynomial.starts[-1])  # constants have no indices
    scaled = Terms(polynomial.indices, starts, polynomial.coefficients[acting] / unit)
    return scaled, float(polynomial.coefficients[~acting].sum()), unit


def rms_field(polynomial: Terms) -> float:
    """Root of the mean, over spins in any term, of the sum of c² over the terms that hold the spin; 1 if all is 0."""
    orders = np.diff(polynomial.starts)
    acting = polynomial.coefficients * (orders > 0)
    largest = float(np.abs(acting).max(initial=0.0)) or 1.0  # squares alone would overflow from 1e154 on
    spins = len(np.unique(polynomial.indices[np.repeat(acting != 0, orders)]))
    squares = float((orders * (acting / largest) ** 2).sum())
    return largest * math.sqrt(squares / max(1, spins)) or 1.0

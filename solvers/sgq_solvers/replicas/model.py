"""A model as kernels take it: spins, a graph in CSR form or terms, and its scales of energy."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, Integers, QuadraticForm, Terms, quadratic_form, terms
from sgq_solvers.units import multiples

_SIZES = 128  # couplings and fields of different size, zero among them, that the integer kernels could take


class QuadraticModel:
    """A quadratic form of spins."""

    def __init__(self, form: QuadraticForm) -> None:
        self.form = form
        self.energies, self.tolerance, self.fields, self.offset = (
            form.energies,
            form.tolerance,
            form.fields,
            form.offset,
        )
        self.num_spins = form.num_variables
        self.starts, self.neighbours, self.couplings = form.adjacency()
        self.largest = max(np.abs(self.couplings).max(initial=0.0), np.abs(self.fields).max(initial=0.0)) or 1.0

    @cached_property
    def rms(self) -> float:
        """Root mean square over sites of sqrt(h² + Σ J²): the typical local field."""
        squares = (self.fields / self.largest) ** 2 + self.sum_over_neighbours((self.couplings / self.largest) ** 2)
        return float(self.largest * np.sqrt(squares.mean())) if self.num_spins else 0.0

    @cached_property
    def density(self) -> float:
        """Coupled pairs, of all pairs."""
        return len(self.couplings) / max(1, self.num_spins * (self.num_spins - 1))

    @cached_property
    def reach(self) -> Floats:
        """|h| + Σ|J| of every site: the largest its local field can be."""
        return np.abs(self.fields) + self.sum_over_neighbours(np.abs(self.couplings))

    @cached_property
    def unit(self) -> float | None:
        """The number of which every coupling and field is a whole multiple; None where there is none of use."""
        values = np.unique(np.abs(np.concatenate([self.couplings, self.fields])))
        found = multiples(values, self.tolerance) if len(values) <= _SIZES else None
        return found.unit if found else None

    @cached_property
    def spread(self) -> float:
        """Largest coupling or field over the smallest."""
        smallest = np.abs(np.concatenate([self.couplings[self.couplings != 0], self.fields[self.fields != 0]]))
        return float(self.largest / smallest.min()) if len(smallest) else 1.0

    @cached_property
    def smallest_cost(self) -> float | None:
        """The least that a move which costs anything can cost; None where couplings have no common unit."""
        if self.unit is None:
            return None
        even = not (np.rint(self.reach / self.unit) % 2).any()
        return (4 if even else 2) * self.unit

    @property
    def work(self) -> int:
        """Spins and couplings that a sweep visits."""
        return self.num_spins + len(self.couplings)

    def sum_over_neighbours(self, values: Floats) -> Floats:
        """Sum of one number a coupling, by site."""
        sites = np.repeat(np.arange(self.num_spins), np.diff(self.starts))
        return np.bincount(sites, values, self.num_spins).astype(float)

    def local_fields(self, spins: NDArray[np.generic]) -> Floats:
        """h + Σ J s of every site, for every row of `spins`."""
        from scipy.sparse import csr_array

        n = self.num_spins
        matrix = csr_array((self.couplings, self.neighbours, self.starts), shape=(n, n))
        return np.asarray(self.fields + (matrix @ spins.T.astype(float)).T)


class PolynomialModel:
    """A polynomial of spins, of any order."""

    def __init__(self, polynomial: Terms, num_spins: int) -> None:
        self.energies, self.tolerance = polynomial.energies, polynomial.tolerance
        self.terms = polynomial
        self.num_spins = num_spins
        self.orders = np.diff(polynomial.starts)
        owner = np.repeat(np.arange(len(self.orders)), self.orders)
        by_spin = np.argsort(polynomial.indices, kind="stable")
        self.terms_of: Integers = owner[by_spin]
        self.starts: Integers = np.searchsorted(polynomial.indices[by_spin], np.arange(num_spins + 1))
        self.largest = np.abs(polynomial.coefficients).max(initial=0.0) or 1.0

    @cached_property
    def rms(self) -> float:
        """Root mean square over sites of the root of the sum of squared coefficients of the terms at the site."""
        squares = self.sum_over_terms((self.terms.coefficients / self.largest) ** 2)
        return float(self.largest * np.sqrt(squares.mean())) if self.num_spins else 0.0

    @cached_property
    def spread(self) -> float:
        """Largest coefficient over the smallest."""
        smallest = np.abs(self.terms.coefficients[self.terms.coefficients != 0])
        return float(self.largest / smallest.min()) if len(smallest) else 1.0

    @property
    def work(self) -> int:
        """Spins and terms that a sweep visits."""
        return self.num_spins + 2 * len(self.terms_of)

    def sum_over_terms(self, values: Floats) -> Floats:
        """Sum of one number a term, by site."""
        sites = np.repeat(np.arange(self.num_spins), np.diff(self.starts))
        return np.bincount(sites, values[self.terms_of], self.num_spins).astype(float)


Model = QuadraticModel | PolynomialModel


def model_of(model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial) -> tuple[Model, list[Hashable]]:
    """A dimod model in spins, and its labels."""
    if isinstance(model, dimod.BinaryPolynomial):
        polynomial, labels = terms(model if model.vartype is dimod.SPIN else model.to_spin())
        return PolynomialModel(polynomial, len(labels)), labels
    form, labels = quadratic_form(model, "SPIN")
    return QuadraticModel(form), labels

"""Heat-bath dynamics of a model: its arrays laid out for the kernels, and its scale of energy."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.models import Floats, QuadraticForm, Terms, quadratic_form, terms


def dynamics_of(
    model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial,
) -> tuple[Pairs | Polynomial, list[Hashable]]:
    """The dynamics of a dimod model in spins, and its labels."""
    if isinstance(model, dimod.BinaryPolynomial):
        polynomial, labels = terms(model if model.vartype is dimod.SPIN else model.to_spin())
        return Polynomial(polynomial, len(labels)), labels
    form, labels = quadratic_form(model, "SPIN")
    return Pairs(form), labels


class Pairs:
    """Heat-bath dynamics of a quadratic form, on cached local fields."""

    def __init__(self, form: QuadraticForm) -> None:
        from scipy.sparse import csr_array

        self.energies, self.tolerance = form.energies, form.tolerance
        self.fields = form.fields
        self.graph = starts, neighbours, couplings = form.adjacency()
        self.matrix = csr_array((couplings, neighbours, starts), shape=2 * (form.num_variables,))
        largest = max(np.abs(couplings).max(initial=0.0), np.abs(form.fields).max(initial=0.0)) or 1.0
        squares = (form.fields / largest) ** 2 + ((self.matrix / largest) ** 2).sum(axis=1)
        self.rms = float(largest * np.sqrt(squares.mean())) if len(squares) else 0.0
        self.work = form.num_variables + len(neighbours)

    def sweeper(self, spins: NDArray[np.int8], generators: NDArray[np.uint64]) -> Callable[[Floats], int]:
        """A function that sweeps `spins` in place at the inverse temperatures it is given."""
        from sgq.kernels.heat_bath import sweep_pairs

        local = np.ascontiguousarray(self.fields + (self.matrix @ spins.T.astype(float)).T)
        return lambda betas: sweep_pairs(spins, local, *self.graph, betas, generators)


class Polynomial:
    """Heat-bath dynamics of a spin polynomial, on the product of each term."""

    def __init__(self, polynomial: Terms, num_spins: int) -> None:
        self.energies, self.tolerance = polynomial.energies, polynomial.tolerance
        self.polynomial = polynomial
        orders = np.diff(polynomial.starts)
        owner = np.repeat(np.arange(len(orders)), orders)
        by_spin = np.argsort(polynomial.indices, kind="stable")
        self.terms = owner[by_spin]
        self.starts = np.searchsorted(polynomial.indices[by_spin], np.arange(num_spins + 1))
        largest = np.abs(polynomial.coefficients).max(initial=0.0) or 1.0
        squares = np.bincount(polynomial.indices, (polynomial.coefficients[owner] / largest) ** 2, num_spins)
        self.rms = float(largest * np.sqrt(squares.mean())) if num_spins else 0.0
        self.work = num_spins + 2 * len(self.terms)

    def sweeper(self, spins: NDArray[np.int8], generators: NDArray[np.uint64]) -> Callable[[Floats], int]:
        """A function that sweeps `spins` in place at the inverse temperatures it is given."""
        from sgq.kernels.heat_bath import sweep_terms

        polynomial = self.polynomial
        products = np.ones((len(spins), len(polynomial.coefficients)), np.int8)
        first, orders = polynomial.starts[:-1], np.diff(polynomial.starts)
        for k in range(orders.max(initial=0)):
            longer = np.flatnonzero(orders > k)
            products[:, longer] *= spins[:, polynomial.indices[first[longer] + k]]
        arguments = (spins, products, self.starts, self.terms, polynomial.coefficients)
        return lambda betas: sweep_terms(*arguments, betas, generators)

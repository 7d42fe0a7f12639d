"""Models as arrays: dimod's quadratic and polynomial models, in and out of NumPy.

Sign. Builders, text and theory use the physics sign, H = -Σ_{i<j} J_ij s_i s_j - Σ_i h_i s_i.
dimod's models are E = +Σ J s s + Σ h s + offset. `spin_model` and `spin_polynomial` flip it; everything
else here, and every solver, works on dimod's sign.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sgq.checks import finite_array

if TYPE_CHECKING:
    import dimod

Vartype = Literal["SPIN", "BINARY"]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CHUNK = 1 << 22  # numbers held at once by an energy evaluation: 32 MB
_LARGE = 1 << 27  # factors of an energy evaluation, of all terms and rows, from which numba is worth its import
_SMALL = 1 << 10  # and its call, where it is imported already


@dataclass(frozen=True, eq=False)
class QuadraticForm:
    """E(x) = offset + Σ_i fields_i x_i + Σ_k couplings_k x_{pairs_k0} x_{pairs_k1}, dimod's sign.

    The variables are 0 … n-1, spins or bits alike; a pair may stand more than once and then adds up.
    """

    pairs: Integers
    couplings: Floats
    fields: Floats
    offset: float = 0.0

    @property
    def num_variables(self) -> int:
        """How many variables the form has."""
        return len(self.fields)

    @cached_property
    def tolerance(self) -> float:
        """What rounding can do to an energy, see `energy_tolerance`."""
        return energy_tolerance(self.couplings, self.fields, offset=self.offset)

    def flip_symmetric(self, vartype: Vartype) -> bool:
        """Whether turning over every variable, spins or bits, leaves every energy as it is."""
        if vartype == "SPIN":
            return not self.fields.any()
        field = 2 * self.fields + self._coupling_sums()  # four times the field on a spin
        return bool((np.abs(field) <= self.tolerance).all())

    def in_spins(self) -> QuadraticForm:
        """A form of bits x as one of spins s = 2 x - 1, with the same energies."""
        offset = self.offset + float(self.couplings.sum()) / 4 + float(self.fields.sum()) / 2
        fields = self.fields / 2 + self._coupling_sums() / 4
        return QuadraticForm(self.pairs, self.couplings / 4, fields, offset)

    def in_bits(self) -> QuadraticForm:
        """A form of spins s as one of bits x = (1 + s) / 2, with the same energies."""
        offset = self.offset + float(self.couplings.sum()) - float(self.fields.sum())
        fields = 2 * (self.fields - self._coupling_sums())
        return QuadraticForm(self.pairs, 4 * self.couplings, fields, offset)

    def _coupling_sums(self) -> Floats:
        """Σ_j J_ij of every variable i."""
        sums = np.zeros(self.num_variables)
        for end in self.pairs.T:
            sums += np.bincount(end, self.couplings, self.num_variables)
        return sums

    def energies(self, values: NDArray[np.generic]) -> Floats:
        """Energy of every row of `values`, shape (rows, n), in float64."""
        if _is_large(values, self.pairs.size):
            fields = np.arange(self.num_variables)[:, None], self.fields
            energies = _packed_energies(values, [fields, (self.pairs, self.couplings)])
            energies += self.offset
            return energies
        energies = np.full(len(values), self.offset)
        for rows in _chunks(len(values), self.num_variables):
            x = values[rows].astype(np.float64)
            energies[rows] += np.einsum("rn,rn->r", x @ self._matrix, x) + x @ self.fields
        return energies

    @cached_property
    def _matrix(self) -> Any:
        from scipy.sparse import coo_array

        n = self.num_variables
        return coo_array((self.couplings, (self.pairs[:, 0], self.pairs[:, 1])), shape=(n, n)).tocsc()

    def adjacency(self) -> tuple[Integers, NDArray[np.int32], Floats]:
        """Neighbours in CSR form: those of i are ``neighbours[starts[i]:starts[i + 1]]``, with their couplings."""
        from scipy.sparse import csr_array

        from sgq.kernels.adjacency import count_ends, list_neighbours

        n, ends = self.num_variables, self.pairs.size
        starts = np.empty(n + 1, np.int32 if ends < 2**31 else np.int64)
        count_ends(self.pairs, starts)
        neighbours, couplings = np.empty(ends, np.int32), np.empty(ends)
        list_neighbours(self.pairs, self.couplings, starts[:-1].copy(), neighbours, couplings)
        matrix = csr_array((couplings, neighbours, starts), shape=(n, n))
        matrix.sum_duplicates()
        return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False), matrix.data


@dataclass(frozen=True, eq=False)
class Terms:
    """A polynomial Σ_t coefficients_t Π x_i, i in ``indices[starts[t]:starts[t + 1]]``, dimod's sign."""

    indices: Integers
    starts: Integers
    coefficients: Floats

    @cached_property
    def tolerance(self) -> float:
        """What rounding can do to an energy, see `energy_tolerance`."""
        return energy_tolerance(self.coefficients)

    def flip_symmetric(self, vartype: Vartype) -> bool:
        """Whether turning over every spin leaves every energy as it is; not examined in bits, where it is rare."""
        return vartype == "SPIN" and not (np.diff(self.starts)[self.coefficients != 0] % 2).any()

    def masks(self) -> NDArray[np.uint64]:
        """One bit mask a term, for up to 64 variables: bit i is set if variable i is in it."""
        bits = np.uint64(1) << self.indices.astype(np.uint64)
        masks = np.zeros(len(self.coefficients), np.uint64)
        np.bitwise_or.at(masks, np.repeat(np.arange(len(masks)), np.diff(self.starts)), bits)
        return masks

    def by_order(self) -> Iterator[tuple[Integers, Floats]]:
        """Terms of equal order together: indices of shape (num_terms, order), and coefficients."""
        orders = np.diff(self.starts)
        for order in np.unique(orders):
            chosen = np.flatnonzero(orders == order)
            yield self.indices[self.starts[chosen][:, None] + np.arange(order)], self.coefficients[chosen]

    def energies(self, values: NDArray[np.generic]) -> Floats:
        """Value of the polynomial at every row of `values`, shape (rows, n), in float64."""
        if _is_large(values, 8 * len(self.indices)):  # which take NumPy eight times as long as those of pairs
            return _packed_energies(values, self.by_order())
        energies = np.zeros(len(values))
        for indices, coefficients in self.by_order():
            for rows in _chunks(len(values), len(coefficients) * max(1, indices.shape[1])):
                products = values[rows][:, indices].astype(np.float64).prod(axis=2)
                energies[rows] += products @ coefficients
        return energies


def energy_tolerance(*coefficients: Floats, offset: float = 0.0) -> float:
    """Energies of one model are equal if they differ by no more than this, what rounding can do to them.

    0 where every energy is exact: coefficients that are multiples of 1/4 (integers of bits, in spins) and add up to
    less than 2^49, or of 1/1024 (integers of bits in terms of up to ten) and 2^41. Else 1e-14 of the sum of the
    absolute coefficients, and four units in the last place of the offset.
    """
    total = sum(float(np.abs(c).sum()) for c in coefficients)
    parts = [c[some] for c in (np.array([offset]), *coefficients) for some in _chunks(len(c), 1)]
    for steps in (4.0, 1024.0):
        if total + abs(offset) < 2.0**51 / steps:
            scaled = (steps * c for c in parts)
            if all(bool((c == np.rint(c)).all()) for c in scaled):
                return 0.0
    return 1e-14 * total + 4 * float(np.spacing(abs(offset)))


def model_arrays(
    model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial,
) -> tuple[QuadraticForm | Terms, list[Hashable]]:
    """A dimod model of either kind as arrays, in its own vartype, and its labels."""
    import dimod

    return terms(model) if isinstance(model, dimod.BinaryPolynomial) else quadratic_form(model)


def quadratic_form(
    model: dimod.BinaryQuadraticModel, vartype: Vartype | None = None
) -> tuple[QuadraticForm, list[Hashable]]:
    """A dimod model as arrays, in spins or bits as `vartype` says (its own when None), and its labels."""
    vectors = model.to_numpy_vectors(sort_labels=False, return_labels=True)
    (row, column, couplings), fields = vectors.quadratic, vectors.linear_biases
    pairs = np.stack([row, column], axis=1, dtype=np.int64)
    form = QuadraticForm(pairs, np.asarray(couplings, float), np.asarray(fields, float), float(vectors.offset))
    if vartype is not None and model.vartype.name != vartype:
        form = form.in_spins() if vartype == "SPIN" else form.in_bits()
    return form, list(vectors.labels)


def quadratic_model(
    form: QuadraticForm, vartype: Vartype, labels: Sequence[Hashable] | None = None
) -> dimod.BinaryQuadraticModel:
    """The dimod model of a quadratic form; `labels` name the variables, 0 … n-1 when None."""
    import dimod

    i, j = form.pairs.T
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        form.fields,
        (i, j, form.couplings),
        form.offset,
        vartype,
        variable_order=None if labels is None or labels == range(form.num_variables) else list(labels),
    )


def spin_form(pairs: Integers, couplings: Floats, fields: Floats, offset: float = 0.0) -> QuadraticForm:
    """The form of H = offset - Σ J_ij s_i s_j - Σ h_i s_i: physics sign in, dimod's sign out."""
    return QuadraticForm(pairs, -couplings, -fields, offset)


def terms(polynomial: dimod.BinaryPolynomial) -> tuple[Terms, list[Hashable]]:
    """A dimod polynomial as arrays, in its own vartype, and its labels, both in an order of their own.

    dimod keeps variables and terms in sets, whose order changes from process to process: labels are sorted, by
    type and text where they do not compare, and terms by order and position.
    """
    try:
        labels = sorted(polynomial.variables)
    except TypeError:
        labels = sorted(polynomial.variables, key=lambda v: (type(v).__name__, repr(v)))
    position = {label: k for k, label in enumerate(labels)}
    members = ((sorted(position[v] for v in term), coefficient) for term, coefficient in polynomial.items())
    lists = sorted(members, key=lambda entry: (len(entry[0]), entry[0]))
    starts = np.concatenate([[0], np.cumsum([len(t) for t, _ in lists])]).astype(np.int64)
    indices = np.array([i for t, _ in lists for i in t], dtype=np.int64)
    return Terms(indices, starts, np.array([c for _, c in lists], dtype=float)), labels


def gauge_transform(
    pairs: Integers, couplings: Floats, fields: Floats, gauge: Floats | Integers
) -> tuple[Floats, Floats]:
    """Couplings and fields seen by t_i = gauge_i s_i: J_ij gauge_i gauge_j and h_i gauge_i; H(s) is unchanged."""
    return couplings * gauge[pairs[:, 0]] * gauge[pairs[:, 1]], fields * gauge


def quadratise(polynomial: dimod.BinaryPolynomial) -> tuple[dimod.BinaryQuadraticModel, float]:
    """A quadratic model with the same minima over the polynomial's variables, and the penalty strength.

    Products of two variables are replaced by auxiliary variables, each tied to its factors by a penalty with a
    gap of `strength` (`dimod.make_quadratic`). A wrong auxiliary variable changes only terms of order three and
    more that hold both its factors, each by at most its range: |c| in bits, 2|c| in spins. The strength is the
    largest sum of these ranges over one pair, so that breaking a penalty never pays.
    """
    import dimod

    spread = 2.0 if polynomial.vartype is dimod.SPIN else 1.0
    ranges: dict[frozenset[Hashable], float] = {}
    for term, coefficient in polynomial.items():
        if len(term) > 2:
            for pair in map(frozenset, combinations(term, 2)):
                ranges[pair] = ranges.get(pair, 0.0) + spread * abs(coefficient)
    strength = max(ranges.values(), default=1.0)
    model = dimod.make_quadratic(polynomial, strength, polynomial.vartype)
    for v in polynomial.variables:
        model.add_variable(v)
    return model, strength


def upper_triangle(matrix: Any) -> tuple[Integers, Floats]:
    """Pairs (i < j) and non-zero entries of a symmetric matrix, dense or SciPy sparse."""
    from scipy.sparse import coo_array, triu

    upper = coo_array(triu(matrix, 1))
    upper.eliminate_zeros()
    i, j = upper.coords
    return np.stack([i, j], axis=1).astype(np.int64), finite_array("couplings", upper.data)


def two_valued(values: NDArray[np.generic], low: int) -> bool:
    """Whether every number of `values`, shape (rows, n), is `low` or 1."""
    parts = (values[rows] for rows in _chunks(*values.shape))
    return all(bool(((part == low) | (part == 1)).all()) for part in parts)


def _is_large(values: NDArray[np.generic], num_factors: int) -> bool:
    """Whether the kernel takes the values, -1 and 1 or 0 and 1, and there are enough of them."""
    enough = min(_SMALL, _LARGE) if "numba" in sys.modules else _LARGE
    if values.dtype != np.int8 or len(values) * num_factors < enough:
        return False
    return two_valued(values, -1) or two_valued(values, 0)


def _packed_energies(values: NDArray[np.generic], terms: Iterable[tuple[Integers, Floats]]) -> Floats:
    """Σ c Π x for every row, of terms of equal order together, by the kernel."""
    from sgq.kernels.energies import LANES, add_terms, pack

    rows, n = values.shape
    low = min(int(values.min()), 0)
    terms = list(terms)
    words = np.empty(n, np.uint64)
    energies = np.zeros(-(-rows // LANES) * LANES)
    for first in range(0, rows, LANES):
        pack(np.ascontiguousarray(values[first : first + LANES]), words)
        for members, coefficients in terms:
            add_terms(words, low, members, coefficients, energies[first : first + LANES])
    return energies[:rows]


def _chunks(rows: int, width: int) -> Iterator[slice]:
    step = max(1, _CHUNK // max(1, width))
    return (slice(k, k + step) for k in range(0, rows, step))

"""Problem: one instance, with its model, where it came from, and how to read a solution.

`IsingProblem` and `PolynomialProblem` hold arrays in the physics sign, `ModelProblem` a dimod model as it is;
families subclass them to decode in their own way. `ising` and `qubo` make problems of a user's own numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sgq.checks import Seed as Seed
from sgq.checks import finite_array
from sgq.models import (
    Floats,
    Integers,
    QuadraticForm,
    Terms,
    Vartype,
    quadratic_form,
    quadratic_model,
    spin_form,
    terms,
    upper_triangle,
)

if TYPE_CHECKING:
    import dimod


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Problem(ABC):
    """One instance of a problem.

    Attributes
    ----------
    name
        The family, as the registry knows it.
    parameters
        What the builder was given, JSON values.
    seed
        The integer that draws the same instance again, or None.
    ground_energy
        Exact or planted ground-state energy of `model`, or None where it is not known.
    """

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    ground_energy: float | None = None

    @property
    @abstractmethod
    def variables(self) -> Sequence[Hashable]:
        """Labels of the variables, in the order of every array."""

    @property
    @abstractmethod
    def vartype(self) -> Vartype:
        """``"SPIN"`` (-1, +1) or ``"BINARY"`` (0, 1)."""

    @property
    @abstractmethod
    def model(self) -> dimod.BinaryQuadraticModel | dimod.BinaryPolynomial:
        """The dimod model, made when first asked for; energies are to be minimised."""

    @property
    @abstractmethod
    def instance(self) -> Any:
        """What the problem was made of, in its own terms."""

    @abstractmethod
    def _energies(self, values: NDArray[np.generic]) -> Floats:
        """Energy of each row of checked `values`, columns in the order of `variables`."""

    @property
    def num_variables(self) -> int:
        """Number of variables N."""
        return len(self.variables)

    def values(self, samples: Any) -> NDArray[np.int8]:
        """Configurations as an array of shape (rows, N), columns in the order of `variables`.

        Parameters
        ----------
        samples
            A `dimod.SampleSet` (of either vartype), an array or list of shape (N,) or (rows, N) in the problem's
            own vartype and order, a mapping from label to value, or anything else `dimod.as_samples` takes.

        Raises
        ------
        ValueError
            If a variable is missing or a value does not belong to the vartype.
        """
        if isinstance(samples, np.ndarray) or (isinstance(samples, list) and np.asarray(samples).dtype.kind in "iuf"):
            array: NDArray[Any] = np.atleast_2d(samples)
            labels: Sequence[Hashable] = self.variables
            if array.ndim != 2 or array.shape[1] != len(labels):
                raise ValueError(
                    f"samples of shape {array.shape}: {self!r} needs ({len(labels)},) or (rows, {len(labels)})"
                )
        else:
            import dimod

            if isinstance(samples, dimod.SampleSet) and samples.vartype.name != self.vartype:
                samples = samples.change_vartype(self.vartype, inplace=False)
            array, labels = dimod.as_samples(samples)
        if labels is not self.variables and list(labels) != list(self.variables):
            column = {label: k for k, label in enumerate(labels)}
            missing = [v for v in self.variables if v not in column]
            if missing:
                raise ValueError(f"samples lack the variable {missing[0]!r} of {self!r} ({len(missing)} lacking)")
            array = array[:, [column[v] for v in self.variables]]
        low = -1 if self.vartype == "SPIN" else 0
        if not ((array == low) | (array == 1)).all():
            raise ValueError(f"samples hold values other than {low} and 1: {self!r} is {self.vartype}")
        return array.astype(np.int8)

    def energies(self, samples: Any) -> Floats:
        """Energy of each configuration, float64, on the problem itself; `samples` as in `values`."""
        return self._energies(self.values(samples))

    def decode(self, sample: Any) -> Any:
        """The solution in the problem's own terms; a dict from label to value unless the family says more."""
        return dict(zip(self.variables, self.values(sample)[0].tolist(), strict=True))

    def __repr__(self) -> str:
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"<{self.name}: {self.num_variables} variables{seed}>"


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class IsingProblem(Problem):
    """Pair interactions and fields in the physics sign, H = offset - Σ J_ij s_i s_j - Σ h_i s_i.

    Attributes
    ----------
    pairs
        Integers of shape (num_bonds, 2), positions in `labels`, each pair once.
    couplings
        J, shape (num_bonds,).
    fields
        h, shape (N,).
    offset
        Constant added to every energy.
    labels
        Names of the spins; ``range(N)`` when None.
    """

    pairs: Integers
    couplings: Floats
    fields: Floats
    offset: float = 0.0
    labels: Sequence[Hashable] | None = None

    def __post_init__(self) -> None:
        n = len(self.fields)
        if n == 0:
            raise ValueError(f"{self.name}: no spins")
        if self.pairs.shape != (len(self.couplings), 2):
            raise ValueError(f"pairs of shape {self.pairs.shape} for {len(self.couplings)} couplings: (bonds, 2)")
        if self.labels is not None and len(self.labels) != n:
            raise ValueError(f"{len(self.labels)} labels for {n} spins")
        if len(self.pairs) and (self.pairs.min() < 0 or self.pairs.max() >= n):
            raise ValueError(f"pairs name spins outside 0 … {n - 1}")
        loops = np.flatnonzero(self.pairs[:, 0] == self.pairs[:, 1])
        if len(loops):
            raise ValueError(f"pairs[{loops[0]}] couples spin {self.pairs[loops[0], 0]} to itself")
        finite_array("couplings", self.couplings)
        finite_array("fields", self.fields)

    @property
    def variables(self) -> Sequence[Hashable]:
        """Labels of the spins."""
        return range(len(self.fields)) if self.labels is None else self.labels

    @property
    def vartype(self) -> Vartype:
        """Spins."""
        return "SPIN"

    @cached_property
    def form(self) -> QuadraticForm:
        """The same energies as arrays in dimod's sign."""
        return spin_form(self.pairs, self.couplings, self.fields, self.offset)

    @cached_property
    def model(self) -> dimod.BinaryQuadraticModel:
        """The dimod model."""
        return quadratic_model(self.form, "SPIN", self.labels)

    @property
    def instance(self) -> Any:
        """Pairs, couplings and fields by name."""
        return {"pairs": self.pairs, "couplings": self.couplings, "fields": self.fields}

    def _energies(self, values: NDArray[np.generic]) -> Floats:
        return self.form.energies(values)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PolynomialProblem(Problem):
    """Interactions of any order in the physics sign, H = -Σ_t J_t Π_{i in t} s_i.

    Attributes
    ----------
    num_spins
        Number of spins N, labelled 0 … N-1.
    indices, starts
        Term t couples the spins ``indices[starts[t]:starts[t + 1]]``, all different.
    couplings
        J, shape (num_terms,).
    """

    num_spins: int
    indices: Integers
    starts: Integers
    couplings: Floats

    @property
    def variables(self) -> Sequence[Hashable]:
        """Labels of the spins."""
        return range(self.num_spins)

    @property
    def vartype(self) -> Vartype:
        """Spins."""
        return "SPIN"

    @cached_property
    def model(self) -> dimod.BinaryPolynomial:
        """The dimod polynomial."""
        import dimod

        bounds = zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True)
        indices = self.indices.tolist()
        polynomial = {tuple(indices[a:b]): -c for (a, b), c in zip(bounds, self.couplings.tolist(), strict=True)}
        for i in range(self.num_spins):
            polynomial.setdefault((i,), 0.0)
        return dimod.BinaryPolynomial(polynomial, "SPIN")

    @property
    def instance(self) -> Any:
        """Terms and couplings by name."""
        return {"indices": self.indices, "starts": self.starts, "couplings": self.couplings}

    def _energies(self, values: NDArray[np.generic]) -> Floats:
        return Terms(self.indices, self.starts, -self.couplings).energies(values)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ModelProblem(Problem):
    """A dimod model taken as it is, quadratic or polynomial, in spins or bits."""

    source: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial

    @cached_property
    def _arrays(self) -> tuple[QuadraticForm | Terms, list[Hashable]]:
        import dimod

        polynomial = isinstance(self.source, dimod.BinaryPolynomial)
        return terms(self.source) if polynomial else quadratic_form(self.source)

    @property
    def model(self) -> dimod.BinaryQuadraticModel | dimod.BinaryPolynomial:
        """The model, as it was given."""
        return self.source

    @property
    def variables(self) -> Sequence[Hashable]:
        """The model's own."""
        return self._arrays[1]

    @property
    def vartype(self) -> Vartype:
        """The model's own."""
        return "SPIN" if self.source.vartype.name == "SPIN" else "BINARY"

    @property
    def instance(self) -> Any:
        """The model."""
        return self.source

    def _energies(self, values: NDArray[np.generic]) -> Floats:
        return self._arrays[0].energies(values)


def ising(J: Any, h: Any = None) -> IsingProblem:
    """Problem with H = -Σ_{i<j} J_ij s_i s_j - Σ_i h_i s_i: the physics sign, each pair once.

    Parameters
    ----------
    J
        Symmetric matrix with zero diagonal (dense or SciPy sparse), a dict ``{(i, j): J_ij}``, or a networkx
        graph whose edge attribute ``weight`` (1 where absent) is J_ij.
    h
        Fields: a number for all spins, an array of shape (N,), or a dict ``{i: h_i}``; 0 where not given.

    Raises
    ------
    ValueError
        If J is not symmetric, has a diagonal, names a pair twice or holds a number that is not finite.
    """
    import networkx as nx
    from scipy.sparse import issparse

    if isinstance(J, nx.Graph):
        edges = J.edges(data="weight", default=1.0)
        return _ising_of_dict({(u, v): weight for u, v, weight in edges}, h, list(J.nodes))
    if isinstance(J, Mapping):
        return _ising_of_dict(J, h, [])
    matrix = J if issparse(J) else finite_array("J", J)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"J of shape {matrix.shape}: a square matrix")
    if matrix.shape[0] == 0:
        raise ValueError("J is empty: at least one spin is needed")
    if abs(matrix - matrix.T).max() > 0:
        raise ValueError("J is not symmetric: give J_ij = J_ji, each pair counts once")
    if np.any(matrix.diagonal()):
        raise ValueError("J has a diagonal: s_i s_i = 1 is a constant; fields go into h")
    pairs, couplings = upper_triangle(matrix)
    n = matrix.shape[0]
    if isinstance(h, Mapping):
        strange = [i for i in h if i not in range(n)]
        if strange:
            raise ValueError(f"h names spin {strange[0]!r}: J has the spins 0 … {n - 1}")
        h = [h.get(i, 0.0) for i in range(n)]
    return IsingProblem(name="ising-model", pairs=pairs, couplings=couplings, fields=_fields(h, n))


def qubo(Q: Any) -> ModelProblem:
    """Problem that minimises xᵀQx over x in {0, 1}^N.

    Parameters
    ----------
    Q
        Square matrix (dense or SciPy sparse; it need not be symmetric: Q_ij and Q_ji add up) or a dict
        ``{(i, j): Q_ij}`` whose entries (i, i) are linear.

    Raises
    ------
    ValueError
        If Q is empty, not square or holds a number that is not finite.
    """
    from scipy.sparse import coo_array, issparse

    labels: list[Hashable] | None = None
    if isinstance(Q, Mapping):
        labels = list(dict.fromkeys(v for pair in Q for v in pair))
        position = {label: k for k, label in enumerate(labels)}
        ij = np.array([[position[i], position[j]] for i, j in Q], dtype=np.int64).reshape(-1, 2)
        values = finite_array("Q", list(Q.values()))
        matrix = coo_array((values, (ij[:, 0], ij[:, 1])), shape=(len(labels), len(labels)))
    else:
        matrix = coo_array(Q if issparse(Q) else finite_array("Q", Q))
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise ValueError(f"Q of shape {matrix.shape}: a square matrix")
        finite_array("Q", matrix.data)
    if matrix.shape[0] == 0:
        raise ValueError("Q is empty: at least one variable is needed")
    i, j = (index.astype(np.int64) for index in matrix.coords)
    off = i != j
    linear = np.bincount(i[~off], matrix.data[~off], matrix.shape[0]).astype(float)
    form = QuadraticForm(np.stack([i[off], j[off]], axis=1), matrix.data[off].astype(float), linear)
    return ModelProblem(name="qubo", source=quadratic_model(form, "BINARY", labels))


def _ising_of_dict(J: Mapping[tuple[Hashable, Hashable], float], h: Any, labels: list[Hashable]) -> IsingProblem:
    named = list(h) if isinstance(h, Mapping) else []
    labels = list(dict.fromkeys([*labels, *(v for pair in J for v in pair), *named]))
    position = {label: k for k, label in enumerate(labels)}
    seen: set[frozenset[Hashable]] = set()
    for pair in J:
        if len(set(pair)) != 2:
            raise ValueError(f"J[{pair!r}]: two different spins; fields go into h")
        if frozenset(pair) in seen:
            raise ValueError(f"J[{pair!r}]: this pair stands twice, in both orders; each pair counts once")
        seen.add(frozenset(pair))
    pairs = np.array([[position[i], position[j]] for i, j in J], dtype=np.int64).reshape(-1, 2)
    if isinstance(h, Mapping):
        h = [h.get(label, 0.0) for label in labels]
    return IsingProblem(
        name="ising-model",
        pairs=pairs,
        couplings=finite_array("J", list(J.values())),
        fields=_fields(h, len(labels)),
        labels=labels,
    )


def _fields(h: ArrayLike | None, n: int) -> Floats:
    fields = finite_array("h", 0.0 if h is None else h)
    if fields.shape not in ((), (n,)):
        raise ValueError(f"h of shape {fields.shape}: a number or an array of shape ({n},)")
    return np.broadcast_to(fields, (n,)).copy()

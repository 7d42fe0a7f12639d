"""Problem: one instance, with its model, where it came from, and how to read a solution.

`IsingProblem` and `PolynomialProblem` hold arrays in the physics sign, `ModelProblem` a dimod model as it is;
families subclass them to decode in their own way.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sgq.checks import Seed as Seed
from sgq.checks import finite_array, real
from sgq.models import (
    Floats,
    Integers,
    QuadraticForm,
    Terms,
    Vartype,
    model_arrays,
    quadratic_model,
    spin_form,
    two_valued,
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

    @property
    def energy_tolerance(self) -> float:
        """Energies that differ by no more are equal: rounding, and 0 where the energies are exact."""
        return model_arrays(self.model)[0].tolerance

    @property
    def flip_symmetric(self) -> bool:
        """Whether every configuration has the energy of the one with all its variables turned over."""
        return model_arrays(self.model)[0].flip_symmetric(self.vartype)

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
        if not two_valued(array, low):
            raise ValueError(f"samples hold values other than {low} and 1: {self!r} is {self.vartype}")
        return array.astype(np.int8)

    def values_of_one(self, sample: Any) -> NDArray[np.int8]:
        """One configuration, shape (N,), given as for `values`; of a `dimod.SampleSet`, its lowest row."""
        if hasattr(sample, "first") and len(sample):
            sample = sample.truncate(1)
        rows = self.values(sample)
        if len(rows) != 1:
            raise ValueError(f"{len(rows)} configurations: one is decoded at a time")
        return rows.ravel()

    def energies(self, samples: Any) -> Floats:
        """Energy of each configuration, float64, on the problem itself; `samples` as in `values`."""
        return self._energies(self.values(samples))

    def decode(self, sample: Any) -> Any:
        """The solution in the problem's own terms; a dict from label to value unless the family says more.

        `sample` is one configuration; of a `dimod.SampleSet` the lowest is taken.
        """
        return dict(zip(self.variables, self.values_of_one(sample).tolist(), strict=True))

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
        real("offset", self.offset)

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

    @property
    def energy_tolerance(self) -> float:
        """Rounding of an energy."""
        return self.form.tolerance

    @property
    def flip_symmetric(self) -> bool:
        """Whether there is no field."""
        return self.form.flip_symmetric("SPIN")

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

    def __post_init__(self) -> None:
        finite_array("couplings", self.couplings)
        if len(self.starts) != len(self.couplings) + 1 or self.starts[0] != 0 or self.starts[-1] != len(self.indices):
            raise ValueError(f"starts: {len(self.couplings)} terms need as many + 1, from 0 to {len(self.indices)}")
        if len(self.indices) and (self.indices.min() < 0 or self.indices.max() >= self.num_spins):
            raise ValueError(f"indices name spins outside 0 … {self.num_spins - 1}")
        for members, _ in self._terms.by_order():
            ordered = np.sort(members, axis=1)
            if (ordered[:, 1:] == ordered[:, :-1]).any():
                raise ValueError("indices: a term holds a spin twice; s_i s_i = 1 drops out of a product")

    @cached_property
    def _terms(self) -> Terms:
        return Terms(self.indices, self.starts, -self.couplings)

    @property
    def energy_tolerance(self) -> float:
        """Rounding of an energy."""
        return self._terms.tolerance

    @property
    def flip_symmetric(self) -> bool:
        """Whether every term has an even number of spins."""
        return self._terms.flip_symmetric("SPIN")

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
        return self._terms.energies(values)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ModelProblem(Problem):
    """A dimod model taken as it is, quadratic or polynomial, in spins or bits."""

    source: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial

    @cached_property
    def _arrays(self) -> tuple[QuadraticForm | Terms, list[Hashable]]:
        return model_arrays(self.source)

    @property
    def energy_tolerance(self) -> float:
        """Rounding of an energy."""
        return self._arrays[0].tolerance

    @property
    def flip_symmetric(self) -> bool:
        """Whether the model is even in its spins."""
        return self._arrays[0].flip_symmetric(self.vartype)

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

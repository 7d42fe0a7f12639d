"""Ground states, their degeneracy and the density of states by visiting every configuration: up to 40 spins."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import dimod
import numpy as np

from sgq.checks import boolean, integer
from sgq.models import QuadraticForm, Terms, quadratic_form, terms
from sgq.problem import Problem
from sgq_solvers.enumeration.groups import Groups
from sgq_solvers.enumeration.search import Lowest, Search
from sgq_solvers.sampler import Clock, Progress, Sampler, spin_samples
from sgq_solvers.units import Multiples, multiples

MAX_SPINS = 40
MAX_LEVELS = 1 << 20  # of a density of states: its counts stay in the second-level cache or near it
_SMALL = 14  # variables up to which all energies are held at once
_CANDIDATES = 1 << 16  # states kept that rounding cannot tell from ground states


class ExhaustiveSampler(Sampler, dimod.PolySampler):
    """All ground states of models of up to 40 variables, proven.

    Energies are equal if rounding cannot tell them apart: within 1e-14 of the sum of the absolute coefficients, or
    not at all where these are integers. Coefficients that are whole multiples of one unit (±1/√N, say) are counted in
    this unit, without rounding.
    """

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        max_states: int = 1024,
        density_of_states: bool = False,
        num_threads: int | None = None,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Find all ground states of a quadratic model.

        Parameters
        ----------
        bqm
            At most 40 variables. Visits 2^N configurations, or half where no field breaks the symmetry. A core of a
            server of 2023 visits about 60 a nanosecond: N = 32 without a field takes .04 s, 36 takes .6 s, 40 ten
            seconds.
        max_states
            Ground states returned at most; ``info["sgq"]["degeneracy"]`` counts them all (None in the rare case
            that coefficients have no unit and more than 65536 states lie within 1e-10 of the lowest, and where the
            search was cut short).
        density_of_states
            Count the configurations at every energy, too: ``info["sgq"]["density_of_states"]`` is then
            ``{"energies": […], "counts": […]}``, see `sgq.analysis.thermodynamics`, or None where the search was cut
            short. Takes ten to thirty times as long as the ground states.
        num_threads
            The answer does not depend on it. All cores that this process may use if None.
        time_limit
            Seconds; the best of the configurations visited by then is returned, unproven.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            The ground states, one row each. ``info["sgq"]`` has `degeneracy`, `proven`, `deterministic` (rows are
            no independent reads), `kernel`, and `stopped` where the search was cut short. The kernel is ``"int16"``
            where this is exact, ``"int16 filter, float64"`` where int16 said which groups of configurations need
            float64, and ``"float64"`` where the model is small or int16 could not tell groups apart.

        Raises
        ------
        ValueError
            If the model has more than 40 variables, or its density of states is asked for and its coefficients are
            not whole multiples of one unit, or add up to more than 2^20 units.
        """
        form, labels = quadratic_form(bqm, "SPIN")
        options = _Options(max_states, density_of_states, num_threads, time_limit, progress)
        return _answer(form, labels, bqm.vartype, options)

    def sample_poly(
        self,
        poly: dimod.BinaryPolynomial,
        *,
        max_states: int = 1024,
        density_of_states: bool = False,
        num_threads: int | None = None,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Find all ground states of a polynomial, about one configuration a nanosecond; otherwise as `sample`."""
        polynomial, labels = terms(poly if poly.vartype is dimod.SPIN else poly.to_spin())
        options = _Options(max_states, density_of_states, num_threads, time_limit, progress)
        return _answer(polynomial, labels, poly.vartype, options)

    def warm_up(self, problem: Problem) -> None:
        """Compile what a run needs, on models just too large to be held at once."""
        rows = {(k, k + 1): 1.0 + 0.1 * k**0.5 for k in range(_SMALL)}
        self.sample(dimod.BinaryQuadraticModel({0: 0.5}, rows, "SPIN"))
        self.sample_poly(dimod.BinaryPolynomial({(0,): 0.5} | rows, "SPIN"))


@dataclass(frozen=True)
class _Options:
    """The parameters of a search."""

    max_states: int
    density_of_states: bool
    num_threads: int | None
    time_limit: float | None
    progress: Progress | None

    def report(self, offset: float, unit: float, start: float, stop: float) -> Progress:
        """Progress of a part of the work, energies in `unit` from `offset`."""

        def show(fraction: float, energy: float) -> None:
            if self.progress:
                self.progress(start + (stop - start) * fraction, offset + unit * energy)

        return show


def _answer(
    model: QuadraticForm | Terms, labels: list[Hashable], vartype: dimod.Vartype, options: _Options
) -> dimod.SampleSet:
    """Search the model, in whole units where it has one, and say what was found."""
    n = len(labels)
    if n > MAX_SPINS:
        raise ValueError(f"{n} variables: exhaustive takes at most {MAX_SPINS}; annealing takes more, unproven")
    room = integer("max_states", options.max_states, 1)
    offset, whole, scaled = _in_units(model)
    unit = whole.unit if whole else 1.0
    levels = _levels(whole) if boolean("density_of_states", options.density_of_states) else 0
    free = n - (model.flip_symmetric("SPIN") and n > 0)  # the last spin stays up where flips are free
    search = Search(_groups(scaled, free, whole is not None), options.num_threads, Clock(options.time_limit))
    # A scan adds up rounding, so without a unit it keeps what is near and the exact energies decide.
    near = 0.0 if whole else 1e4 * model.tolerance
    share = 0.05 if levels else 1.0
    found = search.lowest(near, max(room, _CANDIDATES) if near else room, options.report(offset, unit, 0.0, share))
    spins, energies, degeneracy = _ground_states(model, found, n, whole is not None)
    info: dict[str, Any] = {"deterministic": True, "kernel": found.kernel}
    if levels:
        progress = options.report(offset, unit, share, 1.0)
        info["density_of_states"] = _density(search, offset, unit, levels, 2 ** (n - free), progress)
    if free < n:
        spins, energies = np.stack([spins, -spins], axis=1).reshape(-1, n), np.repeat(energies, 2)
        degeneracy = degeneracy and 2 * degeneracy
    info |= {"proven": search.stopped is None, "degeneracy": None if search.stopped else degeneracy}
    if search.stopped:
        info["stopped"] = search.stopped
    return spin_samples(spins[:room], labels, vartype, energies[:room], **info)


def _in_units(model: QuadraticForm | Terms) -> tuple[float, Multiples | None, QuadraticForm | Terms]:
    """Offset and unit, and the model less its offset and in whole units, or as it is where it has none."""
    if isinstance(model, Terms):
        constant = np.diff(model.starts) == 0
        whole = multiples(np.where(constant, 0.0, model.coefficients), model.tolerance)
        offset = float(model.coefficients[constant].sum())
        return (offset, whole, replace(model, coefficients=whole.numbers)) if whole else (0.0, None, model)
    whole = multiples(np.concatenate([model.couplings, model.fields]), model.tolerance)
    if not whole:
        return 0.0, None, model
    couplings, fields = np.split(whole.numbers, [len(model.couplings)])
    return model.offset, whole, replace(model, couplings=couplings, fields=fields, offset=0.0)


def _groups(model: QuadraticForm | Terms, free: int, whole: bool) -> Groups:
    from sgq_solvers.enumeration.pairs import PairGroups
    from sgq_solvers.enumeration.terms import OneGroup, TermGroups

    if isinstance(model, Terms):
        return (OneGroup if free <= _SMALL else TermGroups)(model.masks(), model.coefficients, free)
    if free > _SMALL:
        return PairGroups(model, free, whole)
    bit = np.uint64(1) << np.arange(model.num_variables, dtype=np.uint64)
    i, j = model.pairs.T
    masks = np.concatenate([np.zeros(1, np.uint64), bit, bit[i] | bit[j]])
    return OneGroup(masks, np.concatenate([[model.offset], model.fields, model.couplings]), free)


def _ground_states(model: QuadraticForm | Terms, found: Lowest, n: int, whole: bool) -> tuple[Any, Any, int | None]:
    """Spins and energies of the ground states among the lowest states, and how many there are if that is known."""
    spins = 1 - 2 * ((found.states[:, None] >> np.arange(n, dtype=np.uint64)) & np.uint64(1)).astype(np.int8)
    energies = model.energies(spins)
    if whole:
        return spins, energies, found.count
    order = np.argsort(energies, kind="stable")
    spins, energies = spins[order], energies[order]
    ground = energies <= energies[0] + model.tolerance
    return spins[ground], energies[ground], int(ground.sum()) if found.count == len(found.states) else None


def _levels(whole: Multiples | None) -> int:
    """How many energies there can be: turning a spin changes the energy by an even number of units."""
    allowed = "a density of states needs coefficients that are whole multiples of one unit"
    if whole is None:
        raise ValueError(f"density_of_states=True: {allowed}, and those of this model are not")
    levels = int(np.abs(whole.numbers).sum()) + 1
    if levels > MAX_LEVELS:
        raise ValueError(
            f"density_of_states=True: {allowed} and add up to less than {MAX_LEVELS}; this model's, in units of "
            f"{whole.unit:g}, add up to {levels - 1}"
        )
    return levels


def _density(
    search: Search, offset: float, unit: float, levels: int, copies: int, progress: Progress
) -> dict[str, list[Any]] | None:
    """Every energy and how many configurations have it, or None if time did not suffice."""
    if search.stopped:
        return None
    counts = search.histogram(1.0 - levels, 2.0, levels, progress)
    if search.stopped:
        return None
    present = np.flatnonzero(counts)
    energies = offset + unit * (2 * present + 1 - levels)
    return {"energies": energies.tolist(), "counts": (copies * counts[present]).tolist()}

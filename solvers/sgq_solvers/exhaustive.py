"""Exact ground states by visiting every configuration, with their degeneracy: Gray code, up to 32 spins."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import dimod
import numpy as np

from sgq.checks import integer
from sgq.models import QuadraticForm, Terms, quadratic_form, terms
from sgq_solvers.sampler import Clock, Progress, Sampler, spin_samples

MAX_SPINS = 32
_LOW_SPINS = 12  # a block of 2^12 energies fits in the first-level cache
_CANDIDATES = 1 << 16  # states kept that rounding cannot tell from ground states
_BLOCKS = 1 << 12  # blocks between looks at the clock: some ten milliseconds

Scan = Callable[..., None]


class ExhaustiveSampler(Sampler, dimod.PolySampler):
    """All ground states of models of up to 32 variables, proven.

    Energies are equal if rounding cannot tell them apart: within 1e-14 of the sum of the absolute coefficients, or
    not at all where these are integers.
    """

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        max_states: int = 1024,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Find all ground states of a quadratic model.

        Parameters
        ----------
        bqm
            At most 32 variables. Visits 2^N configurations, or half where no field breaks the symmetry, about
            one every two nanoseconds.
        max_states
            Ground states returned at most; ``info["sgq"]["degeneracy"]`` counts them all (None in the rare case
            that coefficients are not integers and more than 65536 states lie within 1e-10 of the lowest).
        time_limit
            Seconds; the best of the configurations visited by then is returned, unproven.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            The ground states, one row each. ``info["sgq"]`` has `degeneracy`, `proven`, `deterministic` (rows are
            no independent reads), and `stopped` where the search was cut short.

        Raises
        ------
        ValueError
            If the model has more than 32 variables.
        """
        form, labels = quadratic_form(bqm, "SPIN")
        search = _Search(form.num_variables, not form.fields.any(), max_states, time_limit, progress)
        return search.run(_pair_scan(form, search), form, labels, bqm.vartype)

    def sample_poly(
        self,
        poly: dimod.BinaryPolynomial,
        *,
        max_states: int = 1024,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Find all ground states of a polynomial; parameters and answer as in `sample`."""
        polynomial, labels = terms(poly if poly.vartype is dimod.SPIN else poly.to_spin())
        search = _Search(len(labels), polynomial.flip_symmetric("SPIN"), max_states, time_limit, progress)
        return search.run(_term_scan(polynomial, search), polynomial, labels, poly.vartype)


class _Search:
    """One pass over all blocks: the tally that the kernels fill, the clock, and when to stop."""

    def __init__(
        self,
        num_spins: int,
        symmetric: bool,
        max_states: int,
        time_limit: float | None,
        progress: Progress | None,
    ) -> None:
        if num_spins > MAX_SPINS:
            raise ValueError(
                f"{num_spins} variables: exhaustive takes at most {MAX_SPINS}; annealing takes more, unproven"
            )
        self.num_spins = num_spins
        self.low = min(num_spins, _LOW_SPINS)
        self.free = max(self.low, num_spins - (symmetric and num_spins > 0))  # the last spin stays up if flips are free
        self.max_states = integer("max_states", max_states, 1)
        self.best = np.array([np.inf])
        self.lowest = np.zeros(1, np.uint64)
        self.count = np.zeros(1, np.int64)
        self.clock = Clock(time_limit)
        self.progress = progress

    def run(
        self, scan: Scan, energy: QuadraticForm | Terms, labels: list[Hashable], vartype: dimod.Vartype
    ) -> dimod.SampleSet:
        """Scan all blocks, and confirm the states of the tally by their energies computed anew."""
        # A scan adds up rounding, so it keeps what is near and the exact energies decide.
        near = 1e4 * energy.tolerance
        states = np.zeros(max(self.max_states, _CANDIDATES) if near else self.max_states, np.uint64)
        stopped = self._scan_all(lambda a, b: scan(a, b, near, self.best, self.lowest, self.count, states))
        kept = len(states) >= self.count[0]
        found = states[: int(self.count[0])] if kept else np.unique(np.concatenate([self.lowest, states]))
        spins = 1 - 2 * ((found[:, None] >> np.arange(self.num_spins, dtype=np.uint64)) & np.uint64(1)).astype(np.int8)
        energies = energy.energies(spins)
        order = np.argsort(energies, kind="stable")
        spins, energies = spins[order], energies[order]
        ground = energies <= energies[0] + energy.tolerance
        degeneracy = int(self.count[0]) if not near else int(ground.sum()) if kept else None
        spins, energies = spins[ground], energies[ground]
        if self.free < self.num_spins:
            spins, energies = np.stack([spins, -spins], axis=1).reshape(-1, self.num_spins), np.repeat(energies, 2)
            degeneracy = degeneracy and 2 * degeneracy
        info = {"degeneracy": degeneracy, "proven": stopped is None, "deterministic": True} | (
            {"stopped": stopped} if stopped else {}
        )
        return spin_samples(spins[: self.max_states], labels, vartype, energies[: self.max_states], **info)

    def _scan_all(self, scan: Callable[[int, int], None]) -> str | None:
        """Visit the blocks, as many as time allows; why it stopped early, or None."""
        blocks = 1 << (self.free - self.low)
        try:
            for done in range(0, blocks, _BLOCKS):
                if done and self.clock.left() == 0:
                    return "time_limit"
                ahead = min(done + _BLOCKS, blocks)
                scan(done, ahead)
                if self.progress:
                    self.progress(ahead / blocks, float(self.best[0]))
        except KeyboardInterrupt:
            if not np.isfinite(self.best[0]):
                raise
            return "interrupt"
        return None


def _pair_scan(form: QuadraticForm, search: _Search) -> Scan:
    from sgq.kernels.enumeration import scan_pairs
    from sgq.kernels.walsh import spectrum

    low, n = search.low, search.num_spins
    full = np.zeros((n, n))
    np.add.at(full, (form.pairs[:, 0], form.pairs[:, 1]), form.couplings)
    full += full.T
    bit = np.uint64(1) << np.arange(max(low, 1), dtype=np.uint64)[:low]
    spins = np.ones(n - low)
    linear = form.fields[:low] + full[:low, low:].sum(axis=1)
    i, j = np.triu_indices(low, 1)
    constant = form.offset + form.fields[low:].sum() + full[low:, low:].sum() / 2
    energies = spectrum(
        np.concatenate([[np.uint64(0)], bit, bit[i] | bit[j]]).astype(np.uint64),
        np.concatenate([[constant], linear, full[i, j]]),
        low,
    )
    low_fields = np.array([spectrum(bit, full[k, :low], low) for k in range(low, n)]).reshape(n - low, 1 << low)
    high = np.ascontiguousarray(full[low:, low:])
    fields = np.ascontiguousarray(form.fields[low:])

    def scan(first: int, last: int, *tally: Any) -> None:
        scan_pairs(energies, low_fields, high, fields, spins, first, last, *tally)

    return scan


def _term_scan(polynomial: Terms, search: _Search) -> Scan:
    from sgq.kernels.enumeration import scan_terms

    masks = polynomial.masks()
    energies = np.zeros(1 << search.low)

    def scan(first: int, last: int, *tally: Any) -> None:
        scan_terms(energies, masks, polynomial.coefficients, first, last, *tally)

    return scan

"""Exact ground states by visiting every configuration, with their degeneracy: Gray code, up to 32 spins."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import dimod
import numpy as np
from numpy.typing import NDArray

from sgq.checks import integer
from sgq.models import QuadraticForm, Terms, quadratic_form, terms
from sgq_solvers.sampler import Clock, Progress, Sampler, spin_samples

MAX_SPINS = 32
_LOW_SPINS = 12  # a block of 2^12 energies fits in the first-level cache
_BLOCKS = 1 << 12  # blocks between looks at the clock: some ten milliseconds

Scan = Callable[[int, int], None]


class ExhaustiveSampler(Sampler, dimod.PolySampler):
    """All ground states of models of up to 32 variables, proven.

    A state whose energy is within 1e-9 (of the sum of the absolute coefficients) of the lowest is a ground
    state: couplings that differ by less are the same number to it.
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
            Ground states returned at most; ``info["sgq"]["degeneracy"]`` counts them all.
        time_limit
            Seconds; the best of the configurations visited by then is returned, unproven.
        progress
            Called as ``progress(fraction_done, best_energy)``.

        Returns
        -------
        dimod.SampleSet
            The ground states, one row each. ``info["sgq"]`` has `degeneracy` and `proven`, and `stopped`
            where the search was cut short.

        Raises
        ------
        ValueError
            If the model has more than 32 variables.
        """
        form, labels = quadratic_form(bqm, "SPIN")
        scale = float(np.abs(form.couplings).sum() + np.abs(form.fields).sum())
        search = _Search(form.num_variables, not form.fields.any(), scale, max_states, time_limit, progress)
        spins, info = search.run(_pair_scan(form, search))
        return _lowest(spins, form.energies(spins), labels, bqm.vartype, scale, info)

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
        masks = bit_masks(polynomial)
        scale = float(np.abs(polynomial.coefficients).sum())
        even = not (np.diff(polynomial.starts) % 2).any()
        search = _Search(len(labels), even, scale, max_states, time_limit, progress)
        spins, info = search.run(_term_scan(masks, polynomial.coefficients, search))
        return _lowest(spins, polynomial.energies(spins), labels, poly.vartype, scale, info)


def bit_masks(polynomial: Terms) -> NDArray[np.uint64]:
    """One mask a term: bit i is set if spin i is in it."""
    bits = np.uint64(1) << polynomial.indices.astype(np.uint64)
    masks = np.zeros(len(polynomial.coefficients), np.uint64)
    owner = np.repeat(np.arange(len(masks)), np.diff(polynomial.starts))
    np.bitwise_or.at(masks, owner, bits)
    return masks


class _Search:
    """One pass over all blocks: the tally that the kernels fill, the clock, and when to stop."""

    def __init__(
        self,
        num_spins: int,
        symmetric: bool,
        scale: float,
        max_states: int,
        time_limit: float | None,
        progress: Progress | None,
    ) -> None:
        if num_spins > MAX_SPINS:
            raise ValueError(
                f"{num_spins} variables: exhaustive takes at most {MAX_SPINS}; annealing takes more, unproven"
            )
        self.num_spins = num_spins
        self.symmetric = symmetric and num_spins > 0
        self.low = min(num_spins, _LOW_SPINS)
        self.free = max(self.low, num_spins - self.symmetric)  # the last spin stays up where flips change nothing
        self.tolerance = 1e-9 * scale
        self.best = np.array([np.inf])
        self.count = np.zeros(1, np.int64)
        self.states = np.zeros(integer("max_states", max_states, 1), np.uint64)
        self.clock = Clock(time_limit)
        self.progress = progress

    def run(self, scan: Scan) -> tuple[NDArray[np.int8], dict[str, Any]]:
        """Spins of the lowest configurations, shape (states, N), and what to say about them."""
        blocks = 1 << (self.free - self.low)
        stopped = None
        done = 0
        try:
            while done < blocks and stopped is None:
                ahead = min(done + _BLOCKS, blocks)
                scan(done, ahead)
                done = ahead
                if self.progress:
                    self.progress(done / blocks, float(self.best[0]))
                if done < blocks and self.clock.left() == 0:
                    stopped = "time_limit"
        except KeyboardInterrupt:
            stopped = "interrupt"
        found = self.states[: int(self.count[0])]
        bits = (found[:, None] >> np.arange(self.num_spins, dtype=np.uint64)) & np.uint64(1)
        spins = (1 - 2 * bits.astype(np.int8)).astype(np.int8)
        degeneracy = int(self.count[0])
        if self.free < self.num_spins:
            spins = np.concatenate([spins, -spins])[: len(self.states)]
            degeneracy *= 2
        info = {"degeneracy": degeneracy, "proven": stopped is None}
        return spins, info | ({"stopped": stopped} if stopped else {})


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

    def scan(first: int, last: int) -> None:
        scan_pairs(
            energies, low_fields, high, fields, spins, first, last,
            search.tolerance, search.best, search.count, search.states,
        )  # fmt: skip

    return scan


def _term_scan(masks: NDArray[np.uint64], coefficients: NDArray[np.float64], search: _Search) -> Scan:
    from sgq.kernels.enumeration import scan_terms

    energies = np.zeros(1 << search.low)

    def scan(first: int, last: int) -> None:
        scan_terms(
            energies, masks, coefficients, first, last,
            search.tolerance, search.best, search.count, search.states,
        )  # fmt: skip

    return scan


def _lowest(
    spins: NDArray[np.int8],
    energies: NDArray[np.float64],
    labels: list[Hashable],
    vartype: dimod.Vartype,
    scale: float,
    info: dict[str, Any],
) -> dimod.SampleSet:
    """The states that exact energies confirm; rounding in the scan may have let others in."""
    ground = energies <= energies.min(initial=np.inf) + 1e-9 * scale
    return spin_samples(spins[ground], labels, vartype, energies[ground], **info)

"""Recursive QAOA: correlations of a shallow QAOA remove one spin at a time, and enumeration does the rest.

S. Bravyi, A. Kliesch, R. König, E. Tang, Phys. Rev. Lett. 125, 260505 (2020). Cuts the locality that holds a plain QAOA
of few layers back: every spin that goes couples spins that were far apart.
"""

from __future__ import annotations

from typing import Any

import dimod
import numpy as np

from sgq.checks import integer, seed_integer
from sgq.kernels.teams import Team
from sgq.models import Floats, energy_tolerance
from sgq.problem import Problem
from sgq_solvers.qaoa.spin_polynomial import spin_terms
from sgq_solvers.recursive_qaoa.elimination import Elimination
from sgq_solvers.recursive_qaoa.layer_averages import LayerAverages
from sgq_solvers.sampler import Clock, Progress, Sampler, checked_progress, spin_samples
from sgq_solvers.workers import threads

MAX_CUTOFF = 20
_NOISE = 1e-12  # rounding of a mean


class RecursiveQAOASampler(Sampler, dimod.PolySampler):
    """One answer, read off QAOA's correlations: quadratic models of any size at one layer, else what a state holds."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        p: int = 1,
        cutoff: int = 8,
        maxiter: int = 100,
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Eliminate the spins of the surest product, one a step, down to `cutoff` of them, and enumerate those.

        At every step the angles are optimised anew for what is left of the model. Of its terms, and of single spins
        where some term is of odd order, the product of spins whose expectation m is largest in modulus is set to the
        sign of m, and one of its spins goes: s_j = sign(m) s_i for a pair [1]_. Among products that are equally sure
        one is drawn. A ring with couplings ±1 is solved exactly, where plain QAOA of p layers satisfies
        (2p + 1) / (2p + 2) of the bonds.

        Parameters
        ----------
        bqm
            SPIN or BINARY; what follows is about its spins.
        p
            Layers. With one, a quadratic model needs no state: the means have a closed form
            (`sgq_solvers.recursive_qaoa.one_layer`), which takes as long as the neighbours of the ends of all pairs are
            many. A thousand spins of a cubic graph take seconds; a dense model takes of the order of N³ a step and N⁴
            in all, two hundred spins some ten seconds. Otherwise there are 2^N amplitudes, and the angles, from those
            of the SK model, are optimised by L-BFGS. Later steps start from the angles of the step before.
        cutoff
            Spins left to enumeration, at most 20; a model this small is solved exactly.
        maxiter
            Energies a step that the optimiser of p ≥ 2 layers, or of a polynomial, asks for at most.
        num_threads
            Threads that share the work of a step; by default the cores that this process may use. The answer does not
            depend on them.
        seed
            Integer below 2^31 that draws among equally sure products.
        time_limit
            Seconds after which, at most one step late, and as after Ctrl-C, the largest term that is left replaces the
            surest product.
        progress
            Called as ``progress(fraction_done, lowest_expectation)`` after every step.

        Returns
        -------
        dimod.SampleSet
            One row. ``info["sgq"]``: `strengths`, |m| of every step in turn; `expectation`, QAOA's energy of the whole
            model before the first step (None if there was none); `proven`, whether enumeration did it all; `selected`,
            as the answer is no read that another run would draw anew; `stopped` (``"time_limit"`` or
            ``"interrupt"``), after which `strengths` are |coefficients|.

        Raises
        ------
        ValueError
            If the model has more spins than a state can be held of, or an argument is wrong.

        References
        ----------
        .. [1] S. Bravyi, A. Kliesch, R. König, E. Tang, Phys. Rev. Lett. 125, 260505 (2020).
        """
        clock, progress = Clock(time_limit), checked_progress(progress)
        p, maxiter = integer("p", p, 1), integer("maxiter", maxiter, 1)
        cutoff, rng = integer("cutoff", cutoff, 1, MAX_CUTOFF), np.random.default_rng(seed_integer(seed))
        team = Team(threads(num_threads))
        polynomial, labels = spin_terms(bqm)
        rest, averages = Elimination(polynomial, len(labels)), LayerAverages(p, maxiter, clock, team)
        averages.check(rest)
        strengths: list[float] = []
        expectations: list[float] = []
        stopped = None
        while len(rest.held()) > cutoff:
            try:
                products, coefficients = list(rest.terms), np.array(list(rest.terms.values()))
                means, noise = -coefficients, 0.0
                if stopped is None:
                    singles = _single_spins(rest)
                    means, noise = averages(rest, singles), _NOISE
                    expectations.append(rest.constant + float(coefficients @ means[: len(products)]))
                    products += [1 << spin for spin in singles]
                chosen, sign = _surest(means, noise, rng)
                rest.fix(products[chosen], sign)
                strengths.append(float(abs(means[chosen])))
                if progress and stopped is None:
                    ahead = max(0, len(rest.held()) - cutoff)
                    progress(max(rest.fixed / (rest.fixed + ahead), clock.fraction()), min(expectations))
                if clock.left() == 0:
                    stopped = stopped or "time_limit"
            except KeyboardInterrupt:
                stopped = "interrupt"

        row = rest.complete(_ground_state(rest, rng), rng)
        info = {"strengths": strengths, "expectation": expectations[0] if expectations else None}
        return spin_samples(
            row,
            labels,
            bqm.vartype,
            polynomial.energies(row),
            **info,
            proven=not rest.fixed,
            selected=True,
            **({"stopped": stopped} if stopped else {}),
        )

    def warm_up(self, problem: Problem) -> None:
        """Import and compile what a run needs, on a ring too long for enumeration."""
        ring = dimod.BinaryQuadraticModel({}, {(k, (k + 1) % 17): 1.0 for k in range(17)}, "SPIN")
        for p in (1, 2):
            self.sample(ring, p=p, cutoff=16, maxiter=1)

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """The same for a polynomial; a product of three spins set to a sign makes s_k = ± s_i s_j."""
        return self.sample(poly, **parameters)


def _single_spins(rest: Elimination) -> list[int]:
    """Spins that are no term themselves, if the model tells up from down."""
    if all(term.bit_count() % 2 == 0 for term in rest.terms):
        return []
    return [spin for spin in rest.held() if 1 << spin not in rest.terms]


def _surest(means: Floats, noise: float, rng: np.random.Generator) -> tuple[int, int]:
    """Which product has the largest mean in modulus, up to rounding, and its sign, drawn where it is noise."""
    strength = np.abs(means)
    chosen = int(rng.choice(np.flatnonzero(strength >= (1 - 1e-9) * strength.max())))
    sign = int(np.sign(means[chosen])) if strength[chosen] > noise else 0
    return chosen, sign or int(rng.choice([-1, 1]))


def _ground_state(rest: Elimination, rng: np.random.Generator) -> dict[int, int]:
    """The values of lowest energy of the spins that are left, one of them if there are more."""
    from sgq.kernels.walsh import spectrum

    polynomial, held = rest.left()
    energies = spectrum(polynomial.masks(), polynomial.coefficients, len(held))
    lowest = np.flatnonzero(energies <= energies.min() + energy_tolerance(polynomial.coefficients))
    state = int(rng.choice(lowest))
    return {spin: 1 - 2 * (state >> k & 1) for k, spin in enumerate(held)}

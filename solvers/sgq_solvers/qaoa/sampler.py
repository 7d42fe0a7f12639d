"""The quantum approximate optimisation algorithm (QAOA) on a statevector of our own: exact, any order of terms.

E. Farhi, J. Goldstone, S. Gutmann, arXiv:1411.4028. The cost is a precomputed diagonal, so that a layer costs the same
for three terms as for a thousand of any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import dimod
import numpy as np

from sgq.checks import integer, seed_integer
from sgq.problem import Problem
from sgq_solvers.qaoa.run import KINDS, Options, QAOARun
from sgq_solvers.sampler import Progress, Sampler


class QAOASampler(Sampler, dimod.PolySampler):
    """QAOA, simulated exactly, as many variables as memory holds: 26 on 4 GB."""

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int = 1024,
        p: int = 1,
        gamma: Sequence[float] | None = None,
        beta: Sequence[float] | None = None,
        start: str = "fixed",
        optimizer: str = "L-BFGS-B",
        maxiter: int = 100,
        objective: str = "mean",
        alpha: float = 0.1,
        warm_start: Any = None,
        epsilon: float = 0.25,
        one_hot: Iterable[Iterable[Any]] | None = None,
        mixer: str = "ring",
        precision: str = "double",
        num_threads: int | None = None,
        seed: int | None = None,
        time_limit: float | None = None,
        target_energy: float | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Prepare the state Π_l exp(-i beta_l Σ X) exp(-i gamma_l C) |+…+> with C = -E, and measure it.

        This is the convention of the literature, where C is maximised [1]_, and l = 1 acts first.

        Parameters
        ----------
        bqm
            SPIN or BINARY; the state is that of its spins. Time and memory grow as 2^N.
        num_reads
            Measurements of the final state.
        p
            Layers.
        gamma, beta
            Angles of the layers, p numbers each, gamma in units of 1/energy. Used as given, both or neither: `start`,
            `optimizer`, `maxiter`, `time_limit` and `target_energy`, which are about the search, then do nothing. By
            default they are optimised.
        start
            ``"fixed"`` starts from the best angles of the Sherrington–Kirkpatrick model of infinite size, which
            `sgq.theory.qaoa` computes, gamma divided by rms, with rms² the mean over spins of the sum of c² over the
            terms that hold the spin; for p > 8 those of p = 8 interpolated. ``"interp"`` and ``"fourier"`` optimise
            1, 2, … p layers in turn [2]_: slower, for models whose best angles are unlike those of that one.
        optimizer
            ``"L-BFGS-B"`` with adjoint gradients, each of which costs about five times the energy, whatever p;
            ``"COBYLA"`` without gradients, and with 24 instead of 40 bytes an amplitude (in double precision).
        maxiter
            Evaluations of the objective, or of it and its gradient, at most, for each number of layers that `start`
            goes through; 1 keeps the angles it starts from.
        objective
            What is minimised: ``"mean"`` energy; ``"cvar"``, the mean energy of the lowest part `alpha` of the
            distribution [3]_; ``"overlap"``, minus the probability of the ground states, which are found by looking at
            all energies: what an ideal choice of angles could reach.
        alpha
            Part of the distribution that ``"cvar"`` looks at, above 0 and at most 1.
        warm_start
            Means of the variables in the state that the layers begin with, one a variable in the order of
            ``bqm.variables`` or by label, in the model's vartype: a configuration, or the solution of a relaxation.
            X is replaced by sin θ X + cos θ Z, θ the angle of the variable's initial state [4]_; such layers take three
            times as long.
        epsilon
            Neither value of a variable has less than this probability in a warm start, between 0 and 1/2: at 0 a
            configuration would stay what it is, at 1/2 there is nothing left of it.
        one_hot
            Groups of labels, sharing none, exactly one of which is 1 (spin up) in every configuration sampled. A group
            begins in the equal superposition of its allowed states, and XY mixers [5]_ keep to them; other
            variables have X as before. Penalties for these constraints can be left out of the model.
        mixer
            Of a group: ``"ring"``, neighbours in the order given, or ``"complete"``, all pairs.
        precision
            ``"double"``, complex128 amplitudes, or ``"single"``, complex64: half the memory and time; probabilities are
            then good to about 1e-6.
        num_threads
            Threads that share the state; by default the cores that this process may use. The answer does not depend on
            them.
        seed
            Integer below 2^31; equal seeds give equal samples.
        time_limit
            Seconds after which the optimiser stops, at most one evaluation late; the best state is then measured.
        target_energy
            The optimiser stops once the objective, an energy of many samples, is at or below it.
        progress
            Called as ``progress(fraction_done, lowest_objective)``.

        Returns
        -------
        dimod.SampleSet
            One row a distinct outcome, with `num_occurrences` and the exact `probability` of the outcome.
            ``info["sgq"]``: `gamma` and `beta` used, `expectation` of the energy and `objective` there, `evaluations`,
            the `lowest_energy` of all configurations (that `one_hot` allows), how many `ground_states` have it and
            their `ground_state_probability`, `setup_seconds` spent before the first read, and `stopped` (``"maxiter"``,
            ``"time_limit"``, ``"target_energy"`` or ``"interrupt"``) where the optimiser had not converged.

        Raises
        ------
        ValueError
            If the state would not fit in memory, before any is taken, or an argument is out of range.

        References
        ----------
        .. [1] E. Farhi, J. Goldstone, S. Gutmann, L. Zhou, Quantum 6, 759 (2022).
        .. [2] L. Zhou, S.-T. Wang, S. Choi, H. Pichler, M. D. Lukin, Phys. Rev. X 10, 021067 (2020).
        .. [3] P. K. Barkoutsos, G. Nannicini, A. Robert, I. Tavernelli, S. Woerner, Quantum 4, 256 (2020).
        .. [4] D. J. Egger, J. Mareček, S. Woerner, Quantum 5, 479 (2021).
        .. [5] Z. Wang, N. C. Rubin, J. M. Dominy, E. G. Rieffel, Phys. Rev. A 101, 012320 (2020).
        """
        rng = np.random.default_rng(seed_integer(seed))
        num_reads = integer("num_reads", num_reads, 1)
        run = QAOARun(
            bqm,
            Options(
                p=p,
                gamma=gamma,
                beta=beta,
                start=start,
                optimizer=optimizer,
                maxiter=maxiter,
                objective=objective,
                alpha=alpha,
                warm_start=warm_start,
                epsilon=epsilon,
                one_hot=one_hot,
                mixer=mixer,
                precision=precision,
                num_threads=num_threads,
                time_limit=time_limit,
                target_energy=target_energy,
                progress=progress,
            ),
        )
        states, counts = np.unique(run.state.draw(rng.random(num_reads)), return_counts=True)
        up = 1 - ((states[:, None] >> np.arange(len(run.labels))) & 1)
        spins = np.asarray(2 * up - 1, dtype=np.int8)
        return dimod.SampleSet.from_samples(
            (spins if bqm.vartype is dimod.SPIN else up.astype(np.int8), run.labels),
            vartype=bqm.vartype,
            energy=run.polynomial.energies(spins),
            num_occurrences=counts,
            sort_labels=False,
            info={"sgq": run.info},
            probability=run.state.probabilities(states) / run.state.norm(),
        )

    def warm_up(self, problem: Problem) -> None:
        """Import and compile what a run needs, on a model just too large for a single pass."""
        ring = dimod.BinaryQuadraticModel({}, {(k, (k + 1) % 17): 1.0 for k in range(17)}, "SPIN")
        for precision in KINDS:
            self.sample(ring, maxiter=1, precision=precision)

    def sample_poly(self, poly: dimod.BinaryPolynomial, **parameters: Any) -> dimod.SampleSet:
        """The same for a polynomial, whose terms of any order cost nothing more; parameters as in `sample`.

        The variables are in sorted order for a `warm_start` without labels.
        """
        return self.sample(poly, **parameters)

"""The solver ``dwave``: a model is embedded, annealed on a D-Wave processor, and read back."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import dimod
import numpy as np

from sgq.checks import hint
from sgq.problem import Problem
from sgq_solvers.leap.answers import assemble, reads_of
from sgq_solvers.leap.connection import configured_qpu, ocean, with_ending
from sgq_solvers.leap.job import Job
from sgq_solvers.leap.job_file import source_of
from sgq_solvers.leap.plan import Plan, draft_plan, make_plan, quadratic
from sgq_solvers.leap.request import NAMES, Request
from sgq_solvers.sampler import Clock, Progress, Sampler, checked_progress, spin_samples


class DWaveQPUSampler(Sampler):
    """Quantum annealing on a D-Wave processor, embedded by minorminer.

    Parameters
    ----------
    qpu
        A processor's name, such as ``"Advantage_system4.1"``; any structured dimod sampler, such as
        ``DWaveSampler(region="eu-central-1")`` or, without hardware, ``dwave.system.testing.MockDWaveSampler()``.
        By default ``DWaveSampler()`` of the user's Ocean configuration. It is reached when the first model comes.
    """

    def __init__(self, qpu: Any = None) -> None:
        structured = all(hasattr(qpu, name) for name in ("nodelist", "edgelist", "properties", "sample"))
        if not (qpu is None or (isinstance(qpu, str) and qpu) or structured):
            raise ValueError(f"qpu={qpu!r}: a processor's name, or a structured sampler such as DWaveSampler()")
        self._qpu = qpu

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int = 100,
        annealing_time: float | None = None,
        anneal_schedule: Sequence[tuple[float, float]] | None = None,
        fast_anneal: bool | None = None,
        initial_state: Any = None,
        reinitialize_state: bool | None = None,
        anneal_offsets: Any = None,
        flux_biases: Any = None,
        readout_thermalization: float | None = None,
        programming_thermalization: float | None = None,
        reduce_intersample_correlation: bool | None = None,
        auto_scale: bool = True,
        chain_strength: float | Sequence[float] | None = None,
        num_gauges: int | None = None,
        embedding: Mapping[Any, Sequence[int]] | None = None,
        embedding_seed: int | None = None,
        qpu_budget: float | None = None,
        time_limit: float | None = None,
        label: str | None = None,
        progress: Progress | None = None,
    ) -> dimod.SampleSet:
        """Anneal, and wait for the answer.

        Everything is checked against the processor's ranges before anything is sent. Ctrl-C cancels what still runs.

        Parameters
        ----------
        bqm
            SPIN or BINARY, with any graph that can be embedded; the processor gets it in spins.
        num_reads
            Anneals at each chain strength. They are split over several submissions where one may not hold them
            (`num_reads_range`, `problem_run_duration_range`), which run one after the other while we wait for all.
        annealing_time
            Microseconds of one anneal; the processor's own default, usually 20, when None.
        anneal_schedule
            Points (microseconds, anneal fraction s) instead: `pause_schedule`, `quench_schedule` and
            `reverse_schedule` of this package make them.
        fast_anneal
            The coherent protocol, with times down to nanoseconds (`fast_anneal_time_range`).
        initial_state
            Configuration that a reverse anneal starts from: a mapping, an array in the model's order, or a sample.
        reinitialize_state
            Whether each read of a reverse anneal starts from it, which is the service's default, or from the last
            (in each submission anew).
        anneal_offsets, flux_biases
            By variable as a dict, for all qubits of its chain, or by qubit as a list of the processor's `num_qubits`;
            in D-Wave's units. A gauge leaves them as they are.
        readout_thermalization, programming_thermalization
            Microseconds of rest after each read, and after programming.
        reduce_intersample_correlation
            Rest longer, so that reads are independent.
        auto_scale
            Let the processor scale the embedded model to the largest coefficients it takes, so that the model's
            may have any scale (small ones drown in noise beside large ones). With False they are used as they are,
            and a field or coupling out of range is an error that names it.
        chain_strength
            Coupling between the qubits of one variable, above 0, in the units of the model's spin couplings.
            Uniform torque compensation, Ocean's default, when None. A list is a scan, each with `num_reads` reads.
            Unused, as `info` says, where every chain is one qubit: then `num_reads` reads are taken in all.
        num_gauges
            Share the reads between so many random gauges (spin-reversal transformations), which average over the
            processor's biases. Each turns over whole chains, at random.
        embedding
            Qubits of each variable; minorminer searches when None.
        embedding_seed
            Seed of that search and of the gauges, below 2^31. It is not called `seed`, for the anneals have none.
        qpu_budget
            Seconds of QPU access time by Ocean's estimate, above which nothing is submitted.
        time_limit
            Seconds for the embedding search and the wait; what still runs then is cancelled, and what is answered is
            taken.
        label
            Name in the Leap dashboard; each submission's own mark is added.
        progress
            Called as ``progress(fraction_answered, inf)`` while it waits.

        Returns
        -------
        dimod.SampleSet
            Chains read by majority, energies those of the model; `chain_break_fraction` in every row, and
            `chain_strength` where several were scanned. ``info["timing"]``: the processor's microseconds, added up.
            ``info["sgq"]``: `processor`, `chains` (qubits of each variable, in the model's order), `num_qubits`,
            `longest_chain`; `chain_strength` (the best of a scan; None where every chain is one qubit) and `scan`, a
            row a strength with reads, best and mean energy, hits and breaks; `unused_chain_strengths`;
            `chain_break_fraction`, the fraction of `reads_with_breaks`, `breaks_of_chain` for each variable;
            `num_gauges`; `auto_scale_factors`; `problem_ids`, `num_submissions` and how many of them are lost;
            `qpu_seconds`, estimated and actual; `setup_seconds`, what the embedding search took; and, where not all
            submissions were answered, `stopped`: ``"time_limit"``, ``"interrupt"`` or what went wrong.

        Raises
        ------
        ValueError
            If Ocean has no working configuration, the processor would refuse a parameter or the model, the budget is
            exceeded, no embedding is found, or the submission failed or was cancelled.
        ConnectionError
            If the service cannot be reached, or fails; TimeoutError if nothing came back within `time_limit`. After
            something was sent, every error names it, and asks the service to cancel it.
        ImportError
            If dwave-system is not installed.

        Warns
        -----
        UserWarning
            If something goes wrong after some submissions were answered, which are given, or cancelling fails.
        """
        arguments = locals()
        request = Request(**{name: arguments[name] for name in NAMES})
        checked_progress(progress)
        clock = Clock(time_limit)
        qpu = self._processor()
        if not bqm.num_variables:
            nothing = np.empty((request.num_reads, 0), np.int8)
            return spin_samples(nothing, [], bqm.vartype, np.full(request.num_reads, float(bqm.offset)))
        plan = make_plan(bqm, qpu, request)
        return _on_leap(plan, qpu, clock, progress) if hasattr(qpu, "client") else _directly(plan, qpu)

    def submit(self, model: Any, path: str | os.PathLike[str], *, attached: Any = None, **parameters: Any) -> Job:
        """Submit without waiting, as a job that another process can fetch.

        Parameters
        ----------
        model
            A dimod quadratic model, or a `Problem`; its polynomial is made quadratic.
        path
            The job file, which must not exist; it is written before anything is sent.
        attached
            JSON values to keep in the file.
        **parameters
            Those of `sample`, but for `time_limit`, which bounds the search for an embedding alone.

        Returns
        -------
        Job
            Also to be had by ``Job(path)``, in any process, at any time.
        """
        qpu = self._processor()
        if not hasattr(qpu, "client"):
            raise ValueError(f"{type(qpu).__name__} keeps no jobs: they need a DWaveSampler")
        plan = make_plan(quadratic(model), qpu, _request(parameters))
        polynomial = model.model if isinstance(model, Problem) else model
        if isinstance(polynomial, dimod.BinaryPolynomial):
            plan.source = source_of(polynomial)
        job = Job.of_plan(plan, Path(path), attached)
        job.submit(qpu)
        return job

    def estimate(self, model: Any, **parameters: Any) -> tuple[Plan, list[str]]:
        """Embed and plan without submitting: the plan, and a line for each thing that the processor would refuse.

        The arguments are those of `submit`.
        """
        return draft_plan(quadratic(model), self._processor(), _request(parameters))

    def warm_up(self, problem: Problem) -> None:
        """Nothing: a trial run would cost time on the processor."""

    def close(self) -> None:
        """Release the connection, without waiting for what may still run; a ``with`` statement does it too."""
        client = getattr(self._qpu, "client", None)
        if client is not None:
            client.close(wait=False)
        elif hasattr(self._qpu, "close"):
            self._qpu.close()

    def __enter__(self) -> DWaveQPUSampler:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _processor(self) -> Any:
        ocean()
        if self._qpu is None or isinstance(self._qpu, str):
            self._qpu = configured_qpu(self._qpu)
        return self._qpu


def _request(parameters: dict[str, Any]) -> Request:
    for name in parameters:
        if name not in NAMES:
            raise ValueError(f"dwave has no parameter {name!r}{hint(name, NAMES)}: it takes {', '.join(NAMES)}")
    return Request(**parameters)


def _on_leap(plan: Plan, qpu: Any, clock: Clock, progress: Progress | None) -> dimod.SampleSet:
    """Submit and wait, as a job that is kept in memory alone; whatever stops it, answers that are there are taken."""
    job = Job.of_plan(plan)
    try:
        job.submit(qpu)
        return job.fetch(clock.left() if np.isfinite(clock.limit) else None, progress=progress)
    except (KeyboardInterrupt, OSError, ValueError) as error:
        stop: BaseException = error
    failed = None
    try:
        job.request_cancellation()
    except (OSError, ValueError):
        failed = "cancelling what still runs failed"
    with suppress(OSError, ValueError):
        job.refresh(1)
    if not any(s.answer for s in job.submissions):
        if failed and isinstance(stop, Exception):
            stop = with_ending(stop, f"; {failed}")
        raise stop from None
    samples = job.read(partial=True)
    words = {KeyboardInterrupt: "interrupt", TimeoutError: "time_limit"}
    samples.info["sgq"]["stopped"] = words.get(type(stop), str(stop))
    if failed or type(stop) not in words:
        lost = [s.id or s.label for s in job.submissions if s.answer is None]
        said = "; ".join(filter(None, [None if type(stop) in words else str(stop), failed]))
        warnings.warn(
            f"{len(lost)} of {len(job.submissions)} submissions lack an answer ({', '.join(lost)}): {said}",
            stacklevel=4,
        )
    return samples


def _directly(plan: Plan, qpu: Any) -> dimod.SampleSet:
    """Sample through a structured sampler that is no `DWaveSampler`, such as a mock."""
    named = {} if plan.label is None else {"label": plan.label}
    answers = []
    for submission in plan.submissions:
        sent = {**plan.parameters_of(submission), **named}
        answers.append((submission, qpu.sample(plan.target(submission), **sent)))
    return assemble(plan, [(submission, reads_of(answer)) for submission, answer in answers])

"""D-Wave's quantum annealers: a minor embedding is searched for, and the processor anneals the embedded model.

The work is Ocean's; here are a clear word on what is not configured, checks before time is spent, and a record of
the embedding. The API token stays in Ocean's configuration: no message or answer of this file ever holds it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import dimod
import numpy as np

from sgq.checks import integer, real
from sgq.problem import Problem
from sgq_solvers.sampler import Clock, Sampler

Embedding = dict[Any, Sequence[int]]


class DWaveQPUSampler(Sampler):
    """Quantum annealing on a D-Wave processor, through `EmbeddingComposite`.

    Parameters
    ----------
    qpu
        Any structured dimod sampler, such as ``DWaveSampler(solver="Advantage_system4.1")`` or, without hardware,
        ``dwave.system.testing.MockDWaveSampler()``. By default ``DWaveSampler()`` of the user's Ocean
        configuration, made when the first model is sampled.
    """

    def __init__(self, qpu: Any = None) -> None:
        self._qpu = qpu

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        num_reads: int = 100,
        annealing_time: float | None = None,
        chain_strength: float | None = None,
        time_limit: float | None = None,
        label: str | None = None,
    ) -> dimod.SampleSet:
        """Anneal.

        Parameters
        ----------
        bqm
            SPIN or BINARY, with any graph that can be embedded. The processor scales the embedded model into
            its ranges of h and J (Ocean's ``auto_scale``), so coefficients may have any scale, but small ones
            drown in its noise beside large ones.
        num_reads
            Anneals, within the processor's `num_reads_range`.
        annealing_time
            Microseconds of one anneal, within the processor's `annealing_time_range`; its own default (usually
            20) when None.
        chain_strength
            Coupling between the qubits of one variable, above 0, in the units of the model's spin couplings.
            Uniform torque compensation, Ocean's default, when None.
        time_limit
            Seconds for the embedding search (minorminer's own limit is 1000). The time on the processor is set
            by `num_reads` and `annealing_time`.
        label
            Name of the problem in the Leap dashboard.

        Returns
        -------
        dimod.SampleSet
            As Ocean returns it: broken chains mended by majority vote, `chain_break_fraction` in every row, timing
            in ``info``. ``info["sgq"]``: `processor`, `chains` (qubits of each variable, in the model's order),
            `num_qubits`, `longest_chain`, `chain_strength` (None where every chain is one qubit), the mean
            `chain_break_fraction`, and `setup_seconds`, what the embedding search took.

        Raises
        ------
        ValueError
            If Ocean has no working configuration, a parameter is out of the processor's range, or no embedding
            is found.
        ConnectionError
            If the service cannot be reached.
        ImportError
            If dwave-system is not installed.
        """
        options: dict[str, Any] = {"num_reads": integer("num_reads", num_reads, 1)}
        if annealing_time is not None:
            options["annealing_time"] = real("annealing_time", annealing_time, 0, above=True)
        if label is not None:
            options["label"] = label
        if chain_strength is not None:
            chain_strength = real("chain_strength", chain_strength, 0, above=True)
        search = {} if time_limit is None else {"timeout": real("time_limit", time_limit, 0)}
        if self._qpu is None:
            self._qpu = _configured_qpu()
        _check_ranges(self._qpu, options)
        embedder = _Embedder(bqm, self._qpu)
        sampler = _ocean().EmbeddingComposite(self._qpu, embedder, search)
        samples = sampler.sample(bqm, chain_strength=chain_strength, return_embedding=True, **options)
        samples.info["sgq"] = {
            "processor": _name(self._qpu),
            **_embedding_record(samples, bqm),
            "setup_seconds": embedder.seconds,
        }
        return samples

    def warm_up(self, problem: Problem) -> None:
        """Nothing: a trial run would cost time on the processor."""

    def close(self) -> None:
        """Release the processor's connection; Ocean's ``with`` statement does it too."""
        if self._qpu is not None:
            self._qpu.close()


def _ocean() -> Any:
    """The package `dwave.system`, which takes seconds to import."""
    try:
        import dwave.system
    except ImportError as error:
        raise ImportError('the solver dwave needs Ocean: pip install "sgq[dwave]"') from error
    return dwave.system


def _configured_qpu() -> Any:
    """The processor that Ocean's configuration names."""
    sampler = _ocean().DWaveSampler
    log = logging.getLogger("dwave.cloud")
    if log.level == logging.NOTSET:  # at DEBUG it writes the whole configuration, in which only its own handlers
        log.setLevel(max(logging.INFO, log.getEffectiveLevel()))  # hide the token
    try:
        return sampler()
    except Exception as error:  # of a dozen types; each may quote the configuration, and so the token
        explanation = _explained(error)
    raise explanation  # out here, where it does not carry the original along


def _explained(error: Exception) -> Exception:
    """An error that says what to do and quotes nothing."""
    from dwave.cloud.exceptions import SolverAuthenticationError, SolverNotFoundError

    if isinstance(error, SolverAuthenticationError):
        reason = "the API token was refused"
    elif isinstance(error, SolverNotFoundError):
        reason = "the account has no processor that fits the configuration"
    elif isinstance(error, OSError) and not isinstance(error, ValueError):
        return ConnectionError(
            f"D-Wave's service does not answer ({type(error).__name__}): `dwave ping` tests endpoint and network"
        )
    elif str(error) == "API token not defined":
        reason = "no API token is configured"
    else:
        reason = f"Ocean's configuration is not usable ({type(error).__name__})"
    return ValueError(f"{reason}: run `dwave setup`, or set DWAVE_API_TOKEN to the token of your Leap account")


def _name(qpu: Any) -> str:
    return str(qpu.properties.get("chip_id", type(qpu).__name__))


def _check_ranges(qpu: Any, options: dict[str, Any]) -> None:
    """ValueError for what the processor would refuse after the wait in its queue."""
    for option, value in options.items():
        low, high = qpu.properties.get(f"{option}_range", (None, None))
        if low is not None and not low <= value <= high:
            raise ValueError(f"{option}={value}: {_name(qpu)} takes {low} to {high}")


class _Embedder:
    """minorminer's search, whose failure says what did not fit where, and the seconds that it took."""

    def __init__(self, bqm: dimod.BinaryQuadraticModel, qpu: Any) -> None:
        self.bqm, self.qpu, self.seconds = bqm, qpu, 0.0

    def __call__(self, source: Any, target: Any, **parameters: Any) -> Embedding:
        from minorminer import find_embedding  # type: ignore[import-untyped]

        bqm, qpu, clock = self.bqm, self.qpu, Clock(None)
        embedding: Embedding = {}
        if bqm.num_variables <= len(qpu.nodelist) and bqm.num_interactions <= len(qpu.edgelist):
            embedding = find_embedding(source, target, **parameters)
        self.seconds = clock.elapsed()
        if bqm.num_variables and not embedding:
            limit = f" within time_limit={parameters['timeout']:g} s" if parameters else ""
            raise ValueError(
                f"no embedding of {bqm.num_variables} variables and {bqm.num_interactions} couplings into the "
                f"{len(qpu.nodelist)} qubits and {len(qpu.edgelist)} couplers of {_name(qpu)} was found{limit}: "
                "take a smaller or sparser instance"
            )
        return embedding


def _embedding_record(samples: dimod.SampleSet, bqm: dimod.BinaryQuadraticModel) -> dict[str, Any]:
    """What Ocean says about the embedding, as JSON values: it keys chains by label, which JSON cannot."""
    context = samples.info.pop("embedding_context")
    chains = [list(context["embedding"][v]) for v in bqm.variables]
    broken = samples.record.chain_break_fraction
    strength = context["chain_strength"]
    return {
        "chains": chains,
        "num_qubits": sum(map(len, chains)),
        "longest_chain": max(map(len, chains), default=0),
        "chain_strength": None if strength is None else float(strength),
        "chain_break_fraction": float(np.average(broken, weights=samples.record.num_occurrences)),
    }

"""Time to solution: how long until a solver that may miss has found what was asked for, almost surely."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sgq.checks import integer, real

if TYPE_CHECKING:
    import dimod


@dataclass(frozen=True)
class TimeToSolution:
    """Time to solution with its confidence interval; infinite where the target was never hit.

    Attributes
    ----------
    value, low, high
        Seconds. Never hit: `value` and `high` are infinite, `low` is the bound that the misses leave.
    reads
        Reads needed, whole batches; infinite where the target was never hit.
    probability, probability_low, probability_high
        Success probability of one read, hits / num_reads, and its exact (Clopper–Pearson) interval.
    hits, num_reads
        What it was estimated from.
    target
        Probability of at least one hit within the time to solution.
    confidence
        Level of both intervals.
    """

    value: float
    low: float
    high: float
    reads: float
    probability: float
    probability_low: float
    probability_high: float
    hits: int
    num_reads: int
    target: float
    confidence: float

    def __str__(self) -> str:
        if not self.hits:
            bound = f"{format_interval(self.low, self.high)} at {self.confidence:.0%}"
            return f"infinite: never hit in {self.num_reads} reads ({bound})"
        return f"{format_seconds(self.value)} ({format_interval(self.low, self.high)})"


@dataclass(frozen=True)
class Success:
    """How often one run reached a target, and how long it takes to reach it.

    Attributes
    ----------
    hits, num_reads
        Reads that reached the target, of the reads made. A proven or deterministic answer is one read. Where rows are
        no independent reads, `hits` counts rows and `num_reads` is None.
    batch, batch_seconds, setup
        Reads made at once, the time they take, and what was spent before the first, in seconds.
    time
        Time to solution at 99 %, or None where rows are no independent reads or there are none.
    """

    hits: int
    num_reads: int | None
    batch: int
    batch_seconds: float
    setup: float
    time: TimeToSolution | None


def measure_success(samples: dimod.SampleSet, target_energy: float, *, tolerance: float | None = None) -> Success:
    """How often a run of `sgq.solve` reached an energy, and its time to solution.

    Time is ``info["sgq"]["seconds"]["sampling"]``, in whole batches of ``info["sgq"]["batch"]`` reads after
    ``info["sgq"]["setup_seconds"]``, where the solver states them. An answer that is proven or deterministic always
    comes out the same: it is one read, which hits surely or never, in the time of the run.

    Parameters
    ----------
    samples
        What `sgq.solve` returned.
    target_energy
        Energies up to this count as hits; infinite where any configuration does.
    tolerance
        Energies that differ by no more are equal; by default the rounding that `sgq.solve` recorded.
    """
    info = samples.info["sgq"]
    margin = info["energy_tolerance"] if tolerance is None else real("tolerance", tolerance, 0.0)
    counts = samples.record.num_occurrences
    hits, num_reads = int(counts[samples.record.energy <= target_energy + margin].sum()), int(counts.sum())
    seconds = float(info["seconds"]["sampling"])
    if info.get("selected") or not num_reads:
        return Success(hits, None, 1, seconds, 0.0, None)
    if info.get("proven") or info.get("deterministic"):
        probability, value = (1.0, seconds) if hits else (0.0, math.inf)
        sure = TimeToSolution(
            *(value,) * 3, 1 if hits else math.inf, *(probability,) * 3, int(hits > 0), 1, target=0.99, confidence=0.95
        )
        return Success(sure.hits, 1, 1, seconds, 0.0, sure)
    batch, setup = int(info.get("batch", 1)), min(seconds, float(info.get("setup_seconds", 0.0)))
    time = time_to_solution(hits, num_reads, seconds, batch=batch, setup=setup)
    return Success(hits, num_reads, batch, (seconds - setup) / math.ceil(num_reads / batch), setup, time)


def time_to_solution(
    hits: int,
    num_reads: int,
    seconds: float,
    *,
    target: float = 0.99,
    batch: int = 1,
    setup: float = 0.0,
    confidence: float = 0.95,
) -> TimeToSolution:
    """Time after which at least one read has hit with probability `target`.

    One read hits with probability p, so R = ⌈ln(1 - target) / ln(1 - p)⌉ independent reads are needed [1]_,
    made in whole batches, at least one.

    Parameters
    ----------
    hits, num_reads
        Reads that hit, of the reads made. They must be independent, and their number not chosen by the hits:
        a run that stopped at its first hit overestimates p.
    seconds
        Time of the whole run. Part of a batch counts as a batch.
    target
        0.99 is the convention of the field.
    batch
        Reads that the solver makes at once, in one unit of time.
    setup
        Seconds of the run that were spent once, before the first read.
    confidence
        Level of the intervals; the exact binomial one is never too narrow.

    Raises
    ------
    ValueError
        If a number is outside its range.

    References
    ----------
    .. [1] T. F. Rønnow et al., Defining and detecting quantum speedup, Science 345, 420 (2014).
    """
    from scipy.stats import binomtest

    num_reads = integer("num_reads", num_reads, 1)
    hits = integer("hits", hits, 0, num_reads)
    batch = integer("batch", batch, 1)
    target, confidence = _probability("target", target), _probability("confidence", confidence)
    interval = binomtest(hits, num_reads).proportion_ci(confidence, method="exact")
    seconds = real("seconds", seconds, 0.0)
    setup = real("setup", setup, 0.0, seconds)
    per_batch = (seconds - setup) / math.ceil(num_reads / batch)

    def time(probability: float) -> float:
        return setup + _batches(probability, target, batch) * per_batch if probability > 0 else math.inf

    probability = hits / num_reads
    return TimeToSolution(
        value=time(probability),
        low=time(interval.high),
        high=time(interval.low),
        reads=_batches(probability, target, batch) * batch,
        probability=probability,
        probability_low=float(interval.low),
        probability_high=float(interval.high),
        hits=hits,
        num_reads=num_reads,
        target=target,
        confidence=confidence,
    )


def format_seconds(seconds: float) -> str:
    """A time in two digits or three, with its unit: ``"3.2 ms"``, ``"450 µs"``, ``"1.5 h"``, ``"∞"``."""
    if math.isinf(seconds):
        return "∞"
    unit, size = _unit(seconds)
    return f"{_digits(seconds / size)} {unit}"


def format_interval(low: float, high: float) -> str:
    """An interval of times, in one unit where both are near: ``"0.8–3.2 ms"``, ``"46 ms–8.5 s"``, ``"> 3 s"``."""
    if math.isinf(high):
        return f"> {format_seconds(low)}"
    unit, size = _unit(high)
    first = _digits(low / size) if low >= high / 100 else format_seconds(low)
    return f"{first}–{_digits(high / size)} {unit}"


def _unit(seconds: float) -> tuple[str, float]:
    units = {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
    return next((item for item in units.items() if seconds >= 0.995 * item[1]), ("s", 1.0))


def _digits(number: float) -> str:
    return f"{number:.2g}" if number < 99.5 else f"{number:.0f}"


def _batches(probability: float, target: float, batch: int) -> float:
    """Whole batches needed for one hit with probability `target`."""
    if probability == 0:
        return math.inf
    if probability >= target:
        return 1
    reads = math.log1p(-target) / math.log1p(-probability)
    return math.ceil(reads / batch * (1 - 1e-12))  # rounding must not turn the 2 reads of p = 0.9 into 3


def _probability(name: str, value: float) -> float:
    number = real(name, value, 0.0, 1.0, above=True)
    if number == 1:
        raise ValueError(f"{name}={value!r}: below 1, certainty takes for ever")
    return number

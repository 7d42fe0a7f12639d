"""Time to solution: how long until a solver that may miss has found what was asked for, almost surely."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sgq.checks import integer, real


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

"""Annealing schedules as the processor takes them: points (time in microseconds, anneal fraction s)."""

from __future__ import annotations

from sgq.checks import real

Schedule = list[tuple[float, float]]


def pause_schedule(annealing_time: float, at: float, pause: float) -> Schedule:
    """A forward anneal that waits.

    Parameters
    ----------
    annealing_time
        Microseconds that s would take from 0 to 1 without the pause.
    at
        The anneal fraction at which it waits, between 0 and 1.
    pause
        Microseconds of waiting.
    """
    total, wait = real("annealing_time", annealing_time, 0, above=True), real("pause", pause, 0, above=True)
    at = _inside("at", at)
    return [(0.0, 0.0), (at * total, at), (at * total + wait, at), (total + wait, 1.0)]


def quench_schedule(annealing_time: float, at: float, quench: float = 1.0) -> Schedule:
    """A forward anneal at the pace of `annealing_time` to s = `at`, and from there to s = 1 in `quench` microseconds.

    The steepest quench allowed is 1 - `at` of the shortest annealing time.
    """
    total, fast = real("annealing_time", annealing_time, 0, above=True), real("quench", quench, 0, above=True)
    at = _inside("at", at)
    return [(0.0, 0.0), (at * total, at), (at * total + fast, 1.0)]


def reverse_schedule(to: float, ramp: float, hold: float = 0.0) -> Schedule:
    """A reverse anneal: from s = 1 back to s = `to` in `ramp` microseconds, `hold` there, forward again in `ramp`.

    The solver takes with it an `initial_state`, and `reinitialize_state` for whether each read starts from it.
    """
    to, ramp, hold = _inside("to", to), real("ramp", ramp, 0, above=True), real("hold", hold, 0)
    held = [(ramp + hold, to)] if hold else []
    return [(0.0, 1.0), (ramp, to), *held, (2 * ramp + hold, 1.0)]


def _inside(name: str, fraction: float) -> float:
    if not 0 < real(name, fraction) < 1:
        raise ValueError(f"{name}={fraction!r}: an anneal fraction above 0 and below 1")
    return float(fraction)

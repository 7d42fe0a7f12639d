"""Schedules of a processor by name: pauses, quenches and reverse anneals as points of time and s."""

import pytest

from sgq_solvers.leap import pause_schedule, quench_schedule, reverse_schedule


def test_schedules_pass_through_the_points_that_they_name() -> None:
    assert pause_schedule(20, 0.5, 7) == [(0, 0), (10, 0.5), (17, 0.5), (27, 1)]
    assert quench_schedule(20, 0.5, 2) == [(0, 0), (10, 0.5), (12, 1)]
    assert reverse_schedule(0.3, 5, 4) == [(0, 1), (5, 0.3), (9, 0.3), (14, 1)]
    assert reverse_schedule(0.3, 5) == [(0, 1), (5, 0.3), (10, 1)]
    with pytest.raises(ValueError, match=r"at=1\.0"):
        pause_schedule(20, 1.0, 7)

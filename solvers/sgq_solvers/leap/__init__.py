"""D-Wave's quantum annealers through Leap.

`DWaveQPUSampler` is the solver ``dwave``; `Job` is a submission that outlives the process. The work on the processor is
Ocean's business; here are embedding, checks before time is spent, budgets, gauges, and plain words where something is
not configured. The API token stays in Ocean's configuration: no file, message or answer of this package ever holds it.
"""

from sgq_solvers.leap.connection import list_qpus
from sgq_solvers.leap.job import Job, find_jobs
from sgq_solvers.leap.sampler import DWaveQPUSampler
from sgq_solvers.leap.schedules import pause_schedule, quench_schedule, reverse_schedule

__all__ = [
    "DWaveQPUSampler",
    "Job",
    "find_jobs",
    "list_qpus",
    "pause_schedule",
    "quench_schedule",
    "reverse_schedule",
]

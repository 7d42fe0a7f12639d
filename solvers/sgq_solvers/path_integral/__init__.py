"""Quantum annealing by path-integral Monte Carlo: `PathIntegralSampler` is the solver ``path-integral``.

`sampler` is the solver; `lines` lays out world lines in slices or in continuous imaginary time, `bits` those of ±J
models 512 at once; `run` leads blocks of reads along the schedule.
"""

from sgq_solvers.path_integral.sampler import PathIntegralSampler

__all__ = ["PathIntegralSampler"]

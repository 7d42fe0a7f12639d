"""Quantum annealing by the Schrödinger equation: `SchroedingerSampler` is the solver ``schroedinger``.

`sampler` is the solver; `evolution` integrates the equation with controlled steps.
"""

from sgq_solvers.schroedinger.sampler import SchroedingerSampler

__all__ = ["SchroedingerSampler"]

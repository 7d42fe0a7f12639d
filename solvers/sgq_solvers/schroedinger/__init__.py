"""Quantum annealing by the Schrödinger equation: `SchroedingerSampler` is the solver ``schroedinger``.

`cost` makes a model the energies of all configurations, and `evolution` integrates the equation with controlled steps.
"""

from sgq_solvers.schroedinger.sampler import SchroedingerSampler

__all__ = ["SchroedingerSampler"]

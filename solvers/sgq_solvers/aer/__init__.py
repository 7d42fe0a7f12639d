"""QAOA on Qiskit's machines: `QAOAAerSampler` is the solver ``qaoa-aer``."""

from sgq_solvers.aer.sampler import QAOAAerSampler

__all__ = ["QAOAAerSampler"]

"""Recursive QAOA: `RecursiveQAOASampler` is the solver ``recursive-qaoa``."""

from sgq_solvers.recursive_qaoa.sampler import RecursiveQAOASampler

__all__ = ["RecursiveQAOASampler"]

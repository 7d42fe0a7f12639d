"""Solvers, each a dimod sampler that any Ocean program can use; they register through the group sgq.solvers."""

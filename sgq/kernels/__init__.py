"""Numba on plain arrays: the loops that solvers spend their time in. No dimod here."""

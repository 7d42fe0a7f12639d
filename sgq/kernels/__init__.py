"""Numba on plain arrays: the loops that solvers spend their time in. No dimod here.

README.md in this folder says how replicas and their random numbers are laid out, and how to add a kernel.
"""

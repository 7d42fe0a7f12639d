"""load and save: problems in the formats that people exchange.

=========  =====================================  ===================================================
format     text or bytes                          problem
=========  =====================================  ===================================================
rudy       ``n m``, then ``i j w``                max-cut, E = Σ w s s; Gset, Biq Mac ``.mc``, tori
ising      ``n``, ``n m`` or nothing, ``i j J``   E = +Σ J s s + Σ h s, dimod's sign; ``i i h`` is a field
qubo       ``n m``, then ``i j q``                minimise xᵀQx, Q symmetric; Biq Mac ``.sparse``
qubo-max   the same                               maximise xᵀQx, E = -xᵀQx; Beasley's orientation
cnf        DIMACS                                 k-sat, E = number of violated clauses
wcnf       weights before clauses, both forms     k-sat, E = weight of violated clauses; written with a header
wcnf-2022  the same                               the same, written without a header
opb        ``min: +3 x1 x2 …;``                   pseudo-Boolean objective without constraints
bqpjson    LANL's JSON                            quadratic, spins or bits
bqm        dimod's file                           quadratic, spins or bits
mat        MATLAB v5, matrix J                    H = -Σ J s s, the physics sign
npz        NumPy, N, i, j, w                      E = +Σ w s s
json       sgq's own                              any Problem, every field to the bit
=========  =====================================  ===================================================

Labels are the file's own numbers. Every format but json holds the energy alone, not the seed or the ground energy.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from sgq.checks import choice
from sgq.formats.bqpjson import read_bqpjson
from sgq.formats.cnf import read_cnf, write_cnf
from sgq.formats.dimod_file import read_bqm, write_bqm
from sgq.formats.files import FileError, Source, read, write
from sgq.formats.ising_list import read_ising, write_ising
from sgq.formats.matrices import read_mat, read_npz, write_npz
from sgq.formats.opb import read_opb
from sgq.formats.problem_json import read_json, write_json
from sgq.formats.qubo_text import read_qubo, read_qubo_max, write_qubo, write_qubo_max
from sgq.formats.recognition import format_of_name, recognise
from sgq.formats.rudy import read_rudy, write_rudy
from sgq.formats.wcnf import read_wcnf, write_wcnf, write_wcnf_2022
from sgq.problem import Problem

READERS: dict[str, Callable[[Source], Problem]] = {
    "rudy": read_rudy,
    "ising": read_ising,
    "qubo": read_qubo,
    "qubo-max": read_qubo_max,
    "cnf": read_cnf,
    "wcnf": read_wcnf,
    "wcnf-2022": read_wcnf,
    "opb": read_opb,
    "bqpjson": read_bqpjson,
    "bqm": read_bqm,
    "mat": read_mat,
    "npz": read_npz,
    "json": read_json,
}
WRITERS: dict[str, Callable[[Problem], bytes]] = {
    "rudy": write_rudy,
    "ising": write_ising,
    "qubo": write_qubo,
    "qubo-max": write_qubo_max,
    "cnf": write_cnf,
    "wcnf": write_wcnf,
    "wcnf-2022": write_wcnf_2022,
    "bqm": write_bqm,
    "npz": write_npz,
    "json": write_json,
}


def load(path: str | os.PathLike[str], *, format: str | None = None) -> Problem:
    """Read a problem from a file, gzip or not.

    Parameters
    ----------
    path
        The file.
    format
        One of `READERS`. None finds it from the name (``.mc``, ``.cnf``, ``.wcnf``, ``.sparse``, …, and ``G22.txt``,
        a name of the Gset) or from the content, where only one reading is possible.

    Returns
    -------
    Problem
        With ``parameters`` that name the file and its format, and say where a formula had ``repeated_literals`` or
        ``tautologies``, which are left out; json brings its own parameters.

    Raises
    ------
    ValueError
        ``path, line k: expected …, found …`` if the file is not as its format demands, or if its text could
        mean two things and `format` does not say which.
    OSError
        If it cannot be read.
    """
    source = read(path)
    chosen = recognise(source) if format is None else choice("format", format, READERS)
    try:
        problem = READERS[chosen](source)
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{source.path}: {error}") from error
    except MemoryError:
        raise FileError(f"{source.path}: this machine's memory does not hold the problem") from None
    if chosen == "json":
        return problem
    return replace(problem, parameters={"file": source.name, "format": chosen, **problem.parameters})


def save(problem: Problem, path: str | os.PathLike[str], *, format: str | None = None) -> None:
    """Write a problem to a file, gzip where the name ends in ``.gz``; the file appears whole or not at all.

    Parameters
    ----------
    problem
        What to write.
    path
        The file; one that exists is replaced.
    format
        One of `WRITERS`; None takes it from the name's ending (``.json``, ``.bqm``, ``.mc``, ``.cnf``, …).

    Raises
    ------
    ValueError
        If the format cannot hold the problem (fields, offset, labels, vartype), or none is given and the name
        says none.
    """
    if not isinstance(problem, Problem):
        raise TypeError(f"problem is a {type(problem).__name__}: save takes a Problem; dimod's models have to_file")
    name = os.fspath(path)
    if format is None:
        format = format_of_name(name)
        if format not in WRITERS:
            raise ValueError(f"{name}: the name names no format to write; say format=, one of {', '.join(WRITERS)}")
    write(path, WRITERS[choice("format", format, WRITERS)](problem))

"""mat and npz: couplings as MATLAB and NumPy files hold them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import numpy as np

from sgq.checks import finite_array
from sgq.formats.files import Source
from sgq.formats.quadratic import whole_numbers
from sgq.problem import IsingProblem, Problem
from sgq.user_models import ising

MAGIC = b"MATLAB 5.0 MAT-file"
_COMPRESSED = 15
_NAMES = ["N", "i", "j", "w"]


def read_mat(source: Source) -> IsingProblem:
    """Read MATLAB's v5 file of a symmetric matrix `J`, dense or sparse: H = -Σ_{i<j} J_ij s_i s_j.

    This is the physics sign, in which the codes that publish such files compute energies.
    """
    from scipy.io import loadmat

    if not source.data.startswith(MAGIC):
        raise source.error("a MATLAB v5 file", repr(source.data[:19]))
    try:
        _check_elements(source.data)
        content = loadmat(io.BytesIO(source.data))
    except Exception as error:  # whatever SciPy runs into in damaged bytes, zlib.error among others
        raise source.error("a MATLAB v5 file", str(error)) from error
    names = sorted(name for name in content if not name.startswith("__"))
    if names != ["J"]:
        raise source.error("the matrix J and nothing else", ", ".join(names) or "no variables")
    J = content["J"]
    if J.dtype.kind not in "biuf":
        raise source.error("a matrix J of real numbers", f"one of {J.dtype}")
    return ising(J.astype(np.float64))


def _check_elements(data: bytes) -> None:
    """An exception if a part is cut off or its checksum fails: SciPy's reader would crash the process."""
    order = "<" if data[126:128] == b"IM" else ">"
    position = 128
    while position < len(data):
        kind, size = struct.unpack_from(f"{order}II", data, position)
        position += 8 + size
        if kind == _COMPRESSED:
            zlib.decompress(data[position - size : position])
    if position != len(data):
        raise ValueError("the file is truncated")


def read_npz(source: Source) -> IsingProblem:
    """Read NumPy's file of `N` and, for each pair, `i`, `j` (0 … N-1) and `w`: E = +Σ_k w_k s_i s_j."""
    try:
        with np.load(io.BytesIO(source.data), allow_pickle=False) as archive:
            content: dict[str, Any] = dict(archive)
    except (ValueError, OSError, EOFError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise source.error("NumPy's npz file", str(error)) from error
    if sorted(content) != _NAMES:
        raise source.error(f"the arrays {', '.join(_NAMES)}", ", ".join(sorted(content)) or "none")
    n, i, j = content["N"], content["i"], content["j"]
    if n.shape != () or any(array.dtype.kind not in "iu" for array in (n, i, j)):
        raise source.error("an integer N and integer arrays i and j", f"{n.dtype}, {i.dtype}, {j.dtype}")
    w = finite_array("w", content["w"])
    if not i.shape == j.shape == w.shape == (i.size,):
        raise source.error("arrays i, j and w of one length", f"{i.shape}, {j.shape}, {w.shape}")
    pairs = np.stack([i, j], axis=1).astype(np.int64)
    if len(np.unique(np.sort(pairs, axis=1), axis=0)) < len(pairs):
        raise source.error("every pair once", "a pair that stands twice")
    return IsingProblem(name="ising-model", pairs=pairs, couplings=0.0 - w, fields=np.zeros(int(n)))


def write_npz(problem: Problem) -> bytes:
    """Write a problem of spins 0 … N-1 without fields or offset."""
    form = whole_numbers(problem, "npz", "SPIN", first=0)
    if form.fields.any():
        raise ValueError("npz holds no fields: save as ising, json or bqm")
    i, j = form.pairs.T
    file = io.BytesIO()
    np.savez(file, N=form.num_variables, i=i, j=j, w=form.couplings)
    return file.getvalue()

"""bqm: dimod's own file of a binary quadratic model."""

from __future__ import annotations

import io

import numpy as np

from sgq.formats.files import Source
from sgq.models import quadratic_form
from sgq.problem import ModelProblem, Problem

MAGIC = b"DIMODBQM"


def read_bqm(source: Source) -> ModelProblem:
    """Read what `dimod.BinaryQuadraticModel.to_file` wrote."""
    import dimod

    if not source.data.startswith(MAGIC):
        raise source.error("dimod's binary quadratic model, which begins with DIMODBQM", repr(source.data[:8]))
    try:
        _check_indices(source.data)
        model = dimod.BinaryQuadraticModel.from_file(io.BytesIO(source.data))
    except Exception as error:  # whatever dimod's decoding of damaged bytes runs into
        raise source.error("a whole model of dimod", f"{type(error).__name__}: {error}") from error
    form, _ = quadratic_form(model)
    if not model.num_variables:
        raise source.error("a model with variables", "none")
    if not all(np.isfinite(biases).all() for biases in (form.fields, form.couplings, form.offset)):
        raise source.error("finite biases", "NaN or infinity")
    return ModelProblem(name="model", source=model)


def _check_indices(data: bytes) -> None:
    """ValueError if a neighbour is none of the variables: dimod's own reader would crash the process."""
    from dimod.serialization.fileview import read_header

    file = io.BytesIO(data)
    header = read_header(file, MAGIC).data
    n, m = header["shape"]
    bias, neighbour, start = (np.dtype(header[name]) for name in ("dtype", "itype", "ntype"))
    begin = file.tell() + bias.itemsize
    linear = np.frombuffer(data, [("start", start), ("bias", bias)], n, begin)
    quadratic = np.frombuffer(data, [("to", neighbour), ("bias", bias)], 2 * m, begin + linear.nbytes)
    starts, to = [*linear["start"].tolist(), 2 * m], quadratic["to"]
    if starts[0] != 0 or sorted(starts) != starts or (2 * m and not 0 <= to.min() <= to.max() < n):
        raise ValueError("an index is out of range")


def write_bqm(problem: Problem) -> bytes:
    """Write a quadratic model: labels, vartype, biases and offset."""
    import dimod
    from dimod.variables import iter_deserialize_variables, iter_serialize_variables

    if not isinstance(problem.model, dimod.BinaryQuadraticModel):
        raise ValueError(f"bqm holds quadratic models; {problem!r} is a polynomial: save as json")
    labels = list(problem.model.variables)
    try:
        kept = list(iter_deserialize_variables(iter_serialize_variables(labels)))
        with problem.model.to_file() as file:
            data = bytes(file.read())
    except TypeError as error:
        raise ValueError(f"bqm cannot hold the labels of {problem!r} ({error})") from error
    if kept != labels:
        label = next(label for label, again in zip(labels, kept, strict=True) if label != again)
        raise ValueError(f"bqm cannot hold the label {label!r} of {problem!r}")
    return data

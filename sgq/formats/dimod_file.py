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
        model = dimod.BinaryQuadraticModel.from_file(io.BytesIO(source.data))
    except Exception as error:  # whatever dimod's decoding of damaged bytes runs into
        raise source.error("a whole model of dimod", f"{type(error).__name__}: {error}") from error
    form, _ = quadratic_form(model)
    if not model.num_variables:
        raise source.error("a model with variables", "none")
    if not np.isfinite([*form.fields, *form.couplings, form.offset]).all():
        raise source.error("finite biases", "NaN or infinity")
    return ModelProblem(name="model", source=model)


def write_bqm(problem: Problem) -> bytes:
    """Write a quadratic model: labels, vartype, biases and offset."""
    import dimod

    if not isinstance(problem.model, dimod.BinaryQuadraticModel):
        raise ValueError(f"bqm holds quadratic models; {problem!r} is a polynomial: save as json")
    try:
        with problem.model.to_file() as file:
            return bytes(file.read())
    except TypeError as error:
        raise ValueError(f"bqm cannot hold the labels of {problem!r} ({error})") from error

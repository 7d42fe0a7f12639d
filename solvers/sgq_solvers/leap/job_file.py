"""The job file: a plan and what became of its submissions, as JSON that appears on disk whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dimod
import numpy as np

from sgq.models import QuadraticForm, quadratic_form, quadratic_model
from sgq_solvers.leap.plan import Plan, Submission

FORMAT = "sgq leap job"
VERSION = 1
_PLAIN = ("chains", "processor", "parameters", "start", "label", "seconds", "setup_seconds")


def write_job(path: Path, plan: Plan, attached: Any, *, new: bool = False) -> None:
    """Write a job; a file that is `new` must not be there yet.

    Raises
    ------
    ValueError
        If it is: it may be the only way to answers that are paid for.
    """
    if new and path.exists():
        raise ValueError(f"{path} exists: it may hold a job that is not fetched; choose another name")
    document = {
        "format": FORMAT,
        "version": VERSION,
        **{name: getattr(plan, name) for name in _PLAIN},
        "model": _model_document(plan.model),
        "submissions": [asdict(submission) for submission in plan.submissions],
        "problem": attached,
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(document, file, allow_nan=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def update_job(path: Path, plan: Plan, attached: Any) -> None:
    """Write a job that is on disk already, where another process may have brought it further in the meantime."""
    try:
        there = read_job(path)[0].submissions
    except (OSError, ValueError):
        there = []  # deleted or damaged: what this process knows is all there is
    for own, other in zip(plan.submissions, there, strict=False):
        if other.progress > own.progress:
            vars(own).update(vars(other))
    write_job(path, plan, attached)


def read_job(path: Path) -> tuple[Plan, Any]:
    """The plan in a job file, and what was attached to it.

    Raises
    ------
    ValueError
        If the file holds no job.
    OSError
        If it cannot be read.
    """
    try:
        document = json.loads(path.read_bytes())
    except ValueError:
        raise ValueError(f"{path}: no job file, it is not JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"{path}: no job file, which `sgq leap submit` writes")
    if document.get("version") != VERSION:
        raise ValueError(f"{path}: a job file of version {document.get('version')}, which this sgq does not know")
    try:
        plan = Plan(
            model=_model_of(document["model"]),
            submissions=[Submission(**entry) for entry in document["submissions"]],
            **{name: document[name] for name in _PLAIN},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: a job file that is damaged ({type(error).__name__}: {error})") from None
    return plan, document.get("problem")


def _model_document(model: dimod.BinaryQuadraticModel) -> dict[str, Any]:
    """The model as arrays in its own vartype and order; dimod's own document does not bring back nested labels."""
    form, labels = quadratic_form(model)
    return {
        "vartype": model.vartype.name,
        "labels": [_label_document(label) for label in labels],
        "pairs": form.pairs.tolist(),
        "couplings": form.couplings.tolist(),
        "fields": form.fields.tolist(),
        "offset": form.offset,
    }


def _model_of(document: dict[str, Any]) -> dimod.BinaryQuadraticModel:
    pairs = np.array(document["pairs"], np.int64).reshape(-1, 2)
    couplings, fields = (np.array(document[name], float) for name in ("couplings", "fields"))
    form = QuadraticForm(pairs, couplings, fields, document["offset"])
    return quadratic_model(form, document["vartype"], [_label_of(label) for label in document["labels"]])


def _label_document(label: Any) -> Any:
    """A label as a JSON value, tuples as lists."""
    if isinstance(label, tuple):
        return [_label_document(part) for part in label]
    label = label.item() if isinstance(label, np.generic) else label
    if not isinstance(label, str | int | float | None):
        raise ValueError(f"variable {label!r} is a {type(label).__name__}: a job file keeps numbers, texts and tuples")
    return label


def _label_of(document: Any) -> Any:
    return tuple(map(_label_of, document)) if isinstance(document, list) else document

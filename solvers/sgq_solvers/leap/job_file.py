"""The job file: a plan and what became of its submissions, as JSON."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dimod
import numpy as np

from sgq.models import QuadraticForm, quadratic_form, quadratic_model
from sgq_solvers.leap.embedding import graph_of, is_connected
from sgq_solvers.leap.plan import Plan, Submission
from sgq_solvers.leap.ranges import check_finite

FORMAT = "sgq leap job"
VERSION = 1
_PLAIN = (
    "key",
    "chains",
    "couplers",
    "processor",
    "parameters",
    "start",
    "label",
    "source",
    "unused_strengths",
    "qpu_budget",
    "seconds",
    "setup_seconds",
)


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
        kind = "a job file that is damaged" if is_job_file(path) else "no job file"
        raise ValueError(f"{path}: {kind}, it is not JSON") from None
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
        _check(plan)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"{path}: a job file that is damaged ({type(error).__name__}: {error})") from None
    return plan, document.get("problem")


def _check(plan: Plan) -> None:
    """ValueError or TypeError if the parts do not fit together, as they may not in a file."""
    n, size = plan.model.num_variables, plan.processor["num_qubits"]
    per_variable: list[Any] = [plan.chains, *(s.gauge for s in plan.submissions if s.gauge is not None)]
    per_variable += [] if plan.start is None else [plan.start]
    if any(len(part) != n for part in per_variable) or not plan.submissions:
        raise ValueError(f"chains, signs or initial spins are not those of {n} variables")
    qubits = [q for group in (*plan.chains, *plan.couplers) for q in group]
    graph = graph_of(plan.chains, plan.couplers)
    if not all(type(q) is int and 0 <= q < size for q in qubits):
        raise ValueError(f"chains and couplers are not of {size} qubits")
    if not all(is_connected(chain, graph) for chain in plan.chains):
        raise ValueError("a chain does not hang together")
    texts = [plan.key, plan.processor["name"], *(t for s in plan.submissions for t in (s.label, s.state))]
    counts = [c for s in plan.submissions for c in (s.num_reads, s.attempt)]
    numbers = [plan.setup_seconds, *(x for s in plan.submissions for x in (s.scale, s.spent))]
    optional = [
        plan.seconds,
        plan.qpu_budget,
        *(x for s in plan.submissions for x in (s.seconds, s.chain_strength)),
    ]
    fits = all(type(t) is str for t in texts) and all(type(c) is int for c in counts)
    fits &= all(type(x) in (int, float) for x in (*numbers, *(x for x in optional if x is not None)))
    fits &= all(s.answer is None or type(s.answer) is dict for s in plan.submissions)
    if not fits or type(plan.parameters) is not dict or "graph_id" not in plan.processor:
        raise TypeError("an entry is of the wrong kind")


def is_job_file(path: Path) -> bool:
    """Whether a regular file begins as job files do, whatever follows."""
    with suppress(OSError):
        if path.is_file():
            with open(path, "rb") as file:
                return re.match(rb'\s*\{\s*"format"\s*:\s*"%s"' % FORMAT.encode(), file.read(200)) is not None
    return False


def source_of(polynomial: dimod.BinaryPolynomial) -> str:
    """A digest of a polynomial, by which it is known again whatever the order of its terms."""
    terms = sorted(
        (sorted(json.dumps(_label_document(v)) for v in term), float(bias)) for term, bias in polynomial.items()
    )
    return hashlib.sha256(json.dumps([polynomial.vartype.name, terms]).encode()).hexdigest()


def job_document(plan: Plan, attached: Any) -> str:
    """The text of a job file, or ValueError if a label of the model, or what is attached, is no JSON value."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        **{name: getattr(plan, name) for name in _PLAIN},
        "model": _model_document(plan.model),
        "submissions": [asdict(submission) for submission in plan.submissions],
    }
    try:
        attachment = json.dumps(attached, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"attached: JSON values are needed ({error})") from None
    return f'{json.dumps(document, allow_nan=False)[:-1]}, "problem": {attachment}}}'


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
    labels = [_label_of(label) for label in document["labels"]]
    pairs = np.array(document["pairs"], np.int64).reshape(-1, 2)
    couplings, fields = (np.array(document[name], float) for name in ("couplings", "fields"))
    shapes = couplings.shape == (len(pairs),) and fields.shape == (len(labels),) and len(set(labels)) == len(labels)
    if not shapes or not ((pairs >= 0) & (pairs < len(labels))).all():
        raise ValueError("its model's arrays do not fit together")
    form = QuadraticForm(pairs, couplings, fields, float(document["offset"]))
    model = quadratic_model(form, document["vartype"], labels)
    check_finite(model)
    return model


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

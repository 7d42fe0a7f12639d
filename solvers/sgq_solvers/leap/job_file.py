"""The job file: a plan and what became of its submissions, as JSON that is replaced as a whole."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dimod
import numpy as np

from sgq.models import QuadraticForm, quadratic_form, quadratic_model
from sgq_solvers.leap.lock import locked
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


def create_job(path: Path, plan: Plan, attached: Any) -> None:
    """Write a new job.

    Raises
    ------
    ValueError
        If the file is there: it may be the only way to answers that are paid for. If a label of the model, or what is
        attached, is no JSON value.
    OSError
        If it cannot be written; it names the file.
    """
    with _named(path), _written(path, _document(plan, attached)) as beside:
        try:
            os.link(beside, path)
        except FileExistsError:
            raise ValueError(f"{path} exists: it may hold a job that is not fetched; choose another name") from None
        except OSError:  # a file system without hard links: an empty file reserves the name for a moment
            path.touch(exist_ok=False)
            os.replace(beside, path)


def update_job(path: Path, plan: Plan, attached: Any, change: Callable[[Plan], None] | None = None) -> Path:
    """Write a job that is on disk already, where another process may have brought it further in the meantime.

    What is further there is taken over first; then comes `change`, and nobody else writes in between.

    Returns
    -------
    Path
        The file: another one beside it if, by now, something else than this job stands there.

    Raises
    ------
    OSError
        If it cannot be written; it names the file.
    """
    with _named(path), locked(path, "writing", 10) as mine:
        if not mine:
            raise BlockingIOError(errno.EAGAIN, "another process has been writing it for ten seconds")
        try:
            there = read_job(path)[0]
        except FileNotFoundError:
            there = plan
        except ValueError:  # no job, or one that this process cannot read: not ours to replace
            there = None
        if there is not None and there.key == plan.key:
            plan.merge(there)
            if change is not None:
                change(plan)
            with _written(path, _document(plan, attached)) as beside:
                os.replace(beside, path)
            return path
    return update_job(path.with_name(f"{path.stem}-{plan.key[:8]}{path.suffix}"), plan, attached, change)


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
        plan.check()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError(f"{path}: a job file that is damaged ({type(error).__name__}: {error})") from None
    return plan, document.get("problem")


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


def _document(plan: Plan, attached: Any) -> str:
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


@contextmanager
def _written(path: Path, text: str) -> Iterator[Path]:
    """A file beside the job file, on disk to the last byte, to take its place."""
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with open(beside, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors of the operating system name the job file, not what is hidden beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


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

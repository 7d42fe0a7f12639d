"""opb: unconstrained pseudo-Boolean objectives, ``min: +3 x1 -2 x1 x2 …;``, as the QPLIB collection gives them."""

from __future__ import annotations

import re

from sgq.formats.files import FileError, Source
from sgq.problem import ModelProblem

_VARIABLES = re.compile(r"#variable=\s*(\d{1,9})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_VARIABLE = re.compile(r"x([1-9]\d{0,8})", re.ASCII)


def read_opb(source: Source) -> ModelProblem:
    """Read ``min:``, coefficients with products of variables, and ``;``: bits 1 … n for x1 … xn.

    n stands in the comment ``* #variable= n``; without it the variables are those that occur.
    """
    import dimod

    words, announced = _words(source)
    if not words or words[0][1] != "min:":
        raise _error(source, "an objective 'min: …;'", words[0] if words else None)
    if words[-1][1] != ";":
        raise _error(source, "';' at the end", None)
    ends = next(k for k, (_, word) in enumerate(words) if word == ";")
    if ends + 1 < len(words):
        raise _error(source, "no constraints after the objective", words[ends + 1])
    terms = _terms(source, words[1:-1], announced)
    variables = range(1, announced + 1) if announced else sorted({v for term in terms for v in term})
    if not variables:
        raise _error(source, "a variable", None)
    for v in variables:
        terms.setdefault(frozenset({v}), 0.0)
    if max(map(len, terms)) > 2:
        return ModelProblem(name="pseudo-boolean", source=dimod.BinaryPolynomial(terms, "BINARY"))
    model = dimod.BinaryQuadraticModel("BINARY")
    for v in variables:
        model.add_linear(v, terms[frozenset({v})])
    model.add_quadratic_from((*sorted(term), c) for term, c in terms.items() if len(term) == 2)
    return ModelProblem(name="pseudo-boolean", source=model)


def _words(source: Source) -> tuple[list[tuple[int, str]], int]:
    """Words outside comments with their lines, ';' apart, and the number of variables announced (0: none)."""
    words, announced = [], 0
    for k, line in enumerate(source.lines):
        if line.startswith("*"):
            found = _VARIABLES.search(line)
            announced = int(found.group(1)) if found else announced
        else:
            words += [(k, word) for word in line.replace(";", " ; ").replace("min:", "min: ").split()]
    return words, announced


def _terms(source: Source, words: list[tuple[int, str]], announced: int) -> dict[frozenset[int], float]:
    """Coefficients by the set of variables, x² = x; equal products add up."""
    terms: dict[frozenset[int], float] = {}
    position = 0
    while position < len(words):
        start = position
        if not _NUMBER.fullmatch(words[start][1]):
            raise _error(source, "a coefficient", words[start])
        product = set()
        position += 1
        while position < len(words) and not _NUMBER.fullmatch(words[position][1]):
            variable = _VARIABLE.fullmatch(words[position][1])
            if not variable or (announced and int(variable.group(1)) > announced):
                raise _error(source, f"a variable x1 … x{announced or 'n'} or a coefficient", words[position])
            product.add(int(variable.group(1)))
            position += 1
        if not product:
            raise _error(source, "a variable after each coefficient", words[start])
        term = frozenset(product)
        terms[term] = terms.get(term, 0.0) + float(words[start][1])
    return terms


def _error(source: Source, expected: str, word: tuple[int, str] | None) -> FileError:
    return source.error(expected, "none", None) if word is None else source.error(expected, repr(word[1]), word[0])

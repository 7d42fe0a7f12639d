"""Values of a Problem's fields as strict JSON and back: arrays with their type, labels of any kind, dimod models.

What JSON has no word for is an object with the key ``$``, which names its kind. Floats keep every bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sgq.models import Integers, QuadraticForm, Terms, quadratic_form, quadratic_model, terms

if TYPE_CHECKING:
    import dimod


def encode(value: Any, where: str) -> Any:
    """`value` as JSON values; ValueError names the field `where` if JSON cannot carry it."""
    match value:
        case None | bool() | str():
            return value
        case np.generic() if value.dtype.itemsize <= 8:
            return encode(value.item(), where)
        case int():
            return int(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{where} holds {value}: JSON has finite numbers only")
            return float(value)
        case np.ndarray():
            return _encode_array(value, where)
        case range():
            return {"$": "range", "bounds": [value.start, value.stop, value.step]}
        case tuple():
            return {"$": "tuple", "items": [encode(item, where) for item in value]}
        case list():
            return [encode(item, where) for item in value]
        case dict():
            if all(type(key) is str for key in value) and "$" not in value:
                return {key: encode(item, f"{where}[{key!r}]") for key, item in value.items()}
            return {"$": "dict", "items": [[encode(k, where), encode(v, where)] for k, v in value.items()]}
    return _encode_model(value, where)


def decode(value: Any) -> Any:
    """The value that `encode` wrote; ValueError or TypeError if it wrote no such thing."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number beyond the range of float64")
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("$")
    if kind is None:
        return {key: decode(item) for key, item in value.items()}
    rest = {key: item for key, item in value.items() if key != "$"}
    if kind not in _DECODERS:
        raise ValueError(f"a value of the unknown kind {kind!r}")
    return _DECODERS[kind](**rest)


def _encode_array(array: np.ndarray[Any, Any], where: str) -> dict[str, Any]:
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise ValueError(f"{where} is an array of {array.dtype}: JSON carries booleans, integers and floats")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{where} holds {array[~np.isfinite(array)][0]}: JSON has finite numbers only")
    return {
        "$": "array",
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "values": array.ravel().tolist(),
    }


def _array(*, dtype: str, shape: list[int], values: list[Any]) -> np.ndarray[Any, Any]:
    kind = np.dtype(dtype)
    if kind.kind not in "biuf" or kind.name != dtype or kind.itemsize > 8:
        raise ValueError(f"an array of {dtype}")
    plain = {"b": (bool,), "f": (int, float)}.get(kind.kind, (int,))
    strange = next((v for v in values if type(v) not in plain), None)
    if strange is not None:
        raise ValueError(f"{strange!r} in an array of {dtype}")
    array = np.array(values, dtype=kind).reshape(shape)
    if kind.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"a number beyond the range of {dtype}")
    return array


def _encode_model(model: Any, where: str) -> dict[str, Any]:
    import dimod

    if isinstance(model, dimod.BinaryPolynomial):
        polynomial, labels = terms(model)
        arrays = {"indices": polynomial.indices, "starts": polynomial.starts, "values": polynomial.coefficients}
        return {"$": "polynomial", **_encode_parts(model, labels, arrays, where)}
    if isinstance(model, dimod.BinaryQuadraticModel):
        form, labels = quadratic_form(model)
        arrays = {"pairs": form.pairs, "couplings": form.couplings, "fields": form.fields}
        return {"$": "quadratic", "offset": encode(form.offset, where), **_encode_parts(model, labels, arrays, where)}
    raise ValueError(f"{where} holds a {type(model).__name__}, which JSON cannot carry")


def _encode_parts(model: Any, labels: list[Any], arrays: dict[str, Any], where: str) -> dict[str, Any]:
    return {
        "vartype": model.vartype.name,
        "labels": encode(labels, f"{where}: labels"),
        **{name: encode(array, f"{where}: {name}") for name, array in arrays.items()},
    }


def _quadratic(
    *, vartype: Any, labels: Any, pairs: Any, couplings: Any, fields: Any, offset: float
) -> dimod.BinaryQuadraticModel:
    form = QuadraticForm(_indices(decode(pairs), len(labels)), decode(couplings), decode(fields), decode(offset))
    return quadratic_model(form, vartype, decode(labels))


def _indices(array: Integers, n: int) -> Integers:
    """The array, if every entry is one of 0 … n-1; dimod would crash the process on others."""
    if array.dtype.kind != "i" or (array.size and not 0 <= array.min() <= array.max() < n):
        raise ValueError("an index is out of range")
    return array


def _polynomial(*, vartype: Any, labels: Any, indices: Any, starts: Any, values: Any) -> dimod.BinaryPolynomial:
    import dimod

    names = decode(labels)
    polynomial = Terms(_indices(decode(indices), len(names)), decode(starts), decode(values))
    position = polynomial.indices.tolist()
    bounds = zip(polynomial.starts[:-1].tolist(), polynomial.starts[1:].tolist(), strict=True)
    keys = [tuple(names[i] for i in position[a:b]) for a, b in bounds]
    return dimod.BinaryPolynomial(dict(zip(keys, polynomial.coefficients.tolist(), strict=True)), vartype)


_DECODERS: dict[str, Any] = {
    "array": _array,
    "range": lambda *, bounds: range(*bounds),
    "tuple": lambda *, items: tuple(decode(items)),
    "dict": lambda *, items: {decode(k): decode(v) for k, v in items},
    "quadratic": _quadratic,
    "polynomial": _polynomial,
}

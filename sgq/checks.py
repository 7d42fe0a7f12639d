"""Checks of arguments, whose errors name the argument, its value and what is allowed."""

import math
import operator
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

Seed = int | np.random.Generator | None


def integer(name: str, value: SupportsIndex, minimum: int, maximum: int | None = None) -> int:
    """`value` as an int between `minimum` and `maximum`, or ValueError."""
    allowed = f"an integer of at least {minimum}" + (f" and at most {maximum}" if maximum is not None else "")
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name}={value!r}: {allowed}") from None
    if isinstance(value, bool) or number < minimum or (maximum is not None and number > maximum):
        raise ValueError(f"{name}={value!r}: {allowed}")
    return number


def real(
    name: str,
    value: SupportsFloat,
    minimum: float = -math.inf,
    maximum: float = math.inf,
    *,
    above: bool = False,
) -> float:
    """`value` as a finite float in [minimum, maximum], or above `minimum` if `above`; else ValueError."""
    bounds = [f"{'above' if above else 'at least'} {minimum:g}"] if minimum > -math.inf else []
    bounds += [f"at most {maximum:g}"] if maximum < math.inf else []
    allowed = " ".join(["a finite number", " and ".join(bounds)]).strip()
    if isinstance(value, (bool, str)):
        raise ValueError(f"{name}={value!r}: {allowed}")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}={value!r}: {allowed}") from None
    if not math.isfinite(number) or not minimum <= number <= maximum or (above and number == minimum):
        raise ValueError(f"{name}={value!r}: {allowed}")
    return number


def boolean(name: str, value: Any) -> bool:
    """`value` if it is True or False, or ValueError."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name}={value!r}: True or False")
    return bool(value)


def choice(name: str, value: str, allowed: Collection[str]) -> str:
    """`value` if it is one of `allowed`, else ValueError with the nearest name."""
    if value in allowed:
        return value
    raise ValueError(f"{name}={value!r}: one of {', '.join(map(repr, sorted(allowed)))}{hint(str(value), allowed)}")


def hint(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` with the nearest of the known words, or nothing."""
    near = get_close_matches(word, list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def finite_array(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """`values` as a float64 array, or ValueError that says where it is not finite."""
    try:
        if np.iscomplexobj(values):
            raise TypeError
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: an array of real numbers is needed, not {type(values).__name__}") from None
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        where = f"[{', '.join(map(str, bad[0]))}]" if array.ndim else ""
        raise ValueError(f"{name}{where} = {array[tuple(bad[0])]}: every entry must be finite")
    return array


def seed_integer(seed: Any) -> int | None:
    """A solver's seed: None, or an integer below 2^31, the range that every solver takes (neal stops there)."""
    return None if seed is None else integer("seed", seed, 0, 2**31 - 1)


def generator(seed: Seed) -> np.random.Generator:
    """The generator that a builder draws from: the given one, or a new one; ValueError if `seed` is neither."""
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0
    if seed is None or whole or isinstance(seed, np.random.Generator):
        return np.random.default_rng(seed)
    raise ValueError(f"seed={seed!r}: a non-negative integer, a numpy.random.Generator or None")


def recorded_seed(seed: Seed) -> int | None:
    """The seed as a Problem records it: an integer, or None for a generator, which cannot be drawn again."""
    return int(seed) if isinstance(seed, (int, np.integer)) else None

"""What the tests of vector operations share: the kinds of elements, numbers of each kind, and masks as words."""

import numpy as np

from sgq.kernels.vectors import Vector

KINDS = {
    "f32": np.float32,
    "f64": np.float64,
    "i8": np.int8,
    "i16": np.int16,
    "i32": np.int32,
    "u32": np.uint32,
    "u64": np.uint64,
}
LANES = {"f32": 16, "f64": 8, "i8": 64, "i16": 32, "i32": 16, "u32": 16, "u64": 8}
ROWS = 3
FLOATS, SIGNED, UNSIGNED = ["f32", "f64"], ["i8", "i16", "i32"], ["u32", "u64"]


def numbers(kind: str, seed: int, rows: int = ROWS) -> np.ndarray:
    """Random numbers of all sizes, with zeros and both extremes among the integers; shape (rows, lanes)."""
    rng, dtype, shape = np.random.default_rng(seed), KINDS[kind], (rows, LANES[kind])
    if kind in FLOATS:
        return rng.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    drawn = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    drawn[:, :3] = limits.min, limits.max, 0
    return drawn


def packed(mask: np.ndarray) -> np.ndarray:
    """A mask (rows, lanes) as it stands in memory, a word of as many bits a row."""
    return np.packbits(mask, axis=1, bitorder="little").view(f"u{mask.shape[1] // 8}").ravel()


def unpacked(words: np.ndarray, lanes: int) -> np.ndarray:
    return np.unpackbits(words.view(np.uint8), bitorder="little").reshape(-1, lanes).astype(bool)


def flat(rows: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(rows).ravel()


def shapes(kind: str) -> tuple[Vector, Vector]:
    """One row and three rows."""
    return Vector(kind, LANES[kind]), Vector(kind, LANES[kind], ROWS)

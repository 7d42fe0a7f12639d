"""Vector registers as numba values: ``Vector("f32", 16, rows=4)`` is four registers of sixteen floats.

LLVM never gives numba's own loops registers of 512 bits. These types are LLVM vectors, so a kernel says what stands in
a register and LLVM picks the instructions, splitting registers where the machine has narrower ones. Arithmetic and
comparisons work row by row (one row meets many by repetition); the functions below do the rest. A vector type is a
compile-time constant: make it at module level and pass it by name, ``load(Floats, array, index)``.

Element kinds are ``f32, f64, i8, i16, i32, u32, u64`` and ``bit``, the result of a comparison; in memory a row of bits
is an integer of as many bits.
"""

from sgq.kernels.vectors.arithmetic import (
    any_set,
    bits,
    convert,
    fma,
    lowest_bit,
    minimum,
    reinterpret,
    rotate_left,
    select,
    shift_left,
    shift_right,
    shift_right_signed,
    smallest,
)
from sgq.kernels.vectors.counting import add_counts, add_signed, at_most, choose, column_counts
from sgq.kernels.vectors.exchange import exchange_lanes, exchange_rows
from sgq.kernels.vectors.memory import gather, load, load_spaced, splat, spread, store, store_spaced, store_twice
from sgq.kernels.vectors.trigonometry import cos_pi, sin_pi
from sgq.kernels.vectors.types import Vector, register_of, stacked

__all__ = [
    "Vector",
    "add_counts",
    "add_signed",
    "any_set",
    "at_most",
    "bits",
    "choose",
    "column_counts",
    "convert",
    "cos_pi",
    "exchange_lanes",
    "exchange_rows",
    "fma",
    "gather",
    "load",
    "load_spaced",
    "lowest_bit",
    "minimum",
    "register_of",
    "reinterpret",
    "rotate_left",
    "select",
    "shift_left",
    "shift_right",
    "shift_right_signed",
    "sin_pi",
    "smallest",
    "splat",
    "spread",
    "stacked",
    "store",
    "store_spaced",
    "store_twice",
]

"""Sine and cosine of half-turns as polynomials, to the accuracy of the element."""

import math
from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from sgq.kernels.vectors.types import Vector, by_row

_TERMS = {"f32": 7, "f64": 11}  # of the Taylor series: what is left out is below 1e-7 and 1e-16


def _horner(first: int, x: Vector, builder: Any, register: Any) -> Any:
    """Σ_k (-1)^k π^m x^(m - first) / m! with m = 2k + first."""
    fma = builder.module.declare_intrinsic(
        "llvm.fma", [register.type], ir.FunctionType(register.type, [register.type] * 3)
    )
    square, total = builder.fmul(register, register), ir.Constant(register.type, [0.0] * x.lanes)
    for k in reversed(range(_TERMS[x.element])):
        m = 2 * k + first
        coefficient = ir.Constant(register.type, [(-1) ** k * math.pi**m / math.factorial(m)] * x.lanes)
        total = builder.call(fma, [total, square, coefficient])
    return total


@intrinsic
def sin_pi(typing, x):  # type: ignore[no-untyped-def]
    """sin(π x) for ``|x| <= 1/2``."""

    def emit(builder: Any, result: Vector, arguments: Any, register: Any) -> Any:
        return builder.fmul(_horner(1, result, builder, register), register)

    return x(x), by_row(emit, x, (x,))


@intrinsic
def cos_pi(typing, x):  # type: ignore[no-untyped-def]
    """cos(π x) for ``|x| <= 1/2``."""

    def emit(builder: Any, result: Vector, arguments: Any, register: Any) -> Any:
        return _horner(0, result, builder, register)

    return x(x), by_row(emit, x, (x,))

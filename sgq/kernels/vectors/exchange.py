"""Partners within a vector: what a butterfly of a Fourier transform, or of a gate on a qubit, takes two and two."""

from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from sgq.kernels.vectors.types import Vector, by_row, rows_of, value_of


@intrinsic(prefer_literal=True)
def exchange_lanes(typing, x, distance):  # type: ignore[no-untyped-def]
    """Lane l is lane ``(l ^ distance) % lanes`` of `x`, row by row."""

    def emit(builder: Any, result: Vector, arguments: Any, register: Any) -> Any:
        lanes = [(lane ^ distance.literal_value) % result.lanes for lane in range(result.lanes)]
        places = ir.Constant(ir.VectorType(ir.IntType(32), result.lanes), lanes)
        return builder.shuffle_vector(register, register, places)

    generate = by_row(emit, x, (x,))
    return x(x, distance), lambda context, builder, sig, values: generate(context, builder, sig, values[:1])


@intrinsic(prefer_literal=True)
def exchange_rows(typing, x, distance):  # type: ignore[no-untyped-def]
    """Row k is row ``(k ^ distance) % rows`` of `x`."""

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        rows = rows_of(builder, x, values[0], x.rows)
        return value_of(builder, x, [rows[(k ^ distance.literal_value) % x.rows] for k in range(x.rows)])

    return x(x, distance), generate

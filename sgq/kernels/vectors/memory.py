"""Vectors to and from flat arrays, and one number in every lane."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sgq.kernels.vectors.types import NUMBA, Vector, rows_of, value_of


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, vector: Vector) -> Any:
    """Where a row stands that begins at ``array[index]``."""
    data = context.make_array(array_type)(context, builder, array).data
    memory = ir.IntType(vector.lanes) if vector.element == "bit" else vector.register
    return builder.bitcast(builder.gep(data, [index]), memory.as_pointer())


def _following(builder: Any, pointer: Any, rows: int) -> list[Any]:
    return [builder.gep(pointer, [ir.Constant(ir.IntType(64), k)]) for k in range(rows)]


def _read(builder: Any, vector: Vector, pointers: list[Any]) -> Any:
    rows = [builder.bitcast(builder.load(pointer, align=1), vector.register) for pointer in pointers]
    return value_of(builder, vector, rows)


@intrinsic
def load(typing, name, array, index):  # type: ignore[no-untyped-def]
    """Rows that stand one after the other in a flat array from ``array[index]`` on; any alignment."""
    vector = name.vector

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        start = context.cast(builder, values[2], sig.args[2], types.intp)
        pointer = _pointer(context, builder, sig.args[1], values[1], start, vector)
        return _read(builder, vector, _following(builder, pointer, vector.rows))

    return vector(name, array, index), generate


@intrinsic
def load_spaced(typing, name, array, index, step):  # type: ignore[no-untyped-def]
    """Row k from ``array[index + k * step]`` on."""
    vector = name.vector

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        start, step = (context.cast(builder, values[k], sig.args[k], types.intp) for k in (2, 3))
        starts = [builder.add(start, builder.mul(step, ir.Constant(step.type, k))) for k in range(vector.rows)]
        return _read(builder, vector, [_pointer(context, builder, sig.args[1], values[1], s, vector) for s in starts])

    return vector(name, array, index, step), generate


@intrinsic
def gather(typing, name, array, indices, index):  # type: ignore[no-untyped-def]
    """Row k from ``array[indices[index + k]]`` on; `indices` is unsigned."""
    vector = name.vector

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        first = context.cast(builder, values[3], sig.args[3], types.intp)
        data = context.make_array(sig.args[2])(context, builder, values[2]).data
        starts = [builder.load(p) for p in _following(builder, builder.gep(data, [first]), vector.rows)]
        starts = [context.cast(builder, s, sig.args[2].dtype, types.intp) for s in starts]
        return _read(builder, vector, [_pointer(context, builder, sig.args[1], values[1], s, vector) for s in starts])

    return vector(name, array, indices, index), generate


@intrinsic
def spread(typing, name, array, index):  # type: ignore[no-untyped-def]
    """Row k is ``array[index + k]`` in every lane."""
    vector = name.vector

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        first = context.cast(builder, values[2], sig.args[2], types.intp)
        data = context.make_array(sig.args[1])(context, builder, values[1]).data
        numbers = [builder.load(p) for p in _following(builder, builder.gep(data, [first]), vector.rows)]
        return value_of(builder, vector, [_splat(builder, vector, number) for number in numbers])

    return vector(name, array, index), generate


@intrinsic
def store(typing, array, index, value):  # type: ignore[no-untyped-def]
    """Write rows one after the other to a flat array from ``array[index]`` on."""
    vector = value

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        start = context.cast(builder, values[1], sig.args[1], types.intp)
        pointer = _pointer(context, builder, sig.args[0], values[0], start, vector)
        rows = rows_of(builder, vector, values[2], vector.rows)
        for row, place in zip(rows, _following(builder, pointer, vector.rows), strict=True):
            builder.store(builder.bitcast(row, place.type.pointee), place, align=1)
        return context.get_dummy_value()

    return types.void(array, index, value), generate


@intrinsic
def store_spaced(typing, array, index, step, value):  # type: ignore[no-untyped-def]
    """Write row k to a flat array from ``array[index + k * step]`` on."""
    vector = value

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        start, step = (context.cast(builder, values[k], sig.args[k], types.intp) for k in (1, 2))
        for k, row in enumerate(rows_of(builder, vector, values[3], vector.rows)):
            place = builder.add(start, builder.mul(step, ir.Constant(step.type, k)))
            pointer = _pointer(context, builder, sig.args[0], values[0], place, vector)
            builder.store(builder.bitcast(row, pointer.type.pointee), pointer, align=1)
        return context.get_dummy_value()

    return types.void(array, index, step, value), generate


@intrinsic
def store_twice(typing, array, index, value):  # type: ignore[no-untyped-def]
    """Write each row twice in succession, so that it can be read from any offset as if turned round."""
    vector = value

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        start = context.cast(builder, values[1], sig.args[1], types.intp)
        pointer = _pointer(context, builder, sig.args[0], values[0], start, vector)
        rows = rows_of(builder, vector, values[2], vector.rows)
        for k, place in enumerate(_following(builder, pointer, 2 * vector.rows)):
            builder.store(builder.bitcast(rows[k // 2], place.type.pointee), place, align=1)
        return context.get_dummy_value()

    return types.void(array, index, value), generate


def _splat(builder: Any, vector: Vector, number: Any) -> Any:
    zero = ir.Constant(ir.IntType(32), 0)
    single = builder.insert_element(ir.Constant(vector.register, ir.Undefined), number, zero)
    return builder.shuffle_vector(
        single, single, ir.Constant(ir.VectorType(ir.IntType(32), vector.lanes), [zero] * vector.lanes)
    )


@intrinsic
def splat(typing, name, number):  # type: ignore[no-untyped-def]
    """The same number in every lane."""
    vector = name.vector

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        number = context.cast(builder, values[1], sig.args[1], NUMBA[vector.element])
        return value_of(builder, vector, [_splat(builder, vector, number)] * vector.rows)

    return vector(name, number), generate

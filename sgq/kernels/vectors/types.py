"""The types: a Vector, and the Name by which kernel code calls it.

`rows_of`, `value_of` and `by_row` are for writing new operations: they take a value apart into LLVM's registers and put
it together again.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.errors import TypingError
from numba.core.imputils import lower_constant
from numba.extending import intrinsic, models, overload_attribute, register_model, typeof_impl

ELEMENTS = {
    "f32": ir.FloatType(),
    "f64": ir.DoubleType(),
    "i8": ir.IntType(8),
    "i16": ir.IntType(16),
    "i32": ir.IntType(32),
    "u32": ir.IntType(32),
    "u64": ir.IntType(64),
    "bit": ir.IntType(1),
}
NUMBA = {
    "f32": types.float32,
    "f64": types.float64,
    "i8": types.int8,
    "i16": types.int16,
    "i32": types.int32,
    "u32": types.uint32,
    "u64": types.uint64,
}


class Vector(types.Type):  # type: ignore[misc]
    """The type of `rows` registers of `lanes` elements each."""

    def __init__(self, element: str, lanes: int, rows: int = 1) -> None:
        self.element, self.lanes, self.rows = element, lanes, rows
        super().__init__(name=f"Vector({element}, {lanes}, {rows})")

    @property
    def register(self) -> ir.VectorType:
        """LLVM's type of one row."""
        return ir.VectorType(ELEMENTS[self.element], self.lanes)

    def of(self, element: str) -> "Vector":
        """The same shape with other elements."""
        return Vector(element, self.lanes, self.rows)


class Name(types.Type):  # type: ignore[misc]
    """What a Vector is when kernel code names it: a constant that carries the type."""

    def __init__(self, vector: Vector) -> None:
        self.vector = vector
        super().__init__(name=f"Name({vector.name})")


@typeof_impl.register(Vector)
def _typeof(value: Vector, context: Any) -> Name:
    return Name(value)


register_model(Name)(models.OpaqueModel)


@lower_constant(Name)
def _constant(context: Any, builder: Any, name: Name, value: Vector) -> Any:
    return context.get_dummy_value()


@intrinsic
def stacked(typing, name, like):  # type: ignore[no-untyped-def]
    """The name of as many rows of a register as the tuple `like` has elements.

    Tuples carry their length in their type, so a kernel takes the number of its rows as an argument in this way.
    """
    result = Name(Vector(name.vector.element, name.vector.lanes, len(like)))
    return result(name, like), lambda context, builder, sig, values: context.get_dummy_value()


@intrinsic
def register_of(typing, array):  # type: ignore[no-untyped-def]
    """The name of 512 bits of elements like those of an array, so that one kernel serves several kinds."""
    element = next(kind for kind, number in NUMBA.items() if number == array.dtype)
    result = Name(Vector(element, 512 // array.dtype.bitwidth))
    return result(array), lambda context, builder, sig, values: context.get_dummy_value()


@overload_attribute(Name, "rows")
def _row_count(name):  # type: ignore[no-untyped-def]
    count = name.vector.rows
    return lambda name: count


@overload_attribute(Name, "lanes")
def _lane_count(name):  # type: ignore[no-untyped-def]
    count = name.vector.lanes
    return lambda name: count


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, vector: Vector) -> None:
        register = vector.register
        super().__init__(manager, vector, register if vector.rows == 1 else ir.ArrayType(register, vector.rows))


# llvmlite names overloaded intrinsics by their types, but knows no vectors.
ir.VectorType.intrinsic_name = property(lambda self: f"v{self.count}{self.element.intrinsic_name}")


def rows_of(builder: Any, vector: Vector, value: Any, count: int) -> list[Any]:
    """The registers of a value, a single one repeated `count` times."""
    if vector.rows == 1:
        return [value] * count
    return [builder.extract_value(value, k) for k in range(vector.rows)]


def value_of(builder: Any, vector: Vector, rows: list[Any]) -> Any:
    """The value that these registers make up."""
    if vector.rows == 1:
        return rows[0]
    value = ir.Constant(ir.ArrayType(vector.register, vector.rows), ir.Undefined)
    for k, row in enumerate(rows):
        value = builder.insert_value(value, row, k)
    return value


def by_row(emit: Callable[..., Any], result: Vector, arguments: tuple[Vector, ...]) -> Any:
    """Code generator that calls ``emit(builder, result, arguments, *registers)`` once a row."""

    def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        columns = [rows_of(builder, a, v, result.rows) for a, v in zip(arguments, values, strict=True)]
        return value_of(builder, result, [emit(builder, result, arguments, *row) for row in zip(*columns, strict=True)])

    return generate


def broadcast(*vectors: Vector) -> Vector:
    """The one with the most rows; numba's TypingError if the others do not fit it."""
    widest = max(vectors, key=lambda v: v.rows)
    if any(v.lanes != widest.lanes or v.rows not in (1, widest.rows) for v in vectors):
        raise TypingError(f"vectors do not fit together: {', '.join(map(str, vectors))}")
    return widest

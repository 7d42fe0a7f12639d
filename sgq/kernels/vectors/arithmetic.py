"""Python's operators on vectors, and what has no operator: select, fma, shifts, conversions, reductions."""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin

from sgq.kernels.vectors.types import NUMBA, Vector, broadcast, by_row, rows_of


def _operator(symbol: Any, arity: int, emit: Callable[..., Any], element: str | None = None) -> None:
    """Teach numba a Python operator on vectors of equal elements."""

    @infer_global(symbol)
    class _Typing(AbstractTemplate):  # type: ignore[misc]
        def generic(self, arguments: Any, keywords: Any) -> Any:
            if len(arguments) != arity or not all(isinstance(a, Vector) for a in arguments):
                return None
            if len({a.element for a in arguments}) > 1:
                return None
            shape = broadcast(*arguments)
            return signature(shape.of(element or shape.element), *arguments)

    @lower_builtin(symbol, *[Vector] * arity)
    def _lower(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        return by_row(emit, sig.return_type, sig.args)(context, builder, sig, values)


def _arithmetic(name: str) -> Callable[..., Any]:
    def emit(builder: Any, result: Vector, arguments: Any, *registers: Any) -> Any:
        prefix = "f" if result.element[0] == "f" and name in ("add", "sub", "mul", "neg") else ""
        return getattr(builder, prefix + name)(*registers)

    return emit


def _comparison(sign: str) -> Callable[..., Any]:
    def emit(builder: Any, result: Vector, arguments: Any, *registers: Any) -> Any:
        kind = arguments[0].element[0]
        compare = {"f": builder.fcmp_ordered, "i": builder.icmp_signed}.get(kind, builder.icmp_unsigned)
        return compare(sign, *registers)

    return emit


for _symbol, _name in (
    (operator.add, "add"),
    (operator.sub, "sub"),
    (operator.mul, "mul"),
    (operator.xor, "xor"),
    (operator.and_, "and_"),
    (operator.or_, "or_"),
):
    _operator(_symbol, 2, _arithmetic(_name))
_operator(operator.invert, 1, _arithmetic("not_"))
_operator(operator.neg, 1, _arithmetic("neg"))
for _symbol, _sign in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
):
    _operator(_symbol, 2, _comparison(_sign), "bit")


@intrinsic
def select(typing, mask, yes, no):  # type: ignore[no-untyped-def]
    """Lane by lane, `yes` where the mask is set and `no` elsewhere."""
    shape = broadcast(mask, yes, no).of(yes.element)
    emit = by_row(lambda builder, result, arguments, *rows: builder.select(*rows), shape, (mask, yes, no))
    return shape(mask, yes, no), emit


def _library(name: str, *rows: Any) -> Any:
    def emit(builder: Any, result: Vector, arguments: Any, *registers: Any) -> Any:
        kind = ir.FunctionType(registers[0].type, [r.type for r in registers])
        function = builder.module.declare_intrinsic(name, [registers[0].type], kind)
        return builder.call(function, registers)

    return emit


@intrinsic
def fma(typing, a, b, c):  # type: ignore[no-untyped-def]
    """a b + c, rounded once."""
    shape = broadcast(a, b, c)
    return shape(a, b, c), by_row(_library("llvm.fma"), shape, (a, b, c))


@intrinsic
def minimum(typing, a, b):  # type: ignore[no-untyped-def]
    """The smaller of two, for floats and signed integers."""
    shape = broadcast(a, b)
    name = "llvm.minnum" if shape.element[0] == "f" else "llvm.smin"
    return shape(a, b), by_row(_library(name), shape, (a, b))


def _shift(name: str) -> Any:
    @intrinsic(prefer_literal=True)
    def shift(typing, x, distance):  # type: ignore[no-untyped-def]
        def emit(builder: Any, result: Vector, arguments: Any, register: Any) -> Any:
            places = ir.Constant(register.type.element, distance.literal_value)
            constant = ir.Constant(register.type, [places] * result.lanes)
            if name == "rotate":
                return _library("llvm.fshl")(builder, result, arguments, register, register, constant)
            return getattr(builder, name)(register, constant)

        generate = by_row(emit, x, (x,))
        return x(x, distance), lambda context, builder, sig, values: generate(context, builder, sig, values[:1])

    return shift


shift_left, shift_right, shift_right_signed, rotate_left = map(_shift, ("shl", "lshr", "ashr", "rotate"))


def _renamed(name: Any, x: Vector, method: str) -> Any:
    """Signature and code of an LLVM cast from `x` to the named vector."""
    generate = by_row(
        lambda b, result, arguments, register: getattr(b, method)(register, result.register), name.vector, (x,)
    )
    return name.vector(name, x), lambda context, builder, sig, values: generate(context, builder, sig, values[1:])


@intrinsic
def convert(typing, name, x):  # type: ignore[no-untyped-def]
    """The same numbers as another kind of element; floats are cut to integers towards zero."""
    source, target = x.element[0], name.vector.element[0]
    narrower = name.vector.register.element, x.register.element
    if source == target == "f":
        method = "fpext" if x.element == "f32" else "fptrunc"
    elif source == "f":
        method = "fptoui" if target == "u" else "fptosi"
    elif target == "f":
        method = "sitofp" if source == "i" else "uitofp"
    elif narrower[0].width < narrower[1].width:
        method = "trunc"
    else:
        method = "sext" if source == "i" else "zext"
    return _renamed(name, x, method)


@intrinsic
def reinterpret(typing, name, x):  # type: ignore[no-untyped-def]
    """The same bits as elements of another kind."""
    return _renamed(name, x, "bitcast")


@intrinsic
def any_set(typing, x):  # type: ignore[no-untyped-def]
    """Whether any bit of any row is set."""

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        rows = rows_of(builder, x, values[0], x.rows)
        together = rows[0]
        for row in rows[1:]:
            together = builder.or_(together, row)
        if x.element != "bit":
            together = builder.icmp_unsigned("!=", together, ir.Constant(together.type, None))
        word = builder.bitcast(together, ir.IntType(x.lanes))
        return builder.icmp_unsigned("!=", word, ir.Constant(word.type, 0))

    return types.boolean(x), generate


@intrinsic
def bits(typing, mask):  # type: ignore[no-untyped-def]
    """A mask of up to 64 lanes in all as an integer, the first lane lowest."""

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        word = ir.Constant(ir.IntType(64), 0)
        for k, row in enumerate(rows_of(builder, mask, values[0], mask.rows)):
            part = builder.bitcast(row, ir.IntType(mask.lanes))
            part = builder.zext(part, word.type) if mask.lanes < 64 else part
            word = builder.or_(word, builder.shl(part, ir.Constant(word.type, k * mask.lanes)))
        return word

    return types.uint64(mask), generate


@intrinsic
def smallest(typing, x):  # type: ignore[no-untyped-def]
    """The smallest element of a single row of floats or signed integers."""
    name = "llvm.vector.reduce.fmin" if x.element[0] == "f" else "llvm.vector.reduce.smin"

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        element = values[0].type.element
        function = builder.module.declare_intrinsic(name, [values[0].type], ir.FunctionType(element, [values[0].type]))
        return builder.call(function, values)

    return NUMBA[x.element](x), generate


@intrinsic
def lowest_bit(typing, word):  # type: ignore[no-untyped-def]
    """Position of the lowest set bit of an unsigned 64-bit integer that is not 0."""

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        kind = ir.FunctionType(values[0].type, [values[0].type, ir.IntType(1)])
        function = builder.module.declare_intrinsic("llvm.cttz", [values[0].type], kind)
        return builder.call(function, [values[0], ir.Constant(ir.IntType(1), 1)])

    return types.uint64(word), generate

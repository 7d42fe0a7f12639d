"""Counting bits across rows: arithmetic on numbers whose binary digits stand in different registers."""

from typing import Any

from numba.extending import intrinsic

from sgq.kernels.vectors.types import Vector, rows_of, value_of


@intrinsic
def column_counts(typing, x):  # type: ignore[no-untyped-def]
    """How many rows have each bit set, in binary: row k of the result holds digit k of every count.

    An adder tree: three rows of one weight become one of that weight and one of the next.
    """
    vector = Vector(x.element, x.lanes, x.rows.bit_length())

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        weight, digits = rows_of(builder, x, values[0], x.rows), []
        while weight:
            carries = []
            while len(weight) > 1:
                digit, carry = _add(builder, *weight[:3])
                weight = [*weight[3:], digit]
                carries.append(carry)
            digits.append(weight[0])
            weight = carries
        return value_of(builder, vector, digits[: vector.rows])

    return vector(x), generate


@intrinsic
def choose(typing, digits, rows, name):  # type: ignore[no-untyped-def]
    """Bit by bit, row ``max(0, count - R // 2)`` of `rows`, for counts by `column_counts` of R rows, R as named."""
    total, vector = name.vector.rows, Vector(rows.element, rows.lanes)

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        digit = rows_of(builder, digits, values[0], digits.rows)
        row = rows_of(builder, rows, values[1], rows.rows)
        level = [row[max(0, min(count, total) - total // 2)] for count in range(1 << len(digit))]
        for d in digit:
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [
                no if no is yes else builder.or_(builder.and_(d, yes), builder.and_(builder.not_(d), no))
                for no, yes in pairs
            ]
        return level[0]

    return vector(digits, rows, name), generate


@intrinsic
def add_counts(typing, total, counts):  # type: ignore[no-untyped-def]
    """The sum of two numbers in binary, row k being digit k, with as many digits as `total`."""

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        digits = rows_of(builder, total, values[0], total.rows)
        added = rows_of(builder, counts, values[1], counts.rows)
        carry = None
        for k, digit in enumerate(digits):
            terms = [t for t in (digit, added[k] if k < len(added) else None, carry) if t is not None]
            digits[k], carry = _add(builder, *terms)
        return value_of(builder, total, digits)

    return total(total, counts), generate


@intrinsic
def add_signed(typing, total, term):  # type: ignore[no-untyped-def]
    """The sum of two numbers in two's complement, row k being digit k and the last the sign, as wide as `total`."""

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        digits = rows_of(builder, total, values[0], total.rows)
        added = rows_of(builder, term, values[1], term.rows)
        carry = None
        for k, digit in enumerate(digits):
            terms = [t for t in (digit, added[min(k, term.rows - 1)], carry) if t is not None]
            digits[k], carry = _add(builder, *terms)
        return value_of(builder, total, digits)

    return total(total, term), generate


@intrinsic
def at_most(typing, x, limit):  # type: ignore[no-untyped-def]
    """One row, set where `x`, in two's complement, is at most `limit`, in binary with one row less and no sign."""
    result = Vector(x.element, x.lanes)

    def generate(context, builder, sig, values):  # type: ignore[no-untyped-def]
        *digits, sign = rows_of(builder, x, values[0], x.rows)
        limits = rows_of(builder, limit, values[1], limit.rows)
        above = None  # whether the digits so far are above those of the limit
        for digit, bound in zip(digits, limits, strict=True):
            larger, equal = builder.and_(digit, builder.not_(bound)), builder.not_(builder.xor(digit, bound))
            above = larger if above is None else builder.or_(larger, builder.and_(equal, above))
        return builder.or_(sign, builder.not_(above))

    return result(x, limit), generate


def _add(builder: Any, a: Any, b: Any = None, c: Any = None) -> tuple[Any, Any]:
    """Sum and carry of up to three bits."""
    if b is None:
        return a, None
    half, carry = builder.xor(a, b), builder.and_(a, b)
    if c is None:
        return half, carry
    return builder.xor(half, c), builder.or_(carry, builder.and_(half, c))

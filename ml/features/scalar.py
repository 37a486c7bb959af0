"""Features of one applicant in microseconds: the same expressions, without a data frame.

Polars computes a hundred expressions over a million rows as fast as over one, so over one they
cost a hundred times what they should. Here an expression is read once, from the form in which
Polars writes it out, and becomes a Python function of one row. Nothing is defined twice: whoever
adds a feature writes an expression, and one that needs a step unknown here is refused as the
product is started (`UnknownStep`).

Values are those of Polars over a long column, bit for bit: a division by a constant is a
product with its reciprocal, and columns are added up half by half.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Any

import polars as pl

Value = float | int | str | bool | None
Row = Mapping[str, Any]
Step = Callable[[Row], Any]
Inputs = Sequence[dict[str, Any]]


class UnknownStep(NotImplementedError):
    """An expression holds a step that is not known here; the message names it."""


def function(expr: pl.Expr) -> Step:
    """Turn an expression over columns into a function of one row.

    Parameters
    ----------
    expr : polars.Expr
        Row by row: no aggregate, no window.

    Returns
    -------
    callable
        Takes a mapping of column to value (float, int, str, bool or None; a column that is
        not in it is a KeyError) and returns the expression's value, None for null.

    Raises
    ------
    UnknownStep
        If the expression holds a step that is not known here.

    Examples
    --------
    >>> burden = function(pl.when(pl.col("income") > 0).then(pl.col("due") / pl.col("income")))
    >>> burden({"due": 1.0, "income": 4.0}), burden({"due": 1.0, "income": None})
    (0.25, None)
    """
    return _step(json.loads(expr.meta.serialize(format="json")))


def _step(node: dict[str, Any]) -> Step:
    ((kind, content),) = node.items()
    make = _KINDS.get(kind)
    if make is None:
        raise UnknownStep(f"{kind} is not known in {__name__}.")
    return make(content)


def _column(name: str) -> Step:
    return lambda row: row[name]


def _literal(content: dict[str, Any]) -> Step:
    value = _constant(content)
    return lambda row: value


def _constant(content: dict[str, Any]) -> Any:
    text = StringIO(json.dumps({"Literal": content}))
    value = pl.select(pl.Expr.deserialize(text, format="json")).item()
    return value.to_list() if isinstance(value, pl.Series) else value


def _alias(content: list[Any]) -> Step:
    return _step(content[0])


def _cast(content: dict[str, Any]) -> Step:
    dtype = content["dtype"].get("Literal")
    if dtype not in _CASTS:
        raise UnknownStep(f"A cast to {content['dtype']} is not known in {__name__}.")
    return _of_known(_CASTS[dtype], _step(content["expr"]))


def _ternary(content: dict[str, Any]) -> Step:
    predicate, truthy, falsy = (_step(content[part]) for part in ("predicate", "truthy", "falsy"))
    return lambda row: truthy(row) if predicate(row) else falsy(row)


def _binary(content: dict[str, Any]) -> Step:
    op, right = content["op"], content["right"]
    if op == "TrueDivide" and "Literal" in right:
        reciprocal = 1 / float(_constant(right["Literal"]))
        return _of_known(lambda value: value * reciprocal, _step(content["left"]))
    one, other = _step(content["left"]), _step(right)
    if op == "And":
        return lambda row: _and(one(row), other(row))
    if op not in _OPERATORS:
        raise UnknownStep(f"The operator {op} is not known in {__name__}.")
    return _of_two_known(_OPERATORS[op], one, other)


def _function(content: dict[str, Any]) -> Step:
    name, options = _named(content["function"])
    if name == "Boolean":
        name, options = _named(options)
    inputs = content["input"]
    if name in _OF_ONE:
        return _of_known(_OF_ONE[name], _step(inputs[0]))
    make = _FUNCTIONS.get((name, json.dumps(options))) or _FUNCTIONS.get((name, ...))
    if make is None:
        raise UnknownStep(f"The function {content['function']} is not known in {__name__}.")
    return make(inputs, options)


def _is_null(inputs: Inputs, _options: Any) -> Step:
    value = _step(inputs[0])
    return lambda row: value(row) is None


def _is_not_null(inputs: Inputs, _options: Any) -> Step:
    value = _step(inputs[0])
    return lambda row: value(row) is not None


def _is_in(inputs: Inputs, _options: Any) -> Step:
    members = frozenset(_constant(inputs[1]["Literal"]))
    return _of_known(members.__contains__, _step(inputs[0]))


def _replace(inputs: Inputs, _options: Any) -> Step:
    old, new = (_constant(one["Literal"]) for one in inputs[1:3])
    return _of_known(dict(zip(old, new, strict=True)).get, _step(inputs[0]))


def _logarithm(inputs: Inputs, _options: Any) -> Step:
    base = _constant(inputs[1]["Literal"])
    return _of_known(lambda value: _log(value, base), _step(inputs[0]))


def _raised(inputs: Inputs, _options: Any) -> Step:
    return _of_two_known(_power, _step(inputs[0]), _step(inputs[1]))


def _filled(inputs: Inputs, _options: Any) -> Step:
    first, otherwise = _step(inputs[0]), _step(inputs[1])

    def step(row: Row) -> Any:
        value = first(row)
        return otherwise(row) if value is None else value

    return step


def _clip(inputs: Inputs, options: Mapping[str, bool]) -> Step:
    value, *bounds = (_step(one) for one in inputs)
    low = bounds.pop(0) if options["has_min"] else None
    high = bounds.pop(0) if options["has_max"] else None

    def step(row: Row) -> Any:
        found = value(row)
        if found is None:
            return None
        least = None if low is None else low(row)
        if least is not None and found < least:
            return least
        most = None if high is None else high(row)
        return most if most is not None and found > most else found

    return step


def _summed(inputs: Inputs, _options: Any) -> Step:
    """Nothing known adds nothing."""
    steps = [_step(one) for one in inputs]
    return lambda row: _sum([0 if (value := step(row)) is None else value for step in steps])


def _across(combine: Callable[[list[Any]], Any]) -> Callable[[Inputs, Any], Step]:
    """Over several columns of the row, of what is known."""

    def make(inputs: Inputs, _options: Any) -> Step:
        steps = [_step(one) for one in inputs]
        return lambda row: combine([value for step in steps if (value := step(row)) is not None])

    return make


def _named(function: str | dict[str, Any]) -> tuple[str, Any]:
    """A function's name and options, which Polars writes as a word or as a mapping of one."""
    if isinstance(function, str):
        return function, None
    ((name, options),) = function.items()
    return name, options


def _of_known(compute: Callable[[Any], Any], of: Step) -> Step:
    """Null of null."""

    def step(row: Row) -> Any:
        value = of(row)
        return None if value is None else compute(value)

    return step


def _of_two_known(compute: Callable[[Any, Any], Any], one: Step, other: Step) -> Step:
    def step(row: Row) -> Any:
        left = one(row)
        if left is None:
            return None
        right = other(row)
        return None if right is None else compute(left, right)

    return step


def _and(one: bool | None, other: bool | None) -> bool | None:
    """False if either is, whatever is known of the other."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _divided(over: float, under: float) -> float:
    try:
        return over / under
    except ZeroDivisionError:
        if over == 0 or math.isnan(over):
            return math.nan
        return math.copysign(math.inf, over) * math.copysign(1, under)


def _power(base: float, exponent: float) -> float:
    if exponent == 2:
        return base * base
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan if base else math.inf


def _log(value: float, base: float) -> float:
    if value > 0:
        return math.log(value) if base == math.e else math.log(value) / math.log(base)
    return -math.inf if value == 0 else math.nan


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _rounded(value: float) -> float:
    return float(round(value)) if math.isfinite(value) else value


def _sum(values: Sequence[float]) -> float:
    """Half by half, as Polars adds columns up."""
    if len(values) < 2:
        return values[0] if values else 0
    middle = len(values) // 2
    return _sum(values[:middle]) + _sum(values[middle:])


def _whole(value: float) -> int | None:
    if not math.isfinite(value) or not -(2**63) <= value < 2**63:
        return None
    return int(value)


_KINDS: Mapping[str, Callable[[Any], Step]] = {
    "Column": _column,
    "Literal": _literal,
    "Alias": _alias,
    "Cast": _cast,
    "Ternary": _ternary,
    "BinaryExpr": _binary,
    "Function": _function,
}
_CASTS: Mapping[str, Callable[[Any], Any]] = {"Float64": float, "Int64": _whole, "String": str}
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "Plus": lambda a, b: a + b,
    "Minus": lambda a, b: a - b,
    "Multiply": lambda a, b: a * b,
    "TrueDivide": _divided,
    "Gt": lambda a, b: a > b,
    "GtEq": lambda a, b: a >= b,
    "Lt": lambda a, b: a < b,
    "Eq": lambda a, b: a == b,
}
_OF_ONE: Mapping[str, Callable[[Any], Any]] = {
    "Abs": abs,
    "Negate": lambda value: -value,
    "Not": lambda value: not value,
    "Ceil": lambda value: float(math.ceil(value)) if math.isfinite(value) else value,
    "Floor": lambda value: float(math.floor(value)) if math.isfinite(value) else value,
}
# By name and options as Polars writes them; `...` where the maker reads them.
_FUNCTIONS: Mapping[tuple[str, Any], Callable[[Inputs, Any], Step]] = {
    ("IsNull", "null"): _is_null,
    ("IsNotNull", "null"): _is_not_null,
    ("IsIn", '{"nulls_equal": false}'): _is_in,
    ("FillNull", "null"): _filled,
    ("Clip", ...): _clip,
    ("ReplaceStrict", ...): _replace,
    ("Log", "null"): _logarithm,
    ("Pow", '"Generic"'): _raised,
    ("SumHorizontal", '{"ignore_nulls": true}'): _summed,
    ("MaxHorizontal", "null"): _across(lambda values: max(values, default=None)),
    ("MinHorizontal", "null"): _across(lambda values: min(values, default=None)),
    ("Pow", '"Sqrt"'): lambda inputs, _: _of_known(_root, _step(inputs[0])),
    ("Round", '{"decimals": 0, "mode": "HalfToEven"}'): (
        lambda inputs, _: _of_known(_rounded, _step(inputs[0]))
    ),
}

"""Records to JSON values and back, through cattrs. Unknown keys are refused."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
N = TypeVar("N", int, float)
_SAID = 5  # problems in one message, each cut


@functools.cache
def converter() -> Converter:
    """Return the one converter: it forbids extra keys and accepts what JSON can say."""
    from cattrs.preconf.json import make_converter

    from .grading import CaseResult, from_former

    made = make_converter(forbid_extra_keys=True, detailed_validation=True)
    made.register_structure_hook(int, _number)
    made.register_structure_hook(float, _number)
    made.register_structure_hook(bool, _truth)
    results = tuple[CaseResult, ...]
    made.register_structure_hook_func(
        lambda cls: cls == results,
        lambda value, _: tuple(made.structure(from_former(value), list[CaseResult])),
    )
    return made


def _number(value: Any, cls: type[N]) -> N:
    """Take a number as it is: no text (`float("nan")` is no JSON), no truth value, no part of an integer."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"expected a number, got {value!r}")
    number = cls(value)
    if number != value:
        raise ValueError(f"expected an integer, got {value!r}")
    return number


def _truth(value: Any, _: type[bool]) -> bool:
    """Take a truth value as it is: no number, no text."""
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {value!r}")
    return value


def to_json(value: Any) -> Any:
    """Return `value` (a record, or a container of records) as plain JSON values."""
    return converter().unstructure(value)


def from_json(data: Any, cls: type[T]) -> T:
    """Return a `cls` made of JSON values.

    Raises:
        cattrs.BaseValidationError: `data` does not fit. Documents that people write are checked with
            `schema.check` first, which explains every problem.
    """
    return converter().structure(data, cls)


def why_not(exc: Exception) -> str:
    """Return what `from_json` found wrong, as one line for people: each problem with its key path."""
    from cattrs import BaseValidationError, transform_error

    if not isinstance(exc, BaseValidationError):
        return str(exc)[:200]
    problems = transform_error(exc, format_exception=_problem)
    return "; ".join(p[:400] for p in problems[:_SAID])


def _problem(exc: BaseException, _: type | None) -> str:
    if isinstance(exc, KeyError):
        return "missing"
    return "of the wrong type" if isinstance(exc, AttributeError | TypeError) else str(exc)[:200]

"""Records to JSON values and back, through cattrs. Unknown keys are refused."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


@functools.cache
def converter() -> Converter:
    """Return the one converter: it forbids extra keys and accepts what JSON can say."""
    from cattrs.preconf.json import make_converter

    return make_converter(forbid_extra_keys=True, detailed_validation=True)


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

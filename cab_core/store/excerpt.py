"""What a summary needs of a `cell.json`, without the rest of the record being made.

The parser passes over what no field asks for, and makes objects of a few hundred bytes where the record
takes twenty thousand; so it is fifteen times as quick. It decides nothing: what it does not take, or might
take otherwise than the reader of whole records does, is left to that one, which tells what is wrong too.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_type_hints

import attrs
import msgspec
from cattrs import BaseValidationError

from cab_core.errors import CabError
from cab_core.records import Cell, Limits, Outcome, RefusalSpec, TokenTotals, from_json
from cab_core.records.base import NAME_BYTES
from cab_core.records.price import PriceSource
from cab_core.records.summary import Summarised
from cab_core.records.task import unit_of

from .bounded_json import parse

_EXACT = 2.0**53  # from here on an integer and the double of it may differ
_SHARED = ("limits", "model_params", "options")  # fields that are alike in all cells of a sweep


def _same_fields(cls: type[Any], **other: Any) -> Any:
    """Return a Struct with the fields of an attrs class, but for the types of some; it has no further key."""
    hints = get_type_hints(cls) | other
    fields = [(f.name, hints[f.name], *_default(f, other)) for f in attrs.fields(cls)]
    return msgspec.defstruct(cls.__name__, fields, kw_only=True, forbid_unknown_fields=True)


def _default(field: attrs.Attribute[Any], other: Collection[str]) -> tuple[Any, ...]:
    if field.name in other:
        return (msgspec.Raw(b"{}"),)
    return () if field.default is attrs.NOTHING else (field.default,)


if TYPE_CHECKING:
    _Cell: TypeAlias = Cell
    _Tokens: TypeAlias = TokenTotals
    _Refusal: TypeAlias = RefusalSpec
    _Price: TypeAlias = PriceSource
else:
    _Cell = _same_fields(Cell, **dict.fromkeys(_SHARED, msgspec.Raw))
    _Tokens, _Refusal, _Price = map(_same_fields, (TokenTotals, RefusalSpec, PriceSource))


class _Doc(msgspec.Struct):
    refusal: _Refusal | None = None


class _Task(msgspec.Struct):
    id: str
    pack: str
    doc: _Doc
    family: str | None = None

    @property
    def unit(self) -> str:
        return unit_of(self.id, self.pack, self.family, self.doc.refusal)


class _Score(msgspec.Struct):
    headline: float | None = None
    unit: str | None = None


class _There(msgspec.Struct):
    """Of which it is enough to know that there is one."""


class Excerpt(Summarised, msgspec.Struct):
    """The part of a result that its summary is made of."""

    schema_version: Literal[1]
    cell_id: str
    content_key: str
    grader_key: str
    cell: _Cell
    task: _Task
    outcome: Outcome
    why: str
    started_at: str
    ended_at: str
    wall_ms: float | None
    tokens: _Tokens
    scores: dict[str, _Score]
    unscored: dict[str, str] = {}
    execution: _There | None = None
    rescored: _There | None = None
    regraded: _There | None = None
    citable: bool = False
    marks: tuple[str, ...] = ()
    voided: tuple[Outcome, ...] = ()
    voided_tokens: int | None = None
    voided_usd: float | None = None
    price: _Price | None = None


_DECODER = msgspec.json.Decoder(Excerpt)


def excerpt_of(data: bytes) -> Excerpt | None:
    """Return the excerpt of a `cell.json`; None: the reader of whole records has to look at it."""
    if not data.isascii():  # cab writes nothing else, and what is passed over is not held against UTF-8
        return None
    try:
        found = _DECODER.decode(data)
        found.cell, found.tokens = _cell(found.cell), _tokens(found.tokens)
        found.price = _price(found.price)
    except (ValueError, RecursionError, CabError, BaseValidationError):
        return None
    units = (score.unit or "" for score in found.scores.values())
    return found if _exact(found) and _short((*found.marks, found.task.family or "", *units)) else None


def _cell(found: Any) -> Cell:
    said = msgspec.structs.asdict(found)
    for name in _SHARED:
        said[name] = _read(bytes(said[name]), name)
    return Cell(**said)


def _tokens(found: Any) -> TokenTotals:
    return TokenTotals(**msgspec.structs.asdict(found))


def _price(found: Any) -> PriceSource | None:
    return None if found is None else PriceSource(**msgspec.structs.asdict(found))


@functools.lru_cache(4096)
def _read(data: bytes, name: str) -> Any:
    """Return what the cells of a sweep share, read as in a whole record."""
    value = parse(data)
    if type(value) is not dict:
        raise ValueError("expected an object")
    return from_json(value, Limits) if name == "limits" else value


def _exact(found: Excerpt) -> bool:
    """Tell whether no number is too large for a double: the readers round at other places."""
    tokens = found.tokens
    numbers = (
        found.wall_ms, found.voided_tokens, found.voided_usd,
        tokens.prompt, tokens.completion, tokens.cached, tokens.reasoning, tokens.cache_write,
        tokens.usd, tokens.without_usage, tokens.at_least,
        *(score.headline for score in found.scores.values()),
    )  # fmt: skip
    return all(number is None or -_EXACT < number < _EXACT for number in numbers)


@functools.lru_cache(4096)
def _short(names: tuple[str, ...]) -> bool:
    return all(len(name.encode()) <= NAME_BYTES for name in names)

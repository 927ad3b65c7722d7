"""The columns of an exported table: which field of a cell each is, its type, its unit, when it is empty.

The table, the reference page and the header of every format are made of this list, and what a column means is
said by the record itself; so none of them can differ.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, Union

import attrs

from cab_core.records import CellResult, CellSummary, further_axes, to_json
from cab_core.records.score import STANDARD_AXES

Type = Literal["text", "integer", "number", "boolean", "json"]
_TYPES: dict[Any, Type] = {str: "text", int: "integer", float: "number", bool: "boolean"}
_UNKNOWN = ("; null: ", "; None: ", "; None where ")  # what follows says when a value is empty
_AXIS = "axis_"
Row = dict[str, Any]


@attrs.frozen
class Column:
    """One column. `path`: of the field, in `cell.json` or a cell's summary. `unit`: empty, it has none."""

    name: str
    path: str
    unit: str = ""

    def of(self, result: CellResult) -> Any:
        """Return the value for a cell; None where it is unknown."""
        value: Any = result
        for name in self.path.split("."):
            value = None if value is None else getattr(value, name)
        return to_json(value) if self.type == "json" else value

    @property
    def type(self) -> Type:
        """What its values are; `json`: a list or an object."""
        return _type_of(members_on(self.path)[-1].hint)

    @property
    def says(self) -> str:
        """What it means."""
        return _parted(members_on(self.path)[-1].says)[0]

    @property
    def empty(self) -> str:
        """When it is empty; empty itself: it never is."""
        return "; or: ".join(_parted(m.says)[1] for m in members_on(self.path) if _may_be_null(m.hint))


def _parted(text: str) -> tuple[str, str]:
    """Return what a member means, and when it is null."""
    says = " ".join(text.split()).rstrip(".")
    for mark in _UNKNOWN:
        if mark in says:
            told, _, empty = says.rpartition(mark)
            return told, empty
    return says, ""


@attrs.frozen
class Member:
    """A field or a computed member of a record: its type, and what it means."""

    cls: Any
    name: str
    hint: Any
    says: str


@functools.cache
def members_on(path: str) -> list[Member]:
    """Return each member on the way to one, that one last."""
    names = path.split(".")
    cls: Any = CellSummary if len(names) == 1 and names[0] in _members(CellSummary) else CellResult
    found = list[Member]()
    for name in names:
        found.append(Member(cls, name, *_members(cls)[name]))
        cls = _record_in(found[-1].hint)
    return found


@functools.cache
def _members(cls: type) -> dict[str, tuple[Any, str]]:
    hints = typing.get_type_hints(cls)
    found = {f.name: (hints[f.name], f.metadata.get("doc", "")) for f in attrs.fields(cls)}
    for name, member in vars(cls).items():
        if isinstance(member, property):
            found[name] = (typing.get_type_hints(member.fget)["return"], member.__doc__ or "")
    return found


def _record_in(hint: Any) -> Any:
    """Return the record class of `Record | None`; None: it is none."""
    return next((tp for tp in (hint, *typing.get_args(hint)) if attrs.has(tp)), None)


def _may_be_null(hint: Any) -> bool:
    return type(None) in typing.get_args(hint)


def _type_of(hint: Any) -> Type:
    if typing.get_origin(hint) in (Union, types.UnionType):
        return _type_of(next(tp for tp in typing.get_args(hint) if tp is not type(None)))
    if typing.get_origin(hint) is Literal:
        return "integer" if isinstance(typing.get_args(hint)[0], int) else "text"
    return _TYPES.get(hint, "json")


COLUMNS = (
    Column("cell_id", "cell_id"),
    Column("sweep_id", "cell.sweep_id"),
    Column("tui", "cell.tui"),
    Column("tui_version", "cell.tui_version"),
    Column("cli_version", "identity.cli_version"),
    Column("adapter", "identity.adapter"),
    Column("model", "cell.model"),
    Column("model_build_id", "identity.model_build_id"),
    Column("task", "cell.task"),
    Column("family", "family"),
    Column("pack", "task.pack"),
    Column("pack_version", "task.pack_version"),
    Column("task_hash", "task.tree_hash"),
    Column("stack", "cell.stack"),
    Column("attempt", "cell.attempt"),
    Column("runtime", "cell.runtime"),
    Column("network", "cell.network"),
    Column("options", "cell.options"),
    Column("model_params", "cell.model_params"),
    Column("limit_wall_s", "cell.limits.wall_s", "seconds"),
    Column("limit_calls", "cell.limits.calls", "calls"),
    Column("limit_tokens", "cell.limits.tokens", "tokens"),
    Column("limit_usd", "cell.limits.usd", "US dollars"),
    Column("outcome", "outcome"),
    Column("solved", "solved"),
    Column("why", "why"),
    Column("exit_code", "identity.exit_code"),
    Column("started_at", "started_at"),
    Column("ended_at", "ended_at"),
    Column("wall_ms", "wall_ms", "milliseconds"),
    Column("tokens_input", "tokens.prompt", "tokens"),
    Column("tokens_output", "tokens.completion", "tokens"),
    Column("tokens_cached", "tokens.cached", "tokens"),
    Column("tokens_cache_write", "tokens.cache_write", "tokens"),
    Column("tokens_reasoning", "tokens.reasoning", "tokens"),
    Column("tokens_total", "tokens.total", "tokens"),
    Column("tokens_at_least", "tokens.at_least", "tokens"),
    Column("usd", "tokens.usd", "US dollars"),
    Column("price_source", "price.source"),
    Column("claimed_input", "claim.prompt", "tokens"),
    Column("claimed_output", "claim.completion", "tokens"),
    Column("spent_tokens", "spent_tokens", "tokens"),
    Column("spent_usd", "spent_usd", "US dollars"),
    Column("voided", "voided"),
    Column("marks", "all_marks"),
    Column("scripted", "scripted"),
    Column("citable", "citable"),
    Column("unscored", "unscored"),
    Column("image", "identity.container_image"),
    Column("image_id", "identity.image_id"),
    Column("image_digest", "identity.image_digest"),
    Column("content_key", "content_key"),
    Column("grader_key", "grader_key"),
    Column("host", "host"),
)


@attrs.frozen
class AxisColumn:
    """The column of an axis: its headline. Which axes there are, the exported cells say."""

    axis: str
    unit: str = ""
    type: Type = "number"
    says: str = "the axis's headline figure"
    empty: str = "it is unknown, the cell has no such axis, or its outcome is not counted"

    @property
    def name(self) -> str:
        """`axis_` and the axis."""
        return _AXIS + self.axis

    def of(self, result: CellResult) -> float | None:
        """Return the headline for a cell; None where it is unknown."""
        return result.headlines.get(self.axis)


Columns = tuple[Column | AxisColumn, ...]


def columns_for(axes: Mapping[str, str]) -> Columns:
    """Return the columns of a table of cells that have these axes; by axis its unit, empty: it has none."""
    named = (*STANDARD_AXES, *further_axes(axes))
    return (*COLUMNS, *(AxisColumn(axis, axes.get(axis, "")) for axis in named))


def row(columns: Columns, result: CellResult) -> Row:
    """Return a cell as JSON values by the names of the columns, None where unknown."""
    return {column.name: column.of(result) for column in columns}

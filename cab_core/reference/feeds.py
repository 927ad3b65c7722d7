"""What the fields of records feed, by looking: the axes that read them, columns of `cab export`."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import attrs

from cab_core.checks import evidence
from cab_core.export.columns import COLUMNS, members_on
from cab_core.plugins.protocols import Scorer
from cab_core.plugins.registry import Plugins
from cab_core.records import Evidence, Score

ABOUT = (
    "`Feeds` says which columns of `cab export` a field is, and which axes read it: those of the scorers "
    "that are installed, as was seen when each was shown the evidence of `cab plugins check`."
)
Field = tuple[str, str]  # a class and a member of it
Fed = dict[Field, list[str]]


def told(cls: type, name: str) -> str:
    """Return in a sentence what a member of a record feeds; empty: none of what is looked at."""
    axes, columns = (found.get((cls.__name__, name), []) for found in (_axes(), _columns()))
    said = []
    if axes:
        said.append(f"read by {_named('axis', 'axes', axes)}")
    if columns:
        said.append(f"{_named('column', 'columns', columns)} of `cab export`")
    return f" Feeds: {'; '.join(said)}." if said else ""


def _named(one: str, many: str, names: Sequence[str]) -> str:
    return f"{one if len(names) == 1 else many} {', '.join(f'`{name}`' for name in names)}"


@functools.cache
def _columns() -> Fed:
    found: Fed = defaultdict(list)
    for column in COLUMNS:
        cls, name = [(m.cls.__name__, m.name) for m in members_on(column.path)][-1]
        found[cls, name].append(column.name)
    return found


@functools.cache
def _axes() -> Fed:
    """Return the fields that each scorer read, of the evidence that `cab plugins check` shows it."""
    found: Fed = defaultdict(list)
    scorers = Plugins().scorers(lambda _: None)
    for scorer in scorers:
        read = set[Field]()
        for _, given in evidence.every():
            before = {axis: score for axis, score in _scores(scorers, given).items() if axis in scorer.needs}
            _score(scorer, _Watched(given, read), before)
        for field in sorted(read):
            found[field].append(scorer.axis)
    return found


def _scores(scorers: Sequence[Scorer], given: Evidence) -> dict[str, Score]:
    found: dict[str, Score] = {}
    for scorer in scorers:
        before = {axis: score for axis, score in found.items() if axis in scorer.needs}
        if (score := _score(scorer, given, before)) is not None:
            found[scorer.axis] = score
    return found


def _score(scorer: Scorer, given: Any, before: dict[str, Score]) -> Score | None:
    try:
        return scorer.score(given, before)
    except Exception:  # noqa: BLE001  a plugin's; `cab plugins check` is who tells of it
        return None


class _Watched:
    """A record that notes which members are read of it, and of the records in it."""

    def __init__(self, record: Any, read: set[Field]) -> None:
        self._record, self._read = record, read

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._record)

    def __getattr__(self, name: str) -> Any:
        computed = vars(type(self._record)).get(name)
        if isinstance(computed, property) and computed.fget is not None:
            return computed.fget(self)  # what that reads is what counts
        value = getattr(self._record, name)
        if not name.startswith("_") and not callable(value):
            self._read.add((type(self._record).__name__, name))
        return _watched(value, self._read)


def _watched(value: Any, read: set[Field]) -> Any:
    if attrs.has(type(value)):
        return _Watched(value, read)
    return tuple(_watched(inner, read) for inner in value) if isinstance(value, tuple) else value

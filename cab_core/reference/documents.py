"""The documents that cab reads and writes, and the records that they are made of."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

import attrs

from cab_core.declared.document import CliDoc
from cab_core.gateway.models import ConfigDoc
from cab_core.records import CellResult, Inputs, Observed, PackDoc, Sweep, TaskDoc
from cab_core.records.calibration import Calibration
from cab_core.records.events import RunEvent
from cab_core.records.stack import StackDoc
from cab_core.records.wire import WireLine

# By the names under which `cab schema` prints them.
DOCUMENTS: dict[str, Any] = {
    "cell": CellResult,
    "task": TaskDoc,
    "pack": PackDoc,
    "sweep": Sweep,
    "stack": StackDoc,
    "cli": CliDoc,
    "config": ConfigDoc,
    "inputs": Inputs,
    "observed": Observed,
    "event": RunEvent,
    "wire": WireLine,
    "calibration": Calibration,
}


def reached(tp: Any) -> list[type]:
    """Return the record classes that a document is made of, itself first, each once."""
    found: dict[type, None] = {}
    _reach(tp, found)
    return list(found)


def _reach(tp: Any, found: dict[type, None]) -> None:
    if attrs.has(tp):
        if tp in found:
            return
        found[tp] = None
    for inner in _inside(tp):
        _reach(inner, found)


def _inside(tp: Any) -> Iterator[Any]:
    yield from typing.get_args(tp)
    if attrs.has(tp):
        hints = typing.get_type_hints(tp)
        yield from (hints[f.name] for f in attrs.fields(tp) if not f.name.startswith("_"))

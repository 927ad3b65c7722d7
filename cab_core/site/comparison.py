"""The compare page: its data as a script, so that it works from a file system too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cab_core.stats import settings
from cab_core.store.paths import segments

from .output import Output
from .pages import Options, render
from .rows import Row


def write_compare(rows: Sequence[Row], out: Output, options: Options) -> None:
    """Write the page and the data: for each configuration and sweep, solved and counted by task."""
    out.page("data/compare.js", f"window.cabCompare={json.dumps(_data(rows), separators=(',', ':'))};\n")
    out.page("compare.html", render("compare.html", "compare.html", options))


def _data(rows: Sequence[Row]) -> dict[str, Any]:
    tasks = sorted({r.task for r in rows})
    place = {task: i for i, task in enumerate(tasks)}
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in rows:
        key = (row.config, None if row.current else row.sweep)
        entry = found.setdefault(key, _entry(row))
        _keep_address(entry, row, place[row.task])
        entry["scripted"] |= "scripted" in row.marks
        solved, counted = entry["cells"].get(place[row.task], (0, 0))
        if row.counted:
            if "provisional" in row.marks:
                entry["provisional"].add(place[row.task])
            entry["cells"][place[row.task]] = (solved + bool(row.verdict.passed), counted + 1)
        else:
            entry["out"] += 1
    entries = sorted(found.values(), key=lambda e: (e["sweep"] is not None, e["name"]))
    for entry in entries:
        entry["provisional"] = _some(entry["provisional"], entry["cells"])
        entry["cells"] = _short(entry["cells"], len(tasks))
    return {"tasks": tasks, "places": [segments(t) for t in tasks], "entries": entries}


def _entry(row: Row) -> dict[str, Any]:
    config = row.config
    return {
        "name": row.name,
        "tui": config.tui,
        "model": config.model,
        "stack": "+".join(config.stack) or "none",
        "version": config.version,
        "runtime": config.runtime,
        "network": config.network,
        "options": _settings(config.options),
        "params": _settings(config.model_params),
        "sweep": None if row.current else row.sweep,
        "scripted": False,
        "provisional": set(),
        "out": 0,
        "at": _around_task(row),
        "odd": {},
        "cells": {},
    }


def _settings(text: str) -> str:
    return " ".join(f"{name}={value}" for name, value in settings(text).items()) or "none"


def _keep_address(entry: dict[str, Any], row: Row, place: int) -> None:
    """Keep the address of the first cell of a task; in full where the entry's pattern does not give it."""
    if place not in entry["cells"] and segments(row.task).join(entry["at"]) != row.address:
        entry["odd"][place] = row.address


def _around_task(row: Row) -> list[str]:
    """Return what of the address stands before the task, and what behind it."""
    before, _, behind = row.address.rpartition(segments(row.task))
    return [before, behind]


def _some(places: set[int], cells: dict[int, tuple[int, int]]) -> bool | list[int]:
    """Return of which tasks something is true; True where it is of all, False where of none."""
    return sorted(places) if places and places != cells.keys() else bool(places)


def _short(cells: dict[int, tuple[int, int]], n: int) -> list[Any]:
    """Return one value a task: 0 or 1, `[solved, counted]` for several attempts, null where none counts."""
    values = [cells.get(i) for i in range(n)]
    return [None if v is None or not v[1] else v[0] if v[1] == 1 else list(v) for v in values]

"""The compare page: its data as a script, so that it works from a file system too."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from math import comb
from typing import Any

from cab_core.records.marks import MARKS, SEALED, marks_together
from cab_core.stats import ESTIMANDS, settings
from cab_core.stats.tally import settled
from cab_core.store.paths import segments

from .output import Files
from .pages import Options, render
from .rows import Row


def compare(rows: Sequence[Row], options: Options) -> Files:
    """Make the page and the data: for each configuration and sweep, solved and counted by task.

    `comparisons` is how many pairs of configurations with a verdict a reader can pick from, `by_sweep` how
    many where each has its sweeps apart, as `cab compare` counts where sweeps are compared; `families` a
    number that a task shares with its relatives here.
    """
    figured = options.figured(rows)
    data = json.dumps(_data(figured), separators=(",", ":"))
    yield "data/compare.js", f"window.cabCompare={data};\n"
    left_out = options.left_out(rows)
    yield "compare.html", render("compare.html", "compare.html", options, left_out=left_out)


def _data(rows: Sequence[Row]) -> dict[str, Any]:
    tasks = sorted({r.task for r in rows})
    place = {task: i for i, task in enumerate(tasks)}
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in rows:
        key = (row.config, None if row.current else row.sweep)
        entry = found.setdefault(key, _entry(row))
        _keep_address(entry, row, place[row.task])
        solved, counted = entry["cells"].get(place[row.task], (0, 0))
        if row.counted:
            entry["marks"].setdefault(place[row.task], []).append(row.marks)
            entry["cells"][place[row.task]] = (solved + bool(row.verdict.passed), counted + 1)
        else:
            entry["out"] += 1
    entries = sorted(found.values(), key=lambda e: (e["sweep"] is not None, e["name"]))
    for entry in entries:
        entry["marks"] = _marks(entry["marks"])
        entry["cells"] = _short(entry["cells"], len(tasks))
    return {
        "tasks": tasks,
        "places": [segments(t) for t in tasks],
        "families": _families(rows, tasks),
        "comparisons": comb(len({r.config for r in rows if r.counted}), 2),
        "by_sweep": comb(len({(r.config, r.sweep) for r in rows if r.counted}), 2),
        "entries": entries,
        "marks": MARKS,
        "sealed": SEALED,
        "estimands": ESTIMANDS,
    }


def _families(rows: Sequence[Row], tasks: Sequence[str]) -> list[int | None]:
    """Return for each task the number of its family; None where no other task here is of it."""
    names = settled((r.task, r.verdict.family) for r in rows)
    often = Counter(names.values())
    number = {name: i for i, name in enumerate(sorted(name for name, n in often.items() if n > 1))}
    return [number.get(names[task]) for task in tasks]


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
        "marks": {},
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


def _marks(tasks: dict[int, list[tuple[str, ...]]]) -> dict[str, bool | list[int]]:
    """Return by mark the tasks whose counted cells have it; True where that is all of them."""
    found: dict[str, list[int]] = {}
    for task, cells in sorted(tasks.items()):
        for mark in marks_together(cells):
            found.setdefault(mark, []).append(task)
    return {mark: len(places) == len(tasks) or places for mark, places in found.items()}


def _short(cells: dict[int, tuple[int, int]], n: int) -> list[Any]:
    """Return one value a task: 0 or 1, `[solved, counted]` for several attempts, null where none counts."""
    values = [cells.get(i) for i in range(n)]
    return [None if v is None or not v[1] else v[0] if v[1] == 1 else list(v) for v in values]

"""What `cab calibrate` says at its end: of one CLI a table by model and axis, of several a row each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import click

from cab_core.records.calibration import Calibration, HeldCell, HeldFigure
from cab_core.sweep.calibration_table import axes, field, minutes, personas, wrong

from .calibrating import Calibrated
from .rows import print_table
from .text import one_line, say

_LONGEST = 300  # characters of a line


def print_one(found: Calibrated) -> None:
    """Print what was found of one CLI, what is wrong and why."""
    record = found.record
    assert record is not None
    columns = axes(record)
    rows = [(p, *(_mark(record, p, a) for a in columns)) for p in personas(record)]
    click.echo()
    print_table(rows, ("scripted model",), numbers=columns)
    click.echo()
    _print_faults(record)
    told, right = record.figures
    say(f"{right} of {told} figures of {len(record.cells)} cells are as they must be.")
    for hint in found.hints:
        say(f"hint: {one_line(hint, _LONGEST)}", indent=len("hint: "))
    say(f"Record: {found.path}")


def print_all(clis: Sequence[Calibrated]) -> None:
    """Print a row for each CLI; below, what is wrong and why."""
    click.echo()
    heads = ("scripted models x tasks", "cells", "figures right", "claims right", "minutes")
    print_table([_line(c) for c in clis], ("CLI",), ("version", "calibration"), heads)
    click.echo()
    for cli in clis:
        if cli.record is None:
            say(f"{cli.tui} cannot be calibrated: {one_line(cli.trouble or '', _LONGEST)}")
        else:
            _print_faults(cli.record, f"{cli.tui}: ")
    say(f"{sum(c.right for c in clis)} of {len(clis)} CLIs are as they must be.")


def as_json(found: Calibrated) -> dict[str, Any]:
    """Return what was found of one CLI, each figure of it a row."""
    return _counts(found) | {
        "limits": {task: attrs.asdict(limit) for task, limit in found.limits.items()},
        "hints": list(found.hints),
        "findings": [_row(c, f) for c in (found.record.cells if found.record else ()) for f in c.figures],
    }


def all_as_json(clis: Sequence[Calibrated]) -> dict[str, Any]:
    """Return a short account of several CLIs; their records have the rest."""
    return {"right": all(c.right for c in clis), "clis": [_short(c) for c in clis]}


def _short(cli: Calibrated) -> dict[str, Any]:
    return _counts(cli) | {
        "wrong": [_row(*pair) for pair in wrong(cli.record)] if cli.record else [],
        "trouble": cli.trouble,
    }


def _counts(cli: Calibrated) -> dict[str, Any]:
    record = cli.record
    figures, right = record.figures if record else (0, 0)
    return {
        "tui": cli.tui,
        "version": record.version if record else None,
        "right": cli.right,
        "cells": len(record.cells) if record else 0,
        "figures": figures,
        "figures_right": right,
        "record": str(cli.path) if cli.path else None,
    }


def _line(cli: Calibrated) -> tuple[str, ...]:
    record = cli.record
    if record is None:
        return (cli.tui, "", "none", *[""] * 5)
    cells, (told, right), (counted, same) = len(record.cells), record.figures, record.claims
    tasks, took = len({c.task for c in record.cells}), minutes(record)
    return (
        cli.tui,
        record.version,
        "as it must be" if record.right else "WRONG",
        f"{len(personas(record))} x {tasks}",
        f"{cells}" if cells == record.planned else f"{cells} of {record.planned}",
        f"{right} of {told}",
        f"{same} of {counted}",
        "-" if took is None else f"{took:.1f}",
    )


def _print_faults(record: Calibration, before: str = "") -> None:
    for line in (*_unable(record), *_wrong(record)):
        say(f"{before}{line}", indent=len(before) + len("wrong: "))


def _unable(record: Calibration) -> Iterator[str]:
    for cell in record.unable:
        why = "; ".join(f"{path}: {why}" for path, why in cell.unwritten.items())
        told = f"scripted:{cell.persona} x {cell.task}: {why}"
        yield f"cannot be said of this CLI: {one_line(told, _LONGEST)}"


def _wrong(record: Calibration) -> Iterator[str]:
    for cell, figure in wrong(record):
        told = f"scripted:{cell.persona} x {cell.task}: {figure.says}, but is {figure.found!r} ({cell.why})"
        yield f"wrong: {one_line(told, _LONGEST)}"


def _mark(record: Calibration, persona: str, axis: str) -> str:
    found = field(record, persona, axis)
    if found is None:
        return "-"
    return found.text + (f", {found.wrong} WRONG" if found.wrong else "")


def _row(cell: HeldCell, figure: HeldFigure) -> dict[str, Any]:
    return {
        "persona": cell.persona,
        "axis": figure.axis,
        "figure": figure.figure,
        "must": figure.must,
        "value": figure.value,
        "task": cell.task,
        "cell_id": cell.cell_id,
        "found": figure.found,
        "right": figure.right,
        "unwritten": cell.unwritten,
    }

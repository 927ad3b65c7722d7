"""The pages of calibrations: for each CLI, which figures of the scripted models were as they must be."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from cab_core.records.calibration import Calibration
from cab_core.store.calibrations import calibrations
from cab_core.store.paths import segment
from cab_core.sweep.calibration_plan import SWEEP_ID
from cab_core.sweep.calibration_table import axes, field, minutes, personas, wrong

from .output import Files
from .pages import Options, render
from .rows import Row

INDEX = "calibration/index.html"
_Place = tuple[str, str, str]  # CLI, version, runtime


@attrs.frozen(kw_only=True)
class Calibrated:
    """What the page of a cell says: the record for its CLI, version and runtime, None where there is none.

    `others`: how many there are for that CLI besides. `address`: where they are, below the site's root.
    """

    record: Calibration | None
    others: int
    address: str

    @functools.cached_property
    def facts(self) -> tuple[object, ...]:
        """What changes whenever what is said does."""
        found = self.record
        return (found and (found.cab, found.at, found.figures, found.right), self.others, self.address)


class Calibrations:
    """The records of one or more runs directories; of those of one kind the one that was written last."""

    def __init__(self, runs: Sequence[Path]) -> None:
        found: dict[tuple[_Place, str], Calibration] = {}
        for record in sorted((r for root in runs for r in calibrations(root)), key=lambda r: r.at):
            found[_place(record), record.cab] = record
        self.records = sorted(found.values(), key=lambda r: r.at, reverse=True)
        self._of: dict[_Place, Calibrated] = {}

    @property
    def facts(self) -> list[object]:
        """What changes whenever a record does."""
        return [attrs.astuple(record) for record in self.records]

    def of(self, row: Row) -> Calibrated:
        """Return what is known of a cell's CLI: the last record for its version and runtime."""
        place = row.config.tui, row.config.version, row.config.runtime
        if place not in self._of:
            self._of[place] = self._found(place)
        return self._of[place]

    def _found(self, place: _Place) -> Calibrated:
        same = [r for r in self.records if r.tui == place[0]]
        here = [r for r in same if _place(r) == place]
        return Calibrated(
            record=here[0] if here else None,
            others=len(same) - len(here[:1]),
            address=_address(here[0]) if here else _page_of(place[0]) if same else INDEX,
        )

    def by_cli(self) -> dict[str, list[Calibration]]:
        """Return the records by CLI, in the order of their names; the newest of each first."""
        names = sorted({r.tui for r in self.records})
        return {name: [r for r in self.records if r.tui == name] for name in names}


def _place(record: Calibration) -> _Place:
    return record.tui, record.version, record.runtime


def _page_of(tui: str) -> str:
    return f"calibration/{segment(tui)}/index.html"


def _anchor(record: Calibration) -> str:
    return f"{segment(record.version)}-{segment(record.runtime)}-{segment(record.cab)}"


def _address(record: Calibration) -> str:
    return f"{_page_of(record.tui)}#{_anchor(record)}"


def calibration_pages(found: Calibrations, rows: Sequence[Row], options: Options) -> Files:
    """Make the list of CLIs, and a page for each that was calibrated."""
    clis = found.by_cli()
    without = sorted({r.config.tui for r in rows} - clis.keys())
    whole = {_key(r): r for r in rows if r.sweep == SWEEP_ID.format(r.config.tui)}
    listed = [_shown(r, whole) for records in clis.values() for r in records]
    yield INDEX, render("calibrations.html", INDEX, options, records=listed, without=without)
    for tui, records in clis.items():
        path = _page_of(tui)
        shown = [_shown(record, whole) for record in records]
        yield path, render("calibration.html", path, options, tui=tui, records=shown)


def _key(row: Row) -> tuple[object, ...]:
    config = row.config
    return config.tui, config.version, config.runtime, config.model, row.task


def _shown(record: Calibration, rows: dict[tuple[object, ...], Row]) -> dict[str, Any]:
    """Return what the pages show of a record."""
    tasks, models = list(dict.fromkeys(c.task for c in record.cells)), personas(record)
    cells = {(c.persona, c.task): c for c in record.cells}
    place = _place(record)
    return {
        "r": record,
        "address": _address(record),
        "anchor": _anchor(record),
        "first": min((c.started_at for c in record.cells), default=""),
        "last": max((c.ended_at for c in record.cells), default=""),
        "minutes": minutes(record),
        "tasks": tasks,
        "personas": models,
        "axes": axes(record),
        "table": {p: [field(record, p, axis) for axis in axes(record)] for p in models},
        "grid": {
            t: [(cells.get((p, t)), rows.get((*place, f"scripted:{p}", t))) for p in models] for t in tasks
        },
        "wrong": wrong(record),
    }

"""Keeping the records of cells apart from the cells, to be replayed: `cab run --record`."""

from __future__ import annotations

import shutil
from pathlib import Path

from cab_core.durable import make_directories
from cab_core.gateway.replay.find import cassette_path
from cab_core.records import Cell
from cab_core.records.wire import WIRE_FILE


def keep_record(directory: Path, cell: Cell, records: Path) -> None:
    """Copy the record of a finished cell below a directory; an earlier one of the same cell goes."""
    made = directory / WIRE_FILE
    if not made.exists():
        return
    place = records / cassette_path(cell)
    make_directories(place.parent)
    part = place.with_suffix(".part")
    shutil.copyfile(made, part)
    part.replace(place)

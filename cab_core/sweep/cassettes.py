"""Keeping the records of cells apart from the cells, to be replayed: `cab run --record`."""

from __future__ import annotations

import secrets
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
    # A name of its own: a directory may be a stranger's, and nothing is written through a link in it.
    part = place.with_name(f".{place.name}.{secrets.token_hex(6)}.tmp")
    try:
        with made.open("rb") as source, part.open("xb") as copy:
            shutil.copyfileobj(source, copy)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)

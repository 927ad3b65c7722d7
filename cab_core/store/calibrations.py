"""Calibration records below a runs directory: `calibrations/TUI/VERSION/RUNTIME/CAB.json`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cab_core import __version__
from cab_core.durable import make_directories
from cab_core.errors import UserError
from cab_core.records.calibration import Calibration

from .cells import write_json
from .paths import segment
from .reading import read_optional

DIRECTORY = "calibrations"
_LEVELS = 3  # of directories below it


def record_path(root: Path, tui: str, version: str, runtime: str, cab: str = __version__) -> Path:
    """Return where the record lies, below a runs directory."""
    return root / DIRECTORY / segment(tui) / segment(version) / segment(runtime) / f"{cab}.json"


def write_record(root: Path, record: Calibration) -> Path:
    """Write a record in the place of an older one of its kind; return where it is."""
    path = record_path(root, record.tui, record.version, record.runtime, record.cab)
    make_directories(path.parent)
    write_json(path, record)
    return path


def is_calibrated(root: Path, tui: str, version: str, runtime: str) -> bool:
    """Tell whether there is a record by this cab in which everything is as it must be."""
    record = _read(record_path(root, tui, version, runtime))
    return record is not None and record.right


def calibrations(root: Path) -> Iterator[Calibration]:
    """Yield the records below a runs directory, in the order of their paths.

    No link is followed; what is no record, or does not lie in its place, is passed over.
    """
    for path in _files(str(root / DIRECTORY), _LEVELS):
        record = _read(Path(path))
        if record and record_path(root, record.tui, record.version, record.runtime, record.cab) == Path(path):
            yield record


def _read(path: Path) -> Calibration | None:
    """Return a record; None where there is none, or one of another version of the format."""
    try:
        return read_optional(path, Calibration)
    except UserError:
        return None


def _files(directory: str, levels: int) -> Iterator[str]:
    try:
        with os.scandir(directory) as found:
            entries = sorted(found, key=lambda e: e.name)
    except OSError:
        return
    for entry in entries:
        if levels and entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, levels - 1)
        elif not levels and entry.name.endswith(".json") and not entry.is_symlink():
            yield entry.path

"""What can be downloaded of a cell: its records as one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import attrs

from cab_core.records.wire import WIRE_FILE
from cab_core.store.reading import read_start

_RECORDS = ("calls.jsonl", "spans.jsonl", "changes.patch", "terminal.cast")
_LARGEST = 64 << 20  # bytes of a file
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same records make the same archive


@attrs.frozen
class Archive:
    """A zip file: its bytes, what is in it, and what of the cell was too large for it."""

    data: bytes
    names: Sequence[str]
    left_out: Sequence[str]


def archive(cell: Path, wire: bool) -> Archive:
    """Return the records of a cell's directory; `wire`: the wire record among them.

    Raises:
        UserError: a file is there that cannot be read.
    """
    names, left_out, written = [], [], io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name in (*_RECORDS, *((WIRE_FILE,) if wire else ())):
            if not (cell / name).is_file() or (cell / name).is_symlink():
                continue
            data, size = read_start(cell / name, _LARGEST)
            if size > len(data):
                left_out.append(name)
            elif data:
                names.append(name)
                packed.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, _how(name))
    return Archive(written.getvalue(), names, left_out)


def _how(name: str) -> int:
    return zipfile.ZIP_STORED if name == WIRE_FILE else zipfile.ZIP_DEFLATED  # that one is packed already

"""Files of a cell that are on disk when they are closed."""

from __future__ import annotations

import os
from typing import IO, Any


def close_on_disk(file: IO[Any]) -> None:
    """Close a file when all that was written to it is on disk: a machine may die after a cell has ended.

    Raises:
        OSError: it cannot be written; the file is closed all the same.
    """
    if file.closed:
        return
    try:
        file.flush()
        os.fsync(file.fileno())
    finally:
        file.close()

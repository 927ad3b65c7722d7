"""What a worker process of this machine does first, in its main thread."""

from __future__ import annotations

import os
from typing import Any


def dask_setup(worker: Any) -> None:
    """Leave the terminal's session: its Ctrl-C is for the runner, which ends the cells in good order."""
    os.setsid()

"""What becomes of a run where a cell cannot be written: it ends."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from cab_core.errors import InfraError, UserError
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Cell
from cab_core.store.cells import Store

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def written(store: Store, cell: Cell, stop: StopSignal) -> Iterator[None]:
    """Stop the run where what is done here cannot write the cell.

    Raises:
        InfraError: the disk is full.
        UserError: the store cannot be written.
    """
    try:
        yield
    except OSError as exc:
        stop.stop("cancelled")
        kind = InfraError if exc.errno in _FULL else UserError
        raise kind(f"{store.root}: cell {cell.cell_id} cannot be written: {exc.strerror}") from exc

"""An executor with work that does nothing: each cell once, no more at once than was said."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from cab_core.errors import CabError, PluginCrash
from cab_core.records import Cell

from .look import Look

_CELLS, _WORK_S = 6, 0.02
Span = tuple[str, float, float]


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with an executor."""
    yield from look.ask(lambda: list(look.made.map([], str, 1)))
    if look.thorough:
        for width in (1, 2, _CELLS + 2):
            yield from _of_width(look, width)
        yield from _of_failure(look)


def _cells() -> list[Cell]:
    return [
        Cell(sweep_id="s", tui="t", tui_version="1", model="m", task=f"p/{n}", runtime="local")
        for n in range(_CELLS)
    ]


def _spent(cell: Cell) -> Span:
    """Work for a moment; say of which cell, from when and until when, in any process of this machine."""
    start = time.monotonic()
    time.sleep(_WORK_S)
    return cell.cell_id, start, time.monotonic()


def _of_width(look: Look, width: int) -> Iterator[str]:
    case = f"{_CELLS} cells and a width of {width}"
    spans: list[Span] | None = yield from look.ask(lambda: list(look.made.map(_cells(), _spent, width)), case)
    if spans is None:
        return
    if (done := sorted(name for name, _, _ in spans)) != sorted(cell.cell_id for cell in _cells()):
        said = f"map(), given {case}, yields {len(done)} results; expected each cell's once"
        yield from look.once("yields", look.fault(said, "map"))
    if (most := _at_once(spans)) > width:
        said = f"map(), given {case}, runs {most} at once; expected {width} at most"
        yield from look.once("at once", look.fault(said, "map"))


def _at_once(spans: Sequence[Span]) -> int:
    """Return how many were under way at the same moment, at most."""
    return max((sum(a <= start < b for _, a, b in spans) for _, start, _ in spans), default=0)


def _raises(cell: Cell) -> Span:
    """Work that fails as a runner does."""
    raise CabError("probe")


def _of_failure(look: Look) -> Iterator[str]:
    """Yield what becomes of what the work raises: the runner must have it."""
    try:
        found = list(look.made.map(_cells(), _raises, 2))
    except PluginCrash:
        return  # told already
    except CabError as exc:
        if str(exc) != "probe":
            yield look.fault(f"map() makes another error of what the work raises: {exc}", "map")
        return
    yield look.fault(f"map() keeps what the work raises to itself, and yields {len(found)} results", "map")

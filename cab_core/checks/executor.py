"""An executor with work that does nothing: each cell once, no more at once than was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cab_core.errors import CabError, PluginCrash
from cab_core.records import Cell

from .look import Look
from .probe import Probe, Span, fails, is_lost, spent

_CELLS = 6


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with an executor."""
    yield from look.ask(lambda: list(look.made.map([], Probe(spent), 1)))
    if look.thorough:
        for width in (1, 2, _CELLS + 2):
            yield from _of_width(look, width)
        yield from _of_failure(look)
        yield from _of_loss(look)
        yield from _of_stop(look)


def _cells() -> list[Cell]:
    return [
        Cell(sweep_id="s", tui="t", tui_version="1", model="m", task=f"p/{n}", runtime="local")
        for n in range(_CELLS)
    ]


def _of_width(look: Look, width: int) -> Iterator[str]:
    case = f"{_CELLS} cells and a width of {width}"
    probe = Probe(spent)
    spans: list[Span] | None = yield from look.ask(lambda: list(look.made.map(_cells(), probe, width)), case)
    if spans is None:
        return
    if (done := sorted(name for name, _, _ in spans)) != sorted(cell.cell_id for cell in _cells()):
        said = f"map(), given {case}, yields {len(done)} results; expected each cell's once"
        yield from look.once("yields", look.fault(said, "map"))
    elif twice := sorted({name for name in probe.accepted if probe.accepted.count(name) > 1}):
        said = f"map(), given {case}, does {twice[0]} more than once; expected each cell once: it costs money"
        yield from look.once("twice", look.fault(said, "map"))
    if (most := _at_once(spans)) > width:
        said = f"map(), given {case}, runs {most} at once; expected {width} at most"
        yield from look.once("at once", look.fault(said, "map"))


def _at_once(spans: Sequence[Span]) -> int:
    """Return how many were under way at the same moment, at most."""
    return max((sum(a <= start < b for _, a, b in spans) for _, start, _ in spans), default=0)


def _of_failure(look: Look) -> Iterator[str]:
    """Yield what becomes of what the work raises: the runner must have it."""
    try:
        found = list(look.made.map(_cells(), Probe(fails), 2))
    except PluginCrash:
        return  # told already
    except CabError as exc:
        if str(exc) != "probe":
            yield look.fault(f"map() makes another error of what the work raises: {exc}", "map")
        return
    yield look.fault(f"map() keeps what the work raises to itself, and yields {len(found)} results", "map")


def _of_loss(look: Look) -> Iterator[str]:
    """Yield what becomes of a cell that a worker could not do: the runner must hear of it."""
    probe = Probe(is_lost)
    yield from look.ask(lambda: list(look.made.map(_cells(), probe, 2)), "work that a worker cannot do")
    if len(probe.given_up) != _CELLS:
        said = f"map() calls lost() for {len(probe.given_up)} of {_CELLS} cells that a worker could not do"
        yield look.fault(said, "map")


def _of_stop(look: Look) -> Iterator[str]:
    """Yield what becomes of the cells that had not begun when the run was to end: they must not begin."""
    probe = Probe(spent, ends_after=1)
    yield from look.ask(lambda: list(look.made.map(_cells(), probe, 1)), "a run that is to end")
    if (more := len(probe.accepted) - 1) > 1:  # one may have been under way
        said = f"map(), given a run that is to end, does {more} more cells; expected none to start any more"
        yield look.fault(said, "map")
    elif probe.given_up:
        said = (
            f"map() calls lost() for {len(probe.given_up)} cells which were not to start; expected no result"
        )
        yield look.fault(said, "map")

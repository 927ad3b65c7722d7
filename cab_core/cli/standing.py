"""The cells that a command speaks of: those of models, unless scripted ones are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import click

from cab_core.errors import UnknownName
from cab_core.records import CellSummary
from cab_core.store.cells import Store
from cab_core.store.paths import segment
from cab_core.store.reading import uncollected
from cab_core.store.there import check_there
from cab_core.words import plural

from .text import say

option = click.option("--scripted", is_flag=True, help="take cells of scripted models in")


@attrs.frozen(kw_only=True)
class Standing:
    """Of each cell the try that stands, and how many cells of scripted models were left out."""

    cells: list[tuple[Path, CellSummary]]
    left_out: int

    def say_left_out(self, err: bool = False) -> None:
        """Print how many were left out, where any was."""
        say_left_out(self.left_out, err)


class Walk:
    """The same cells one by one, none of them kept: for what goes through a store of any size.

    `left_out`: how many of scripted models it has passed over so far.
    """

    def __init__(self, runs: Path, scripted: bool, sweep: str | None) -> None:
        """Raises UserError where there is no such directory, or no such sweep in it."""
        check(runs, sweep)
        self._runs, self._scripted, self._sweep = runs, scripted, sweep
        self.left_out = 0

    def __iter__(self) -> Iterator[tuple[Path, CellSummary]]:
        for directory, result in Store(self._runs).summaries(self._sweep):
            if self._scripted or not result.scripted:
                yield directory, result
            else:
                self.left_out += 1

    def say_left_out(self, err: bool = False) -> None:
        """Print how many were left out, where any was."""
        say_left_out(self.left_out, err)


def say_left_out(left_out: int, err: bool = False) -> None:
    """Print how many cells of scripted models were left out, where any was."""
    if left_out:
        say(f"{plural(left_out, 'cell')} of scripted models left out; --scripted takes them in.", err)


def check(runs: Path, sweep: str | None) -> None:
    """See that a runs directory is there, and in it the sweep that is named.

    Raises:
        UserError: it is not; names the nearest.
    """
    check_there(runs)
    if sweep is not None and not (runs / segment(sweep)).is_dir():
        known = {r.cell.sweep_id for _, r in Store(runs).summaries()}
        raise UnknownName("sweep", sweep, known, f"--runs is {runs}")


def standing(
    runs: Path, scripted: bool, sweep: str | None = None, chosen: Callable[[CellSummary], bool] | None = None
) -> Standing:
    """Return the cells of a runs directory, of one sweep where it is named, that are `chosen`.

    Raises:
        UserError: there is no such directory, or no such sweep in it.
    """
    check(runs, sweep)
    with uncollected():
        found = [(d, r) for d, r in Store(runs).summaries(sweep) if chosen is None or chosen(r)]
    kept = [(d, r) for d, r in found if scripted or not r.scripted]
    return Standing(cells=kept, left_out=len(found) - len(kept))

"""Finding the cells of a site: one row each, small enough to hold ten thousand of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.records import OUTCOMES, CellResult
from cab_core.stats import Configuration, Verdict, verdict_of
from cab_core.store.cells import Store
from cab_core.store.paths import cell_address, segment, segments


@attrs.frozen(kw_only=True)
class Row:
    """What the pages around a cell show of it. `address` is relative to the site's root.

    `current`: no other sweep's result of this cell stands before it. `stamp` changes whenever the
    cell's file does.
    """

    directory: Path
    cell_id: str
    sweep: str
    config: Configuration
    version: str
    task: str
    title: str
    pack: str
    category: str
    attempt: int
    address: str
    badge: str
    outcome: str
    marks: tuple[str, ...]
    ended_at: str
    standing: tuple[bool, bool, str]
    verdict: Verdict
    recorded: bool
    stamp: tuple[int, int]
    current: bool = True

    @property
    def counted(self) -> bool:
        """True where the outcome is in the denominator."""
        return OUTCOMES[self.outcome].counted

    @property
    def all_marks(self) -> tuple[str, ...]:
        """The cell's marks, and `incomplete` where it has no verdict."""
        return self.marks if self.counted else (*self.marks, "incomplete")


def load_rows(runs: Sequence[Path]) -> list[Row]:
    """Return the try that stands of every cell in these runs directories, in the order of their addresses.

    Raises:
        UserError: a runs directory is missing, there is no cell in any, or two cells have one address.
    """
    found: dict[tuple[str, str], Row] = {}
    places: dict[str, Row] = {}
    for row in _rows(runs):
        _check_place(places.setdefault(row.address, row), row)
        key = (row.sweep, row.address)
        if key not in found or found[key].standing < row.standing:
            found[key] = row
    if not found:
        raise UserError(f"there is no finished cell in {', '.join(map(str, runs))}")
    return sorted(_placed(list(found.values())), key=lambda r: r.address)


def _check_place(first: Row, row: Row) -> None:
    """An address is a cell's own: model `m` with task `p/q/r` and `m/p` with `q/r` would have the same."""
    if (first.config, first.task, first.attempt) != (row.config, row.task, row.attempt):
        raise UserError(
            f"{first.directory} and {row.directory} are different cells whose pages would have one address, "
            f"{row.address}; build a site of each"
        )


def _rows(runs: Sequence[Path]) -> Iterator[Row]:
    for root in runs:
        if not root.is_dir():
            raise UserError(f"{root}: no such directory")
        for directory, result in Store(root).standing():
            yield _row(directory, result)


def _placed(rows: list[Row]) -> Iterator[Row]:
    """Give the cell that stands the plain address; those of other sweeps are found below their sweep."""
    standing: dict[str, Row] = {}
    for row in rows:
        if row.address not in standing or standing[row.address].standing < row.standing:
            standing[row.address] = row
    for row in rows:
        if standing[row.address] is row:
            yield row
        else:
            below = f"sweep/{segment(row.sweep)}"
            address, badge = f"{below}/{row.address}", f"{below}/{row.badge}"
            yield attrs.evolve(row, address=address, badge=badge, current=False)


def _row(directory: Path, result: CellResult) -> Row:
    cell = result.cell
    place = cell_address(cell) + (f"/~{cell.attempt}" if cell.attempt != 1 else "")
    stat = (directory / "cell.json").lstat()
    verdict = verdict_of(result)
    return Row(
        directory=directory,
        cell_id=result.cell_id,
        sweep=cell.sweep_id,
        config=verdict.config,
        version=cell.tui_version,
        task=cell.task,
        title=result.task.doc.title,
        pack=result.task.pack,
        category=result.task.category,
        attempt=cell.attempt,
        address=f"cell/{place}",
        badge=f"badge/{place}.svg",
        outcome=result.outcome,
        marks=result.marks,
        ended_at=result.ended_at,
        standing=result.standing,
        verdict=verdict,
        recorded=_recorded(directory / "terminal.cast"),
        stamp=(stat.st_mtime_ns, stat.st_size),
    )


def _recorded(cast: Path) -> bool:
    """True where a recording holds more than its header."""
    try:
        return cast.lstat().st_size > 160
    except OSError:
        return False


def config_address(config: Configuration) -> str:
    """Return the directory of a configuration's page."""
    stack = f"/+{segment('+'.join(config.stack))}" if config.stack else ""
    return f"config/{segment(config.tui)}/{segments(config.model)}{stack}"


def task_address(task: str) -> str:
    """Return the directory of a task's page."""
    return f"task/{segments(task)}"


def pack_address(pack: str) -> str:
    """Return the directory of a pack's pages."""
    return f"pack/{segment(pack)}"


def sweep_address(sweep: str) -> str:
    """Return the directory of a sweep's pages."""
    return f"sweep/{segment(sweep)}"

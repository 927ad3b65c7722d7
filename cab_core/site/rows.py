"""Finding the cells of a site: one row each, small enough to hold ten thousand of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.records import OUTCOMES, CellKey, CellResult
from cab_core.records.wire import WIRE_FILE
from cab_core.stats import Configuration, Verdict, verdict_of
from cab_core.store.cells import Store
from cab_core.store.paths import attempt_path, cell_address, former_attempt_path, segment, segments
from cab_core.store.there import check_there

_HEADER = 160  # bytes: a recording of more holds something


@attrs.frozen(kw_only=True)
class Row:
    """What the pages around a cell show of it. Addresses are relative to the site's root.

    `attempts` are the directories that may hold its tries, of the present layout and of the former one.
    `stamp` changes whenever the cell's file does, or its wire record's size. `recorded`: it has a recording,
    `drawn`: one that the adapter made of the events that the CLI printed. What follows depends on the other
    cells: `current`: no other sweep's result of this cell stands before it; `further`: what tells its
    configuration from others of that name; `home`: the address of its configuration's page; `lasting`: an
    address that leads here as long as the cell is there, where another configuration may take the plain one.
    """

    directory: Path
    attempts: tuple[Path, ...]
    key: CellKey
    title: str
    pack: str
    category: str
    address: str
    outcome: str
    marks: tuple[str, ...]
    scripted: bool
    ended_at: str
    standing: tuple[bool, bool, str]
    verdict: Verdict
    recorded: bool
    drawn: bool
    stamp: tuple[int, int, int]
    current: bool = True
    further: str = ""
    home: str = ""
    lasting: str = ""

    @property
    def config(self) -> Configuration:
        """What the cell is an attempt of."""
        return self.key.configuration

    @property
    def sweep(self) -> str:
        """The id of its sweep."""
        return self.key.sweep_id

    @property
    def task(self) -> str:
        """The id of its task."""
        return self.key.task

    @property
    def attempt(self) -> int:
        """Which attempt it is."""
        return self.key.attempt

    @property
    def name(self) -> str:
        """The configuration's name, which no other has on this site."""
        return f"{self.config.name} {self.further}".rstrip()

    @property
    def facts(self) -> tuple[object, ...]:
        """What pages know of it; where it changes, they do."""
        places = (self.address, self.home, self.lasting, self.further, self.current)
        return str(self.directory), self.stamp, *places

    @property
    def badge(self) -> str:
        """The address of its badge."""
        return badge_of(self.address)

    @property
    def counted(self) -> bool:
        """True where the outcome is in the denominator."""
        return OUTCOMES[self.outcome].counted

    @property
    def all_marks(self) -> tuple[str, ...]:
        """The cell's marks, and `incomplete` where it has no verdict."""
        return self.marks if self.counted else (*self.marks, "incomplete")


def load_rows(runs: Sequence[Path]) -> list[Row]:
    """Return the try that stands of every cell in these runs directories; see `places` for their addresses.

    Raises:
        UserError: a runs directory is missing, or there is no cell in any.
    """
    found: dict[CellKey, Row] = {}
    for row in _rows(runs):
        if found.setdefault(row.key, row).standing < row.standing:
            found[row.key] = row
    if not found:
        raise UserError(f"there is no finished cell in {', '.join(map(str, runs))}")
    return list(found.values())


def _rows(runs: Sequence[Path]) -> Iterator[Row]:
    for root in runs:
        check_there(root)
        for directory, result in Store(root).standing():
            yield _row(root, directory, result)


def _row(root: Path, directory: Path, result: CellResult) -> Row:
    cell = result.cell
    stat = (directory / "cell.json").lstat()
    return Row(
        directory=directory,
        attempts=(root / former_attempt_path(cell), root / attempt_path(cell)),
        key=cell.key,
        title=result.task.doc.title,
        pack=result.task.pack,
        category=result.task.category,
        address=f"cell/{cell_address(cell)}" + (f"/~{cell.attempt}" if cell.attempt != 1 else ""),
        outcome=result.outcome,
        marks=result.all_marks,
        scripted=result.scripted,
        ended_at=result.ended_at,
        standing=result.standing,
        verdict=verdict_of(result.summary),
        recorded=_size(directory / "terminal.cast") > _HEADER,
        drawn=result.recording == "drawn",
        stamp=(stat.st_mtime_ns, stat.st_size, _size(directory / WIRE_FILE)),
    )


def _size(path: Path) -> int:
    """Return a file's size; 0 where there is none."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def badge_of(address: str, kind: str = "svg") -> str:
    """Return the address of the badge of the cell at this address, as a picture or as `json`."""
    before, _, place = f"/{address}".partition("/cell/")
    return f"{before}/badge/{place}.{kind}".removeprefix("/")


def task_address(task: str) -> str:
    """Return the directory of a task's page."""
    return f"task/{segments(task)}"


def pack_address(pack: str) -> str:
    """Return the directory of a pack's pages."""
    return f"pack/{segment(pack)}"


def sweep_address(sweep: str) -> str:
    """Return the directory of a sweep's pages."""
    return f"sweep/{segment(sweep)}"

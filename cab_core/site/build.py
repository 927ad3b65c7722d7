"""Building the pages of one or more runs directories. What has not changed is not written again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import attrs

from cab_core import __version__
from cab_core.plugins.registry import Plugins
from cab_core.records.marks import MARKS
from cab_core.stats import On

from .boards import boards
from .calibrations import Calibrations, calibration_pages
from .cards import write_cards
from .cell_data import other_tries
from .cellpage import cell_files
from .comparison import compare
from .gallery import gallery
from .matrix import matrices
from .neighbours import Neighbourhood
from .output import Files, Output, digest
from .pages import Options, render
from .places import placed
from .planned import planned_when
from .player import player_files
from .rows import Row, load_rows
from .said import Conversations
from .sweeps import sweeps
from .tasks import task_list, write_tasks


def build_site(
    runs: Sequence[Path],
    out: Path,
    base_url: str | None = None,
    scripted: bool = False,
    on: On = "like",
    wire: bool = True,
    plugins: Plugins | None = None,
) -> Path:
    """Write the pages below `out` and return the path of the first one.

    `base_url` is where the site will be published; without it embed codes hold a placeholder. `scripted`
    takes cells of scripted models into the figures; their pages are there without it, too. `on` says what
    rates and intervals are for. `wire` False leaves out what the wire records hold: the code that an agent
    read. `plugins` have the protocols in which they are written.

    Raises:
        UserError: a runs directory is missing, there is no cell in any, or two would have one address.
    """
    rows = placed(load_rows(runs))
    player = player_files()
    address = base_url.rstrip("/") if base_url else None
    options = Options(base_url=address, player=bool(player), scripted=scripted, on=on, wire=wire)
    fingerprint = digest(_code(), attrs.asdict(options))
    output = Output(out)
    static = {f"static/{name}": data for name, data in {**_static(), **player}.items()}
    output.update("static", digest([[n, data.hex()] for n, data in static.items()]), static.items())
    calibrated = Calibrations(runs)
    _write_cells(rows, output, options, fingerprint, Conversations(plugins, wire), calibrated)
    write_cards(rows, output, fingerprint)
    write_tasks(rows, output, options, fingerprint)
    all_of_it = digest(fingerprint, [r.facts for r in rows], planned_when(runs, rows), calibrated.facts)
    output.update("around", all_of_it, _around(runs, rows, options, calibrated))
    output.close()
    return out / "index.html"


def _around(runs: Sequence[Path], rows: Sequence[Row], options: Options, calibrated: Calibrations) -> Files:
    """Make the pages that any cell may change."""
    yield from boards(rows, options)
    yield from matrices(rows, options)
    yield from task_list(rows, options)
    yield from sweeps(runs, rows, options)
    yield from compare(rows, options)
    yield from gallery(rows, options)
    yield from calibration_pages(calibrated, rows, options)
    yield "method.html", render("method.html", "method.html", options, all_marks=MARKS)


def _write_cells(
    rows: Sequence[Row],
    output: Output,
    options: Options,
    fingerprint: str,
    said: Conversations,
    calibrated: Calibrations,
) -> None:
    around = Neighbourhood(rows)
    for row in rows:
        beside, known = around.of(row), calibrated.of(row)
        tries = [(str(p), (p / "cell.json").lstat().st_mtime_ns) for p in other_tries(row)]
        seen = digest(fingerprint, row.facts, beside.facts, known.facts, tries)
        output.update(row.address, seen, cell_files(row, beside, known, options, said))


def _static() -> dict[str, bytes]:
    found = files("cab_core.site") / "static"
    return {f.name: f.read_bytes() for f in found.iterdir() if f.is_file()}


def _code() -> str:
    """Return a digest of all that makes the pages: a new template or version makes every page anew."""
    whole = hashlib.sha256(__version__.encode())
    waiting: list[Traversable] = [files("cab_core.site")]
    while waiting:
        for entry in sorted(waiting.pop().iterdir(), key=lambda e: e.name):
            if entry.is_dir() and entry.name != "__pycache__":
                waiting.append(entry)
            elif entry.name.endswith((".py", ".html")):
                whole.update(entry.read_bytes())
    return whole.hexdigest()

"""Building the pages of one or more runs directories. What has not changed is not written again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import attrs

from cab_core import __version__
from cab_core.records.marks import MARKS
from cab_core.stats import On

from .boards import write_boards
from .cell_data import other_tries, read_cell_data
from .cellpage import cell_files
from .comparison import write_compare
from .gallery import write_gallery
from .matrix import write_matrix
from .neighbours import Neighbourhood
from .output import Output
from .pages import Options, render
from .places import placed
from .player import player_files
from .rows import Row, load_rows
from .sweeps import write_sweeps
from .tasks import write_tasks


def build_site(
    runs: Sequence[Path], out: Path, base_url: str | None = None, scripted: bool = False, on: On = "like"
) -> Path:
    """Write the pages below `out` and return the path of the first one.

    `base_url` is where the site will be published; without it embed codes hold a placeholder. `scripted`
    takes cells of scripted models into the figures; their pages are there without it, too. `on` says what
    rates and intervals are for.

    Raises:
        UserError: a runs directory is missing, there is no cell in any, or two would have one address.
    """
    rows = placed(load_rows(runs))
    player = player_files()
    address = base_url.rstrip("/") if base_url else None
    options = Options(base_url=address, player=bool(player), scripted=scripted, on=on)
    fingerprint = _digest(_code(), options)
    output = Output(out)
    for name, data in {**_static(), **player}.items():
        output.page(f"static/{name}", data)
    _write_cells(rows, output, options, fingerprint)
    write_boards(rows, output, options)
    write_matrix(rows, output, options)
    write_tasks(rows, output, options, fingerprint)
    write_sweeps(runs, rows, output, options)
    write_compare(rows, output, options)
    write_gallery(rows, output, options)
    output.page("method.html", render("method.html", "method.html", options, all_marks=MARKS))
    output.close()
    return out / "index.html"


def _write_cells(rows: Sequence[Row], output: Output, options: Options, fingerprint: str) -> None:
    around = Neighbourhood(rows)
    for row in rows:
        beside = around.of(row)
        tries = [(str(p), (p / "cell.json").lstat().st_mtime_ns) for p in other_tries(row)]
        own = (str(row.directory), row.stamp, row.current, row.further, row.home, row.lasting)
        seen = _digest(fingerprint, own, beside.facts, tries)
        if not output.unchanged(row.address, seen):
            output.write(row.address, seen, cell_files(read_cell_data(row), beside, options))


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


def _digest(*parts: object) -> str:
    plain = [attrs.asdict(p) if isinstance(p, Options) else p for p in parts]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:20]

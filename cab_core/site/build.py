"""Building the pages of one or more runs directories."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from cab_core.errors import UserError
from cab_core.records import CellResult, to_json
from cab_core.store.cells import Store, read_calls
from cab_core.store.paths import cell_address

from .pages import cell_page, index_page

_PATCH_SHOWN = 200_000  # characters of a patch on the page; the file beside it holds all


@attrs.frozen
class Shown:
    """A cell as its page shows it. `address` is relative to the site's root."""

    directory: Path
    result: CellResult
    address: str


def build_site(runs: Sequence[Path], out: Path) -> Path:
    """Write the pages below `out` and return the path of the first one.

    Raises:
        UserError: a runs directory is missing, or there is no cell in any.
    """
    cells = list(_newest_of_each(runs))
    if not cells:
        raise UserError(f"there is no finished cell in {', '.join(map(str, runs))}")
    for cell in cells:
        _write_cell(cell, out)
    index = out / "index.html"
    index.write_text(index_page(cells), encoding="utf-8")
    return index


def _newest_of_each(runs: Sequence[Path]) -> Iterator[Shown]:
    """Yield each address once, with the cell that ended last."""
    found: dict[str, Shown] = {}
    for root in runs:
        if not root.is_dir():
            raise UserError(f"{root}: no such directory")
        for directory, result in Store(root).newest():
            attempt = f"/~{result.cell.attempt}" if result.cell.attempt != 1 else ""
            address = f"cell/{cell_address(result.cell)}{attempt}"
            if address not in found or found[address].result.ended_at < result.ended_at:
                found[address] = Shown(directory, result, address)
    yield from (found[a] for a in sorted(found))


def _write_cell(cell: Shown, out: Path) -> None:
    target = out / cell.address
    target.mkdir(parents=True, exist_ok=True)
    spans = [json.loads(line) for line in _text(cell.directory / "spans.jsonl").splitlines()]
    page = cell_page(
        cell,
        spans=spans,
        calls=read_calls(cell.directory),
        patch=_text(cell.directory / "changes.patch")[:_PATCH_SHOWN],
        terminal=_text(cell.directory / "stdout.log")[:_PATCH_SHOWN],
        grade_log=_text(cell.directory / "grade.log")[:_PATCH_SHOWN],
    )
    (target / "index.html").write_text(page, encoding="utf-8", errors="backslashreplace")
    text = json.dumps(to_json(cell.result), indent=1)
    (target / "cell.json").write_text(text + "\n", encoding="utf-8")


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""

"""Reading a cell's directory for its page, and cutting what is too long for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs

from cab_core.records import CellResult, Evidence
from cab_core.store.cells import read_evidence

from .gather import Row

_SHOWN = 120_000  # characters of a text on the page
_CAST = 2_000_000  # characters of a recording in the site


@attrs.frozen(kw_only=True)
class Cut:
    """A text, and how many characters of it were left out."""

    text: str
    left_out: int = 0


@attrs.frozen(kw_only=True)
class Try:
    """One try of a cell: its number and what became of it."""

    number: int
    outcome: str
    why: str
    started_at: str


@attrs.frozen(kw_only=True)
class Material:
    """All that a cell page is made of."""

    row: Row
    result: CellResult
    evidence: Evidence
    spans: tuple[dict[str, Any], ...]
    patch: Cut
    stdout: Cut
    stderr: Cut
    grade_log: Cut
    cast: Cut
    tries: tuple[Try, ...]


def read_material(row: Row) -> Material:
    """Read everything of a cell."""
    at = row.directory
    result, evidence = read_evidence(at)
    return Material(
        row=row,
        result=result,
        evidence=evidence,
        spans=_spans(at / "spans.jsonl"),
        patch=_cut(at / "changes.patch"),
        stdout=_cut(at / "stdout.log"),
        stderr=_cut(at / "stderr.log"),
        grade_log=_cut(at / "grade.log"),
        cast=_cut(at / "terminal.cast", _CAST) if row.recorded else Cut(text=""),
        tries=tuple(_tries(at)),
    )


def other_tries(directory: Path) -> list[Path]:
    """Return the finished tries beside this one, oldest first."""
    names = [p for p in directory.parent.iterdir() if p.name.isdigit() and p.name != directory.name]
    return sorted((p for p in names if (p / "cell.json").is_file()), key=lambda p: int(p.name))


def _tries(directory: Path) -> list[Try]:
    found = []
    for path in other_tries(directory):
        told = json.loads((path / "cell.json").read_text(encoding="utf-8"))
        facts = {k: str(told.get(k)) for k in ("outcome", "why", "started_at")}
        found.append(Try(number=int(path.name), **facts))
    return found


def _spans(path: Path) -> tuple[dict[str, Any], ...]:
    """Return the spans by their start. One without a start, as in foreign data, keeps its place."""
    spans = []
    for line in _text(path).splitlines():
        try:
            spans.append(json.loads(line))
        except ValueError:
            continue  # a line that a killed runner left unfinished
    return tuple(sorted(spans, key=lambda s: s.get("start_ns") or 0))


def _cut(path: Path, limit: int = _SHOWN) -> Cut:
    text = _text(path)
    if len(text) <= limit:
        return Cut(text=text)
    kept = text[:limit].rpartition("\n")[0] or text[:limit]
    return Cut(text=kept, left_out=len(text) - len(kept))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""

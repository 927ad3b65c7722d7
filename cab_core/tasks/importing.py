"""A set of whatever format, written as a pack of our own, with what was left out and why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import tomli_w

from cab_core import __version__
from cab_core.errors import UserError
from cab_core.records import Origin, PackDoc, PackedTask, TaskDoc, TaskFile, to_json
from cab_core.safe_fs import FILE, PROGRAM, Tree, make_directory

from .catalog import made
from .listing import write_list
from .native import load_as_it_is

MANIFEST = "imported.json"


@attrs.frozen(kw_only=True)
class Imported:
    """What was written, and what was not, with the reason of each."""

    format: str
    source: str
    cab: str = __version__
    schema_version: int = 1
    written: tuple[str, ...] = ()
    left_out: dict[str, str] = attrs.field(factory=dict)


def write_pack(tasks: Iterable[PackedTask], target: Path, format_name: str, source: Path) -> Imported:
    """Write tasks as a pack below `target`, which is made, and return what its manifest says.

    Raises:
        UserError: `target` is there already, no task can be had, or a file cannot be written.
    """
    whole = [made(task) for task in tasks]
    left_out = {t.task.name: why for t in whole if (why := t.task.doc.unavailable) is not None}
    there = [t for t in whole if t.task.name not in left_out]
    if not there:
        shown = "; ".join(f"{name}: {why}" for name, why in list(left_out.items())[:3])
        raise UserError(f"{source}: not one of its {len(whole)} tasks can be had: {shown}")
    if os.path.lexists(target):
        raise UserError(f"{target}: there is something of that name already; expected a new directory")
    try:
        make_directory(target, parents=True)
        for task in there:
            _write_task(task, target, format_name)
        (target / "pack.toml").write_text(_toml(_pack(there, format_name, source)), encoding="utf-8")
        write_list(target)
        said = Imported(
            format=format_name,
            source=str(source),
            written=tuple(t.task.name for t in there),
            left_out=left_out,
        )
        (target / MANIFEST).write_text(json.dumps(to_json(said), indent=1) + "\n", encoding="utf-8")
    except OSError as exc:
        raise UserError(f"{exc.filename or target}: cannot be written: {exc.strerror}") from exc
    load_as_it_is(target)
    return said


def write_files(files: Iterable[TaskFile], root: Path) -> None:
    """Write files below a directory, which is made, by their own paths.

    Raises:
        OSError: one cannot be read or written.
    """
    make_directory(root, parents=True)
    tree = Tree(root)
    for file in files:
        if file.link is not None:
            tree.link(file.path, file.link)
        else:
            tree.write(file.path, Path(file.source).read_bytes(), PROGRAM if file.executable else FILE)


def _write_task(task: PackedTask, target: Path, format_name: str) -> None:
    place = target / task.task.name
    make_directory(place)
    doc = task.task.doc
    if doc.origin is None:
        doc = attrs.evolve(doc, origin=Origin(name=format_name, licence="NOASSERTION", path=task.task.name))
    (place / "task.toml").write_text(_toml(doc), encoding="utf-8")
    for section in sorted({f.section for f in task.files}):
        write_files(task.section(section), place / section)


def _pack(tasks: list[PackedTask], format_name: str, source: Path) -> PackDoc:
    licences = {t.task.doc.origin.licence for t in tasks if t.task.doc.origin}
    return PackDoc(
        schema_version=1,
        name=tasks[0].task.pack,
        version="1",
        title=f"{source.resolve().name}, imported from the format {format_name}",
        licence=licences.pop() if len(licences) == 1 else None,
    )


def _toml(record: TaskDoc | PackDoc) -> str:
    return tomli_w.dumps(_said(to_json(record)), multiline_strings=True)


def _said(value: Any) -> Any:
    """Leave out what a document does not say: TOML has no null."""
    if isinstance(value, dict):
        return {k: _said(v) for k, v in value.items() if v is not None and v != [] and v != {}}
    return [_said(v) for v in value] if isinstance(value, list | tuple) else value

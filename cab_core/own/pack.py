"""Writing tasks as a pack in cab's own format, with a manifest of how they were come by."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import tomli_w

from cab_core.errors import UserError
from cab_core.records import PackDoc, TaskDoc, to_json
from cab_core.records.base import canonical
from cab_core.records.task import Section
from cab_core.safe_fs import FILE, PROGRAM, Tree, make_directory
from cab_core.tasks.foreign import plain_name
from cab_core.tasks.listing import write_list

from .repository import Files

MANIFEST = "manifest.json"
_SPACE = uuid.UUID("8d1f2a52-5a0c-4f0e-9b39-5d8a7a1f6c11")  # of canaries


@attrs.frozen(kw_only=True)
class Draft:
    """A task that is not written yet. `facts` are what the manifest says of it."""

    name: str
    doc: TaskDoc
    sections: Mapping[Section, Files]
    facts: Mapping[str, Any] = attrs.field(factory=dict)


def write_pack(
    root: Path, name: str, title: str, drafts: Iterable[Draft], manifest: Mapping[str, Any]
) -> PackDoc:
    """Write a private pack at `root`, which is made; return what its pack.toml says.

    The same drafts make the same bytes.
    """
    make_directory(root, parents=True)
    listed = list(drafts)
    said = [[d.name, to_json(d.doc), _digests(d.sections)] for d in listed]
    digest = hashlib.sha256(canonical([title, said]).encode()).hexdigest()
    pack = PackDoc(
        schema_version=1,
        name=plain_name(name),
        version=digest[:12],
        title=title,
        private=True,
        canary=f"cab canary {uuid.uuid5(_SPACE, digest)}: private tasks; they belong into no corpus",
    )
    (root / "pack.toml").write_text(_toml(to_json(pack)), encoding="utf-8")
    for draft in listed:
        _write(root / draft.name, draft, pack)
    tasks = [{"name": d.name, **d.facts} for d in listed]
    text = json.dumps({"canary": pack.canary, **manifest, "tasks": tasks}, indent=1, ensure_ascii=False)
    (root / MANIFEST).write_text(text + "\n", encoding="utf-8")
    write_list(root)
    return pack


def make_place(target: Path) -> None:
    """See that a pack may be written at `target`.

    Raises:
        UserError: something is there that is no pack of this kind, or nothing can be made there.
    """
    if target.exists() and not (target / MANIFEST).is_file():
        raise UserError(f"{target}: there is something of that name already; expected a new directory")
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UserError(f"{target}: its directory cannot be made: {exc.strerror}") from exc


def put_in_place(made: Path, target: Path) -> None:
    """Move a pack that was written to where it belongs, in the place of what an earlier call made."""
    if target.exists():
        shutil.rmtree(target)
    made.rename(target)


def _write(root: Path, draft: Draft, pack: PackDoc) -> None:
    make_directory(root)
    text = f"# {pack.canary}\n{_toml(_slim(to_json(draft.doc)))}"
    (root / "task.toml").write_text(text, encoding="utf-8")
    for section, files in draft.sections.items():
        tree = Tree(make_directory(root / section)) if files else None
        for path, file in files.items():
            assert tree is not None
            if file.link:
                tree.link(path, file.data.decode("utf-8", "surrogateescape"))
            else:
                tree.write(path, file.data, PROGRAM if file.executable else FILE)


def _digests(sections: Mapping[Section, Files]) -> list[list[Any]]:
    return [
        [section, path, hashlib.sha256(file.data).hexdigest(), file.executable, file.link]
        for section, files in sorted(sections.items())
        for path, file in sorted(files.items())
    ]


def _toml(value: dict[str, Any]) -> str:
    return tomli_w.dumps(_slim(value), multiline_strings=True)


def _slim(value: Any) -> Any:
    """Leave out what is not said: TOML has no null, and a reader no use for what is empty."""
    if isinstance(value, Mapping):
        slim = {k: _slim(v) for k, v in value.items()}
        return {k: v for k, v in slim.items() if v is not None and v != [] and v != {}}
    return [_slim(v) for v in value] if isinstance(value, list | tuple) else value

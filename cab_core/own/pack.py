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
from cab_core.records import EnvironmentSpec, PackDoc, TaskDoc, to_json
from cab_core.records.base import canonical
from cab_core.records.task import Section
from cab_core.safe_fs import make_directory
from cab_core.tasks.environments import SETUP_AT
from cab_core.tasks.foreign import plain_name
from cab_core.tasks.listing import ENVIRONMENT, write_list

from .repository import Files, write_files

MANIFEST = "manifest.json"
_SPACE = uuid.UUID("8d1f2a52-5a0c-4f0e-9b39-5d8a7a1f6c11")  # of canaries


@attrs.frozen(kw_only=True)
class Draft:
    """A task that is not written yet. `facts` are what the manifest says of it."""

    name: str
    doc: TaskDoc
    sections: Mapping[Section, Files]
    facts: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen
class MadeWith:
    """The recipe of a pack's environment, and the files that it wants."""

    recipe: EnvironmentSpec
    files: Files


def write_pack(
    root: Path,
    name: str,
    title: str,
    drafts: Iterable[Draft],
    manifest: Mapping[str, Any],
    environment: MadeWith | None = None,
) -> PackDoc:
    """Write a private pack at `root`, which is made; return what its pack.toml says.

    The same drafts make the same bytes.
    """
    make_directory(root, parents=True)
    listed = [_seen_there(d, environment) for d in drafts]
    said = [[d.name, to_json(d.doc), _digests(d.sections)] for d in listed]
    made = [to_json(environment.recipe), _digests({"workdir": environment.files})] if environment else []
    digest = hashlib.sha256(canonical([title, said, *made]).encode()).hexdigest()
    pack = PackDoc(
        schema_version=1,
        name=plain_name(name),
        version=digest[:12],
        title=title,
        private=True,
        canary=f"cab canary {uuid.uuid5(_SPACE, digest)}: private tasks; they belong into no corpus",
        environment=environment.recipe if environment else None,
    )
    (root / "pack.toml").write_text(_toml(to_json(pack)), encoding="utf-8")
    if environment is not None and environment.files:
        write_files(make_directory(root / ENVIRONMENT), environment.files)
    for draft in listed:
        _write(root / draft.name, draft, pack)
    tasks = [{"name": d.name, **d.facts} for d in listed]
    text = json.dumps({"canary": pack.canary, **manifest, "tasks": tasks}, indent=1, ensure_ascii=False)
    (root / MANIFEST).write_text(text + "\n", encoding="utf-8")
    write_list(root)
    return pack


def _seen_there(draft: Draft, environment: MadeWith | None) -> Draft:
    """Show the work dir where the setup ran, too: what that installed in place (`pip install -e .`) holds."""
    if environment is None or environment.recipe.setup is None:
        return draft
    return attrs.evolve(draft, doc=attrs.evolve(draft.doc, work_at=SETUP_AT))


def make_place(target: Path) -> None:
    """See that a pack may be written at `target`.

    Raises:
        UserError: something is there that is no pack of this kind, or nothing can be made there.
    """
    if target.exists() and not all((target / name).is_file() for name in ("pack.toml", MANIFEST)):
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
        if files:
            write_files(make_directory(root / section), files)


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

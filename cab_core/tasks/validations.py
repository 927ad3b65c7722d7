"""A pack's `validated.json`: what its maker found of its tasks."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import attrs

from cab_core.durable import write_whole
from cab_core.errors import BadDocument
from cab_core.records import to_json
from cab_core.records.validation import Validation

from .documents import read_document

NAME = "validated.json"


@attrs.frozen(kw_only=True)
class Validations:
    """The content of `validated.json`."""

    schema_version: Literal[1] = 1
    tasks: tuple[Validation, ...] = ()


def read_validations(root: Path) -> dict[str, Validation]:
    """Return what a pack's maker found, by the hash of the task's files; nothing where there is no file.

    Raises:
        BadDocument: the file is malformed.
    """
    path = root / NAME
    found = read_document(path, Validations).tasks if path.exists() else ()
    return {v.tree_hash: v for v in found}


def add_validations(root: Path, found: Iterable[Validation], current: Iterable[str]) -> int:
    """Write findings into a pack's file, beside those that still hold; return how many it has then.

    `current`: the hashes of the pack's tasks. What was found of a task that has changed since is dropped.
    """
    there = set(current)
    known = {**read_validations(root), **{v.tree_hash: v for v in found}}
    kept = sorted((v for h, v in known.items() if h in there), key=lambda v: v.task)
    text = json.dumps(to_json(Validations(tasks=tuple(kept))), indent=1, sort_keys=True)
    try:
        write_whole(root / NAME, text + "\n")
    except OSError as exc:
        raise BadDocument(str(root / NAME), [("(file)", f"cannot be written: {exc.strerror}")]) from exc
    return len(kept)

"""What was found of tasks, kept by content: an unchanged task is not validated again.

A finding is kept below the cache of this user, by all that it depends on. Who makes a pack keeps it in the
pack's `validated.json` too, which goes where the pack goes: the programs of that finding are its maker's.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import attrs

from cab_core import __version__
from cab_core.cache import cache_root, keep_json
from cab_core.plugins.protocols import Runtime
from cab_core.records import PackedTask, from_json, to_json
from cab_core.records.base import canonical
from cab_core.records.validation import OF_THE_MOMENT, Finding, Validation
from cab_core.trace.clock import utc_now

from .inputs import grader_inputs, listing
from .needs import versions_in


def key_of(task: PackedTask, grader_key: str) -> str:
    """Return the sha256 of all that a finding depends on; `grader_key`: see `Inputs.grader_key`."""
    reference, why = to_json(task.task.doc.reference), task.task.doc.unavailable
    ends = [listing(task.section(name)) for name in ("workdir", "solution", "forbidden")]
    return hashlib.sha256(canonical([grader_key, ends, reference, why]).encode()).hexdigest()


def grader_key(task: PackedTask, runtime: Runtime) -> str:
    """Return the key of a task's grader in a runtime, as its cells have it."""
    return grader_inputs(task, runtime.name, versions_in(runtime, task.needs)).digest


def kept(task: PackedTask, grader_key: str) -> Validation | None:
    """Return what was found of a task here, else what its pack says of this very task, or None."""
    return _found_here(task, grader_key) or task.validation


def found_here(task: PackedTask, runtime: Runtime) -> Validation | None:
    """Return what was found here of a task in a runtime, or None."""
    return _found_here(task, grader_key(task, runtime))


def keep(task: PackedTask, runtime: Runtime, finding: Finding) -> Validation:
    """Return a finding with all that it holds for; kept, unless it says nothing of the task."""
    found = Validation(
        task=task.task.id,
        tree_hash=task.task.tree_hash,
        key=key_of(task, grader_key(task, runtime)),
        runtime=runtime.name,
        cab=__version__,
        at=utc_now(),
        **attrs.asdict(finding),
    )
    if found.state not in OF_THE_MOMENT:
        path = _path(found.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        keep_json(path, to_json(found))
    return found


def _path(key: str) -> Path:
    return cache_root() / "validated" / f"{key}.json"


def _found_here(task: PackedTask, grader_key: str) -> Validation | None:
    """Return what was found of a task of this content; another pack may have it under another name."""
    from cattrs import BaseValidationError

    try:
        text = _path(key_of(task, grader_key)).read_text(encoding="utf-8")
        found = from_json(json.loads(text), Validation)
    except (OSError, ValueError, BaseValidationError):
        return None  # of an earlier cab, or cut off: it can be found anew
    return attrs.evolve(found, task=task.task.id, tree_hash=task.task.tree_hash)

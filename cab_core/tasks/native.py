"""The task directory format of cab: `pack.toml`; per task `task.toml` and the sections of `listing`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from cab_core.records import Environment, PackDoc, PackedTask, Task, TaskDoc, TaskFile

from .documents import read_document
from .environments import environment_of
from .families import apply_rule, with_families
from .foreign import unusable
from .listing import (
    SECTIONS,
    ByTask,
    Files,
    Listed,
    inside,
    read_list,
    task_names,
    tree_hash,
    walk,
    walk_environment,
)
from .problems import check_task, each_by_itself
from .validations import read_validations


class NativeFormat:
    """Reads packs in cab's own format."""

    name = "cab"

    def recognises(self, root: Path) -> bool:
        """Return whether there is a `pack.toml`."""
        return (root / "pack.toml").is_file()

    def load(self, root: Path) -> list[PackedTask]:
        """Return the tasks of the pack; one that cannot be read is unavailable, and costs no other.

        Raises:
            BadDocument: the pack's own documents are malformed, or none of its tasks can be read.
        """
        pack, names, read = _reader(root, read_list(root))
        tasks = each_by_itself(names, read, lambda name, why: unusable(pack.name, pack.version, name, why))
        return _whole(root, pack, tasks)


def load_as_it_is(root: Path) -> list[PackedTask]:
    """Return the tasks of a pack from what lies there, whatever its list says.

    Raises:
        BadDocument: a document is malformed, or a task cannot be read.
    """
    pack, names, read = _reader(root, None)
    return _whole(root, pack, [read(name) for name in names])


def load_as_listed(root: Path) -> list[PackedTask]:
    """Return the tasks of a pack as it would be installed.

    Raises:
        BadDocument: a document is malformed, or a task cannot be read.
    """
    pack, names, read = _reader(root, read_list(root))
    return _whole(root, pack, [read(name) for name in names])


def _reader(root: Path, listed: ByTask | None) -> tuple[PackDoc, list[str], Callable[[str], PackedTask]]:
    """Return a pack's document, the names of its tasks, and what reads one; without a list by looking."""
    pack = read_document(root / "pack.toml", PackDoc)
    files = inside(root, listed.environment) if listed else walk_environment(root)
    made = environment_of(root, pack.environment, files)
    if listed is None:
        return pack, task_names(root), lambda name: _task(root, pack, name, walk(root, name), made)
    tasks = listed.tasks
    return pack, sorted(tasks), lambda name: _task(root, pack, name, inside(root, tasks[name]), made)


def _whole(root: Path, pack: PackDoc, tasks: list[PackedTask]) -> list[PackedTask]:
    """Return tasks with what is known of them by their pack alone."""
    found = read_validations(root)
    tasks = [attrs.evolve(t, validation=found.get(t.task.tree_hash)) for t in tasks]
    tasks = apply_rule(pack, tasks, str(root / "pack.toml"))
    return with_families(tasks, lambda packed: str(root / packed.task.name / "task.toml"))


def _task(root: Path, pack: PackDoc, name: str, listed: Files, made: Environment | None) -> PackedTask:
    where = root / name / "task.toml"
    task = Task(
        id=f"{pack.name}/{name}",
        pack=pack.name,
        pack_version=pack.version,
        tree_hash=tree_hash(listed, made),
        doc=read_document(where, TaskDoc),
        private=pack.private,
        canary=pack.canary,
    )
    files = [f for path, entry in listed.items() if (f := _file(root, path, entry))]
    packed = PackedTask(task=task, files=tuple(files), environment=made)
    check_task(packed, str(where))
    return packed


def _file(root: Path, path: str, entry: Listed) -> TaskFile | None:
    _, section, inner = (*path.split("/", 2), "")[:3]
    if section not in SECTIONS or not inner:
        return None
    return TaskFile(
        section=section,  # type: ignore[arg-type]  # one of them, as checked
        path=inner,
        source=str(root / path),
        sha256=entry.sha256,
        executable=entry.executable,
        link=entry.link,
    )

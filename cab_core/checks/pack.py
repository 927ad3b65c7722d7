"""A task pack as it is installed: every task is read, is what its list says, and has a reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import CabError
from cab_core.records import PackedTask
from cab_core.tasks.catalog import Catalog, load_pack
from cab_core.tasks.listing import check_unchanged
from cab_core.tasks.native import load_as_listed
from cab_core.workdir.reference import is_made, reference_of

from .look import Look


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with a pack."""
    root: Path = look.made
    catalog = Catalog(look.plugins)
    catalog.tasks()
    if look.row.name in catalog.faults:
        yield catalog.faults[look.row.name]
        return
    if (root / "pack.toml").is_file():
        yield from look.ask(lambda: load_as_listed(root))  # a run leaves out a task that cannot be read
    if look.thorough:
        yield from _of_tasks(look, root)


def _of_tasks(look: Look, root: Path) -> Iterator[str]:
    first, second = (load_pack(look.plugins, root) for _ in range(2))
    if not first:
        yield look.fault("has no task; expected one at least")
    if [p.task.tree_hash for p in first] != [p.task.tree_hash for p in second]:
        yield look.fault("gives its tasks other hashes the second time; expected the same for the same files")
    for packed in first:
        for said in _of_task(packed):
            yield look.fault(f"task {packed.task.id}: {said}")


def _of_task(packed: PackedTask) -> Iterator[str]:
    doc = packed.task.doc
    if doc.unavailable is not None:
        yield f"cannot be run: {doc.unavailable}"
        return
    try:
        check_unchanged(packed.files)
        lacks = is_made(packed) and not reference_of(packed).paths
    except CabError as exc:
        yield str(exc)
        return
    if lacks and not (doc.refusal and doc.refusal.expected):
        yield "has no reference; expected one, which shows that it can be solved"

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
    first = load_pack(look.plugins, root)
    if not first:
        yield look.fault("has no task; expected one at least")
    second = (yield from look.ask(lambda: load_pack(look.plugins, _made_again(look, root)))) or first
    if (ids := [p.task.id for p in first]) != (again := [p.task.id for p in second]):
        other = sorted({*ids} ^ {*again}) or ids
        yield look.fault(f"has other tasks the second time: {', '.join(other[:3])}; expected the same")
    elif changed := [one.task.id for one, two in zip(first, second, strict=True) if one.task != two.task]:
        said = f"gives {', '.join(changed[:3])} another document or hash the second time; expected the same"
        yield look.fault(said)
    for packed in first:
        for said in _of_task(packed):
            yield look.fault(f"task {packed.task.id}: {said}")


def _made_again(look: Look, root: Path) -> Path:
    """Return where the pack lies by its factory, which may write it anew.

    Raises:
        CabError: the factory did not get so far.
    """
    try:
        made = look.row.registration.make() if look.row.registration else root
    except Exception as exc:
        raise CabError(look.fault(f"its factory, asked again, raised {type(exc).__name__}: {exc}")) from exc
    return made if isinstance(made, Path) else root


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

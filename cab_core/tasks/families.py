"""Families of related tasks: a task names its own, or its pack has a rule for it; twins are one family."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import attrs

from cab_core.errors import BadDocument, nearest
from cab_core.records import PackDoc, PackedTask, Task
from cab_core.records.task import family_of

_SHOWN = 5  # names of tasks in a message
_Node = tuple[str, bool, str]  # pack, whether it is a task, name: so a family comes before its tasks


def apply_rule(pack: PackDoc, tasks: Sequence[PackedTask], where: str) -> list[PackedTask]:
    """Return a pack's tasks, those that name no family with the one that the pack's rule finds for them.

    Raises:
        BadDocument: the rule is none, or holds for no task; `where` is the file in which it stands.
    """
    open_names = {t.task.name for t in tasks if t.task.doc.family is None}
    if pack.family is None or not open_names:
        return list(tasks)
    try:
        found = _found(pack.family, sorted(open_names))
    except ValueError as exc:
        raise BadDocument(where, [("family", f"{pack.family!r}: {exc}")]) from exc
    of = {name: family_of(pack.name, family) for name, family in found.items()}
    return [_evolved(t, of.get(t.task.name)) for t in tasks]


def _found(rule: str, names: Sequence[str]) -> dict[str, str]:
    """Return the families by name of the task; ValueError says what is wrong with the rule."""
    try:
        pattern = re.compile(rule)
    except (re.error, OverflowError, RecursionError) as exc:
        raise ValueError(f"is no regular expression: {exc}") from exc
    if pattern.groups != 1:
        raise ValueError(f"has {pattern.groups} groups, expected one: the family; others are (?:...)")
    matches = {name: m[1] for name in names if (m := pattern.fullmatch(name)) and m[1] is not None}
    if not matches:
        shown = ", ".join([*names[:_SHOWN], *["..."] * (len(names) > _SHOWN)])
        raise ValueError(f"matches the whole name of no task that names no family: {shown}")
    if empty := [name for name, family in matches.items() if not family.strip()]:
        raise ValueError(f"its group is empty for task {empty[0]!r}; expected the name of a family")
    return matches


def with_families(tasks: Sequence[PackedTask], where: Callable[[PackedTask], str]) -> list[PackedTask]:
    """Return the tasks of a pack with the families that hold in the end: related is who is by any way.

    Raises:
        BadDocument: a family has no name or is another pack's, or a twin is no other task of the pack.
    """
    for packed in tasks:
        if problems := [*_family_problems(packed.task), *_twin_problems(packed.task, tasks)]:
            raise BadDocument(where(packed), problems)
    first = _first_of_each(link for t in tasks for link in _links(t.task))
    return [_evolved(t, _name(first.get(_node(t.task)))) for t in tasks]


def _family_problems(task: Task) -> Iterable[tuple[str, str]]:
    own = family_of(task.pack, "")
    if task.doc.family is not None and not task.doc.family.strip():
        yield "family", f"expected a name, got {task.doc.family!r}"
    if task.family is not None and not (task.family.startswith(own) and task.family != own):
        yield "family", f"expected {own!r} and a name, got {task.family!r}"


def _twin_problems(task: Task, pack: Iterable[PackedTask]) -> Iterable[tuple[str, str]]:
    if task.twin is None:
        return
    others = {t.task.name for t in pack if t.task.pack == task.pack} - {task.name}
    if task.twin not in others:
        yield "refusal.twin", f"{task.twin!r} is no other task of this pack{nearest(task.twin, others)}"


def _links(task: Task) -> Iterable[tuple[_Node, _Node]]:
    """Yield what a task is related to: the family that it is said to be of, and its twin."""
    said = task.doc.family or (task.family and task.family.removeprefix(family_of(task.pack, "")))
    if said:
        yield _node(task), (task.pack, False, said)
    if task.twin is not None:
        yield _node(task), (task.pack, True, task.twin)


def _node(task: Task) -> _Node:
    return task.pack, True, task.name


def _first_of_each(links: Iterable[tuple[_Node, _Node]]) -> dict[_Node, _Node]:
    """Return for all that are linked the first of those that are connected with it."""
    above: dict[_Node, _Node] = {}

    def first(node: _Node) -> _Node:
        while (up := above.setdefault(node, node)) != node:
            above[node] = node = above[up]
        return node

    for one, other in links:
        low, high = sorted((first(one), first(other)))
        above[high] = low
    return {node: first(node) for node in list(above)}


def _name(node: _Node | None) -> str | None:
    return family_of(node[0], node[2]) if node else None


def _evolved(packed: PackedTask, family: str | None) -> PackedTask:
    return attrs.evolve(packed, task=attrs.evolve(packed.task, family=family))

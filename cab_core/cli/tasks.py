"""`cab tasks`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask, to_json
from cab_core.records.marks import MARKS, PRIVATE
from cab_core.run.not_covered import not_covered
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.left_out import left_out
from cab_core.tasks.listing import write_list
from cab_core.tasks.native import load_as_it_is
from cab_core.tasks.toolchains import missing
from cab_core.words import plural
from cab_core.workdir.materialise import materialise

from . import options
from .group import Group, pass_plugins
from .rows import print_table
from .table import print_json
from .tasks_exchange import export_tasks, import_tasks
from .tasks_mine import command as mine_command
from .tasks_mutate import command as mutate_command
from .tasks_validate import validate_tasks
from .text import one_line, plain, say, warn_of_faults


@click.group(cls=Group)
def command() -> None:
    """List, show, check, lock, import and export tasks."""


for _command in (validate_tasks, import_tasks, export_tasks):
    command.add_command(_command)


@command.command("list")
@click.argument("patterns", nargs=-1)
@options.pack
@options.as_json
@pass_plugins
def list_tasks(plugins: Plugins, patterns: tuple[str, ...], packs: tuple[Path, ...], as_json: bool) -> int:
    """List tasks, and what is missing on this machine to grade them in runtime local.

    Without a PATTERN: those of the packs that are given, or all there are.
    """
    warn_of_faults([f"plugin {r.owner}: {r.fault}" for r in plugins.faults()])
    catalog = Catalog(plugins, packs)
    tasks = catalog.listed(patterns)
    warn_of_faults(list(catalog.faults.values()))
    rows: list[dict[str, Any]] = [
        {
            "id": t.id,
            "title": t.doc.title,
            "category": t.category,
            "family": t.family,
            "tags": list(t.doc.tags),
            "in_process": t.in_process,
            "private": t.private,
            "missing": _missing(packed),
            "unavailable": t.doc.unavailable,
            "validated": packed.validation and packed.validation.state,
        }
        for packed in tasks
        for t in (packed.task,)
    ]
    if as_json:
        print_json(rows)
        return 0
    print_table([_row(row) for row in rows], ("task",), ("title", "notes"))
    if packs and not patterns:
        said = ", ".join(map(str, catalog.given))
        _tell(f"{plural(len(rows), 'task')} of {said}; of installed packs too: cab tasks list '*' --pack ...")
    return 0


def _missing(packed: PackedTask) -> list[str]:
    """Return what is not to be had on this machine itself."""
    if packed.environment is not None:
        return [str(packed.environment)]
    return [why for r in packed.task.doc.grade.requires if (why := missing(r))]


def _row(task: dict[str, Any]) -> tuple[str, str, str]:
    lacks = [f"not in runtime local: {'; '.join(task['missing'])}"] if task["missing"] else []
    said = [f"unavailable: {one_line(task['unavailable'])}"] if task["unavailable"] else []
    marks = [mark for mark, is_so in (("in-process", "in_process"), (PRIVATE, "private")) if task[is_so]]
    return task["id"], one_line(task["title"]), "; ".join(marks + said + lacks)


@command.command
@click.argument("task")
@options.pack
@options.as_json
@pass_plugins
def show(plugins: Plugins, task: str, packs: tuple[Path, ...], as_json: bool) -> int:
    """Show one task: what the agent is told and sees, and how it is judged."""
    for packed in Catalog(plugins, packs).select([task]):
        found = packed.task
        if as_json:
            print_json({**to_json(found), "not_covered": list(not_covered(packed))})
            continue
        say(f"{found.id}: {plain(found.doc.title)}\n\n{plain(found.doc.prompt.strip())}\n")
        say("The agent sees: " + ", ".join(plain(f.path) for f in packed.section("workdir")))
        say("A good fix touches: " + ", ".join(map(plain, found.doc.expected_files)))
        for grading in found.doc.grade.commands:
            say(f"Graded by: {plain(' '.join(grading.argv))}  ({grading.kind})")
        if packed.environment:
            say(f"Runs in {plain(str(packed.environment))}")
        if found.family:
            say(f"Family: {plain(found.family)}  (statistics move its tasks together)")
        if found.in_process:
            say("In-process: the tests share a process with the code that they judge.")
            say(f"Its grading does not see: {'; '.join(not_covered(packed))}")
        if found.private:
            say(f"Private: {MARKS[PRIVATE]}.")
        say(f"Pack {found.pack} {found.pack_version}, tree sha256 {found.tree_hash}")
    return 0


@command.command
@click.argument("task")
@click.argument("directory", type=click.Path(path_type=Path))
@options.pack
@options.as_json
@pass_plugins
def copy(plugins: Plugins, task: str, directory: Path, packs: tuple[Path, ...], as_json: bool) -> int:
    """Copy the files of one task, as the agent finds them, into a new DIRECTORY."""
    if os.path.lexists(directory):
        raise UserError(f"{directory}: there is something of that name already; expected a new directory")
    found = Catalog(plugins, packs).select([task])
    if len(found) != 1:
        raise UserError(f"{task!r} is {plural(len(found), 'task')}; expected the id of one")
    materialise(found[0].section("workdir"), directory)
    if as_json:
        print_json({"task": found[0].task.id, "directory": str(directory)})
    else:
        say(f"{directory} holds the files of {found[0].task.id}")
    return 0


def _tell(line: str) -> None:
    say(plain(line), err=True)


@command.command
@click.argument("directory", type=click.Path(path_type=Path))
@options.as_json
def lock(directory: Path, as_json: bool) -> int:
    """Write a pack's files.json anew: the list of the files that it consists of."""
    if not (directory / "pack.toml").is_file():
        raise UserError(f"{directory}: there is no pack.toml; is it a task pack?")
    said = left_out(directory, load_as_it_is(directory))
    if said:
        _tell(said)
    count, path = write_list(directory), directory / "files.json"
    if as_json:
        print_json({"files": count, "list": str(path)})
    else:
        say(f"{plural(count, 'file')} listed in {path}")
    return 0


command.add_command(mutate_command)
command.add_command(mine_command)

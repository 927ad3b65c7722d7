"""`cab tasks validate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import click

from cab_core.errors import GraderError, UserError
from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask, to_json
from cab_core.records.validation import OF_THE_MOMENT, STATES, Finding, Validation
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.validations import add_validations
from cab_core.words import plural

from . import options
from .group import pass_plugins
from .signals import stop_on_signals
from .table import print_json
from .text import one_line, plain, say
from .under_way import UnderWay


@attrs.frozen
class _Asked:
    """What the command was asked for."""

    runtime: Runtime
    repeats: int
    again: bool
    stop: StopSignal
    shown: UnderWay


@attrs.frozen
class _Row:
    """One task. `earlier`: it was found before, and nothing of it has changed."""

    found: Validation
    earlier: bool


@click.command("validate")
@click.argument("patterns", nargs=-1)
@click.option("--runtime", default="local", show_default=True, help="where the grader runs")
@click.option("--repeat", "repeats", type=click.IntRange(1), default=1, show_default=True, metavar="N",
              help="grade both ends N times; a task that differs is flaky")  # fmt: skip
@click.option("-j", "--jobs", type=click.IntRange(1), default=1, show_default=True, help="tasks at once")
@click.option("--again", is_flag=True, help="also tasks that did not change since they were validated")
@click.option("--record", is_flag=True, help="write what is found into the packs' validated.json")
@options.pack
@options.as_json
@pass_plugins
def validate_tasks(
    plugins: Plugins,
    patterns: tuple[str, ...],
    runtime: str,
    repeats: int,
    jobs: int,
    again: bool,
    record: bool,
    packs: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Grade each task unsolved (must fail) and with its reference (must pass).

    What is found is kept: a task that did not change is not validated again. Exit code 1: one is not sound.
    """
    place, catalog = plugins.runtime(runtime), Catalog(plugins, packs)
    for said in catalog.left_out:
        _tell(said)
    tasks = catalog.select(patterns)
    rows = list[_Row]()
    if not place.citable:
        _tell(
            f"graders and references are run on this machine, as you (runtime {place.name}); of a stranger's "
            "tasks, and for what counts elsewhere, give --runtime docker"
        )
    with UnderWay(quiet=as_json) as shown, stop_on_signals(shown.tell) as stop:
        try:
            for row in _validated(tasks, _Asked(place, repeats, again, stop, shown), jobs):
                rows.append(row)
                if not as_json:
                    with shown.cleared():
                        _print(row, len(rows), len(tasks))
        finally:
            if record:  # interrupted, too: what was found by then is worth keeping
                _record(plugins, tasks, [row.found for row in rows])
        if stop.is_set():
            raise KeyboardInterrupt
    _end(rows, as_json)
    return 0 if all(row.found.state == "sound" for row in rows) else 1


def _validated(tasks: Sequence[PackedTask], asked: _Asked, jobs: int) -> Iterator[_Row]:
    """Yield the rows in the order of the tasks, each when it is there."""
    with ThreadPoolExecutor(jobs) as pool:
        for made in [pool.submit(_validate, task, asked) for task in tasks]:
            if asked.stop.is_set():
                made.cancel()
            else:
                yield made.result()


def _validate(task: PackedTask, asked: _Asked) -> _Row:
    from cab_core.run.validated import found_here, keep

    known = None if asked.again else found_here(task, asked.runtime)
    if known is not None and known.repeats >= (asked.repeats if known.state == "sound" else 0):
        return _Row(known, True)
    with asked.shown.doing(task.task.id) as step:
        return _Row(keep(task, asked.runtime, _find(task, asked, step)), False)


def _find(task: PackedTask, asked: _Asked, step: Callable[[str], None]) -> Finding:
    from cab_core.run.needs import unmet
    from cab_core.run.validate import validate

    if asked.stop.is_set():
        return Finding(state="not_run", reason="interrupted")
    if task.task.doc.unavailable is None and (lacks := unmet(asked.runtime, task.needs, asked.shown.tell)):
        return Finding(state="toolchain_missing", reason=lacks)
    try:
        with asked.runtime.scratch() as scratch:
            return validate(task, asked.runtime, scratch, asked.stop, asked.repeats, step)
    except GraderError as exc:
        return Finding(state="not_run", reason=str(exc))


def _print(row: _Row, done: int, total: int) -> None:
    found = row.found
    said = f"{found.state}: {one_line(found.reason or '', 500)}" if found.fault else found.state
    took = "" if found.reference_s is None else f", {found.repeats} x, {found.reference_s:.1f} s"
    earlier = f", found {found.at[:10]}" if row.earlier else ""
    notes = "".join(f"; {one_line(note)}" for note in found.notes)
    say(f"[{done}/{total}] {found.task}: {said} (in {found.runtime}{took}{earlier}){notes}", indent=4)


def _end(rows: Sequence[_Row], as_json: bool) -> None:
    if as_json:
        print_json([_json(row) for row in rows])
    else:
        counts = Counter(row.found.state for row in rows)
        say(f"{counts['sound']} of {plural(len(rows), 'task')} {'is' if len(rows) == 1 else 'are'} sound.")
        for state in (s for s in STATES if counts[s] and s != "sound"):
            say(f"  {counts[state]} {state}: {STATES[state]}", indent=4)


def _json(row: _Row) -> dict[str, Any]:
    found = row.found
    return {**to_json(found), "fault": found.fault, "earlier": row.earlier}


def _record(plugins: Plugins, tasks: Sequence[PackedTask], found: Sequence[Validation]) -> None:
    """Write what was found beside the packs' own lists.

    Raises:
        UserError: a pack is not in cab's own format, which alone has such a file.
    """
    lying = {t.task.pack: Path(t.directory) for t in tasks if t.directory is not None}
    for pack in sorted({t.task.pack for t in tasks}):
        root = lying.get(pack) or plugins.get("task_pack", pack)
        if not (root / "pack.toml").is_file():
            raise UserError(f"--record: {root} is no pack in cab's own format: `cab tasks import` writes one")
        own = [v for v in found if v.task.startswith(f"{pack}/") and v.state not in OF_THE_MOMENT]
        current = {t.task.tree_hash for t in Catalog(plugins, lying.values()).select([f"{pack}/*"])}
        count = add_validations(root, own, current)
        _tell(f"{root / 'validated.json'} says what was found of {plural(count, 'task')}")


def _tell(line: str) -> None:
    say(plain(line), err=True)

"""`cab merge`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cab_core.errors import UserError
from cab_core.words import plural

from . import options
from .text import one_line, reason, say

if TYPE_CHECKING:
    from cab_core.store.merge import Conflict, Merged

_MOST = 20  # of a kind that are named one by one


@click.command
@click.argument("sources", nargs=-1, required=True, metavar="RUNS...", type=click.Path(path_type=Path))
@click.option(
    "-o", "target", required=True, type=click.Path(path_type=Path), help="the runs directory that gets all"
)
@options.as_json
def command(sources: tuple[Path, ...], target: Path, as_json: bool) -> int:
    """Put runs directories together in one, such as those of the shards of a sweep.

    Finished cells are copied whole, each by what it is, not by where it lay; the directories that are read
    stay as they are. The same command again copies nothing twice, and finishes one that was killed. Of one
    cell with several verdicts all tries are kept, numbered; what comes later on the command line is newer.

    Directories from elsewhere are read with care: no link is followed, and what is no cell is told and left
    out. The exit code is 1 where that was so, and where two verdicts on one cell are in conflict.
    """
    from cab_core.store.cells import Store
    from cab_core.store.merge import Merged, merge_cells, sweeps_in
    from cab_core.store.reading import uncollected
    from cab_core.sweep.lock_file import merge_lock_file

    store, merged, told = Store(target), Merged(), list[str]()
    store.check_writable()
    given = _others(sources, target)
    with uncollected():
        found = {source: sweeps_in(source) for source in given}
        with ExitStack() as held:
            for sweep in sorted({s for sweeps in found.values() for s in sweeps}):
                held.enter_context(store.lock(sweep))
            for source, sweeps in found.items():
                for sweep in sweeps:
                    told += [f"{source}: {said}" for said in merge_lock_file(source, target, sweep)]
                merge_cells(source, store, sweeps, merged)
    for source in (source for source, sweeps in found.items() if not sweeps):
        say(f"warning: {source}: no finished cell is there that can be read", err=True)
    (_print_json if as_json else _print)(merged, told, given, target)
    return int(bool(merged.refused or merged.conflicts))


def _others(sources: tuple[Path, ...], target: Path) -> list[Path]:
    """Return the directories to be read, each once, the target not among them.

    Raises:
        UserError: one is not there, or lies in the target or around it, where its cells would be found twice;
            or none is another than the target.
    """
    from cab_core.store.there import check_there

    for source in sources:
        check_there(source)
    real = {Path(os.path.realpath(source)): source for source in sources}
    there = Path(os.path.realpath(target))
    real.pop(there, None)
    if not real:
        raise UserError(
            f"-o {target} is the only directory that is to be read: there is nothing to put together; name "
            "the others, such as `cab merge part-1 part-2 -o runs`"
        )
    for path, source in real.items():
        if path in there.parents or there in path.parents:
            inner, outer = (source, target) if there in path.parents else (target, source)
            raise UserError(
                f"{inner} lies in {outer}, so that each cell would be found there twice; expected "
                "directories beside each other"
            )
    return list(real.values())


def _print(merged: Merged, told: list[str], sources: list[Path], target: Path) -> None:
    for said in _some(told, "differences of lock files"):
        say(f"warning: sweep.lock.toml: {one_line(said, 300)}", err=True)
    refused = [f"{path}: {reason(why)}" for path, why in merged.refused.items()]
    for said in _some(refused, "tries"):
        say(f"warning: not taken: {said}", err=True)
    for name, n in list(merged.other_files.items())[:_MOST]:
        say(f"warning: {plural(n, 'file')} {one_line(name)} left out, which cab does not write", err=True)
    for said in _some([_conflict(c) for c in merged.conflicts], "conflicts"):
        say(f"conflict: {said}", indent=4)
    directories = plural(len(sources), "directory", "directories")
    say(
        f"{plural(merged.copied, 'try', 'tries')} copied from {directories} to "
        f"{target}, {merged.there:,} there before, {len(merged.refused)} not taken, "
        f"{plural(len(merged.conflicts), 'conflict')}"
    )


def _conflict(found: Conflict) -> str:
    if found.other_content:
        was, is_now = found.outcomes
        return f"{found.cell}: {was} counted; now {is_now} does, of other content; {found.stands} counts"
    return f"{found.cell}: {', '.join(found.outcomes)} on the same content; {found.stands} counts"


def _some(found: list[str], what: str) -> Iterator[str]:
    yield from found[:_MOST]
    if len(found) > _MOST:
        yield f"{len(found) - _MOST} {what} more; --json names all"


def _print_json(merged: Merged, told: list[str], sources: list[Path], target: Path) -> None:
    from .table import print_json

    conflicts: list[dict[str, Any]] = [
        {
            "cell": c.cell,
            "outcomes": list(c.outcomes),
            "stands": c.stands,
            "other_content": c.other_content,
        }
        for c in merged.conflicts
    ]
    print_json(
        {
            "copied": merged.copied,
            "there": merged.there,
            "refused": merged.refused,
            "conflicts": conflicts,
            "lock_differences": told,
            "other_files": merged.other_files,
        }
    )

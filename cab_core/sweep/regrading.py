"""Grading cells again of which only the grader changed, before the others are run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

from cab_core.errors import CabError
from cab_core.plugins.observers import Observers
from cab_core.plugins.protocols import Scorer, StopSignal
from cab_core.records import Cell, CellKey, CellSummary
from cab_core.run.kept_work import NotKept
from cab_core.run.planned import PlannedCell
from cab_core.run.regrade import Regrade, regrade
from cab_core.store.cells import Store
from cab_core.words import plural

from .local import LocalExecutor
from .states import Done, State, kept_try
from .written import written


@attrs.frozen(kw_only=True)
class Watch:
    """Who is told of the cells that are graded again."""

    observers: Observers | None = None
    started: Callable[[Cell], None] = lambda _: None
    finished: Callable[[CellSummary, Path], None] = lambda *_: None
    warn: Callable[[str], None] = lambda _: None


@attrs.define
class Regraded:
    """What became of them, by cell: a verdict; work that is not kept; or no verdict, with the reason."""

    done: dict[CellKey, Done] = attrs.field(factory=dict)
    not_kept: dict[CellKey, str] = attrs.field(factory=dict)
    failed: dict[CellKey, str] = attrs.field(factory=dict)


def to_regrade(todo: Sequence[PlannedCell], store: Store) -> dict[CellKey, tuple[Regrade, State]]:
    """Return those of the cells whose kept work is to be graded again."""
    found = {}
    for planned in todo:
        tries = store.tries(planned.cell)
        state = kept_try(planned, store, tries) if tries else ()
        if isinstance(state, State) and state.directory is not None:
            found[planned.cell.key] = _of(planned, state.directory), state
    return found


def _of(planned: PlannedCell, directory: str) -> Regrade:
    return Regrade(
        cell=planned.cell,
        task=planned.task,
        runtime=planned.runtime,
        inputs=planned.inputs,
        directory=Path(directory),
    )


def regrade_all(
    work: Mapping[CellKey, Regrade],
    store: Store,
    scorers: Sequence[Scorer],
    stop: StopSignal,
    width: int,
    watch: Watch,
) -> Regraded:
    """Grade all of them again on this machine: so many at once, and not more than it has processors.

    Raises:
        InfraError: the disk is full.
        UserError: the store cannot be written.
    """
    found = Regraded()

    def one(cell: Cell) -> None:
        if stop.is_set():
            return
        watch.started(cell)
        if watch.observers is not None:
            watch.observers.tell("cab_cell_started", cell=cell)
        with written(store, cell, stop):
            again(cell)

    def again(cell: Cell) -> None:
        key = cell.key
        try:
            directory, result = regrade(work[key], store, scorers, stop)
        except NotKept as exc:
            found.not_kept[key] = str(exc)
        except CabError as exc:
            found.failed[key] = str(exc)
        except OSError:
            raise  # it cannot be written, nor could the others
        except Exception as exc:  # noqa: BLE001  one cell's accident must not end the others
            found.failed[key] = f"internal error of cab, {type(exc).__name__}: {exc}"
        else:
            if watch.observers is not None:
                watch.observers.tell("cab_cell_finished", result=result, directory=directory)
            found.done[key] = str(directory), result.summary
            watch.finished(result.summary, directory)

    for _ in LocalExecutor().map([r.cell for r in work.values()], one, min(width, os.cpu_count() or 1)):
        pass
    return found


def regrade_first(
    todo: Sequence[PlannedCell],
    store: Store,
    scorers: Sequence[Scorer],
    stop: StopSignal,
    width: int,
    watch: Watch,
) -> tuple[dict[CellKey, Done], list[PlannedCell]]:
    """Grade again what can be; return what came of it, and the cells that are still to be run."""
    work = to_regrade(todo, store)
    if not work:
        return {}, list(todo)
    for said in _told([state for _, state in work.values()]):
        watch.warn(said)
    found = regrade_all({key: r for key, (r, _) in work.items()}, store, scorers, stop, width, watch)
    for why, n in Counter(found.not_kept.values()).items():
        watch.warn(f"the kept work of {plural(n, 'cell')} cannot be graded again: {why}")
    for why, n in Counter(found.failed.values()).items():
        watch.warn(f"{plural(n, 'cell')} could not be graded again, and no model is called for it: {why}")
    left = [p for p in todo if p.cell.key not in work or p.cell.key in found.not_kept]
    return found.done, left


_MOST = 8  # sentences


def _told(states: Sequence[State]) -> list[str]:
    found = Counter(state.reasons[:3] for state in states)
    said = [
        f"{plural(n, 'cell')} graded again, without a model: {'; '.join(reasons)}"
        for reasons, n in found.most_common(_MOST)
    ]
    rest = found.total() - sum(n for _, n in found.most_common(_MOST))
    return said + ([f"{plural(rest, 'cell')} graded again for other reasons"] if rest else [])

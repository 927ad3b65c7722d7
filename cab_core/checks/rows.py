"""Every object of every plugin is made, and asked what a run would ask it, without a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from cab_core.errors import CabError
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registry import Plugins

from . import adapter, executor, pack, protocol, runtime, scorer, stack, task_format
from .look import Look

_CHECKS: dict[str, Callable[[Look], Iterator[str]]] = {
    "adapter": adapter.faults,
    "scorer": scorer.faults,
    "task_pack": pack.faults,
    "stack": stack.faults,
    "task_format": task_format.faults,
    "executor": executor.faults,
    "runtime": runtime.faults,
    "protocol": protocol.faults,
}


_NOTES: dict[str, Callable[[Look], Iterator[str]]] = {"adapter": adapter.notes, "stack": stack.notes}


def faults_of(plugins: Plugins, rows: Sequence[PluginRow], thorough: bool = False) -> list[list[str]]:
    """Return what is wrong with each object, in sentences that name its plugin and place.

    `thorough`: everything is looked at that needs no engine and no network; else only what is quick.
    """
    # In another thread, as in a run: there a KeyboardInterrupt is the plugin's, not the terminal's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return list(pool.map(lambda row: _faults_of(plugins, row, thorough), rows))


def _faults_of(plugins: Plugins, row: PluginRow, thorough: bool) -> list[str]:
    if row.status == "disabled":
        return []
    if row.registration is None or row.status != "ok":
        named = "" if row.kind == "plugin" else f" {row.name}:"
        return [f"plugin {row.owner}:{named} {row.fault}"] if row.fault else []
    try:
        made = plugins.get(row.kind, row.name)  # type: ignore[arg-type]  # a registration's kind is a Kind
    except CabError as exc:
        return [str(exc)]
    return list(dict.fromkeys(_CHECKS[row.kind](Look(plugins, row, made, thorough))))


def notes_of(plugins: Plugins, row: PluginRow) -> list[str]:
    """Return what an author should know of an object that is no fault of it."""
    if row.status == "disabled":
        return [f"plugin {row.owner} is {row.fault}: it was not looked at"]
    told = _NOTES.get(row.kind)
    if told is None or row.status != "ok":
        return []
    try:
        return list(told(Look(plugins, row, plugins.get(row.kind, row.name))))  # type: ignore[arg-type]
    except CabError:
        return []  # told as a fault

"""One typed face over all plugins: ask for an object by kind and name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from cab_core.errors import PluginConflict, PluginCrash, PluginUnusable, UnknownName
from cab_core.records import StackItem

from .authors import defined_at, is_ctrl_c, raised_at, said
from .blame import Blame
from .boundary import guarded, take
from .by_path import BY_PATH
from .checked import Misfit, checked
from .contract import NAME_IN, contract_of
from .loader import Loaded, PluginRow, load
from .protocols import Adapter, Executor, Runtime, Scorer, TaskFormat
from .registration import Kind
from .stack_rules import hold_stack
from .wire_protocol import WireProtocol

WORDS: dict[Kind, str] = {
    "adapter": "CLI",
    "scorer": "axis",
    "task_pack": "task pack",
    "stack": "stack",
    "runtime": "runtime",
    "executor": "executor",
    "task_format": "task format",
    "protocol": "wire protocol",
}
Say = Callable[[str], None]


def _unheard(said: str) -> None:
    """Take what is said where nobody listens."""


class Plugins:
    """The plugins of one run. Loading is done on first use; objects are made once, when asked for.

    `disabled`: names of those left out; `paths`: where others lie that are not installed.
    """

    def __init__(self, disabled: Iterable[str] = (), paths: Iterable[Path] = ()) -> None:
        self.disabled, self.paths = tuple(disabled), tuple(paths)
        self._made: dict[tuple[Kind, str], Any] = {}

    @functools.cached_property
    def loaded(self) -> Loaded:
        """What the scan of the entry points found."""
        return load(self.disabled, self.paths)

    def add_row(self, row: PluginRow) -> None:
        """Offer one more object in this run alone, such as a CLI that a file declares."""
        self.rows.append(row)

    @property
    def rows(self) -> list[PluginRow]:
        """All objects; those that share a name have the status `conflict`."""
        return self.loaded.rows

    def faults(self) -> list[PluginRow]:
        """Rows that deserve a warning line: broken or refused, not those switched off."""
        return [r for r in self.rows if r.status in ("broken", "refused", "conflict")]

    def names(self, kind: Kind) -> list[str]:
        """Return the names of one kind, sorted, each once."""
        return sorted({r.name for r in self.rows if r.kind == kind and r.status == "ok"})

    def owner(self, kind: Kind, name: str) -> PluginRow:
        """Return the one row that offers `name`.

        Raises:
            PluginConflict: two distributions offer it.
            PluginUnusable: it is broken or switched off.
            UnknownName: nothing offers it.
        """
        rows = [r for r in self.rows if r.kind == kind and r.name == name and r.registration is not None]
        if len(rows) > 1:
            raise PluginConflict(WORDS[kind], name, [r.owner for r in rows])
        if rows:
            return rows[0]
        for row in self.rows:
            # What was given by a path was meant: nobody knows what it would have offered.
            if row.status != "ok" and (name in (row.entry_point, row.name) or row.distribution == BY_PATH):
                raise PluginUnusable(
                    f"{WORDS[kind]} {name!r}: plugin {row.owner} is {row.status}: {row.fault}"
                )
        raise UnknownName(WORDS[kind], name, self.names(kind))

    def get(self, kind: Kind, name: str) -> Any:
        """Return the object, made on first use.

        Raises:
            UserError: as `owner`, or the plugin's factory fails.
        """
        key = (kind, name)
        if key not in self._made:
            self._made[key] = self._make(kind, name)
        return self._made[key]

    def _make(self, kind: Kind, name: str) -> Any:
        row = self.owner(kind, name)
        word = f"{WORDS[kind]} {name!r}"
        try:
            return _checked(row, kind, word, _built(row, word))
        except PluginCrash as crash:
            raise PluginUnusable(str(crash)) from crash

    def adapter(self, name: str) -> Adapter:
        """Return a CLI's adapter."""
        return cast("Adapter", self.get("adapter", name))

    def runtime(self, name: str) -> Runtime:
        """Return a runtime."""
        return cast("Runtime", self.get("runtime", name))

    def executor(self, name: str) -> Executor:
        """Return an executor."""
        return cast("Executor", self.get("executor", name))

    def scorers(self, warn: Say = _unheard) -> list[Scorer]:
        """Return the scorers that can be used, each after those it needs; tell who is left out, and why."""
        waiting: dict[str, Scorer] = {}
        for name in self.names("scorer"):
            try:
                waiting[name] = cast("Scorer", self.get("scorer", name))
            except PluginUnusable as exc:
                warn(f"{exc}; its axis is left out")
        ordered: dict[str, Scorer] = {}
        while ready := [n for n, s in waiting.items() if set(s.needs) <= set(ordered)]:
            ordered |= {n: waiting.pop(n) for n in ready}
        for name, scorer in waiting.items():
            row, lacking = self.owner("scorer", name), sorted(set(scorer.needs) - set(ordered))
            why = "in a circle" if set(lacking) <= set(waiting) else "which cannot be had"
            needs = f"it needs {', '.join(lacking)}, {why}"
            warn(f"plugin {row.owner}: axis {name!r} is left out: {needs} (at {row.where})")
        return list(ordered.values())

    def pack_roots(self) -> dict[str, Path]:
        """Return the directories of all task packs by name."""
        return {n: self.get("task_pack", n) for n in self.names("task_pack")}

    def task_format(self, name: str) -> TaskFormat:
        """Return a reader of task data."""
        return cast("TaskFormat", self.get("task_format", name))

    def protocol(self, name: str) -> WireProtocol:
        """Return a wire protocol."""
        return cast("WireProtocol", self.get("protocol", name))

    def blame(self, kind: Kind, name: str) -> Blame:
        """Return what knows the failures of an object that is not behind the boundary."""
        return Blame(self.get(kind, name), self.owner(kind, name).owner, f"{WORDS[kind]} {name!r}")


def _built(row: PluginRow, word: str) -> Any:
    """Return what the factory makes.

    Raises:
        PluginCrash: it raised.
    """
    assert row.registration is not None
    try:
        return row.registration.make()
    except BaseException as exc:
        if is_ctrl_c(exc):
            raise
        at = raised_at(exc, row.roots, row.where)
        raise PluginCrash(f"plugin {row.owner}: {word}: its factory raised {said(exc)} (at {at})") from exc


def _hold_listed(items: Sequence[StackItem]) -> None:
    hold_stack(items, [f"[{number}]" for number in range(len(items))])


def _hold_places(protocol: Any) -> None:
    found = checked(getattr(protocol, "parameters", {}), Mapping[str, Sequence[str]], "parameters")
    for name, places in found.items():
        if not places or not all(part for place in places for part in place.split(".")):
            expected = "at least one place, such as 'options.seed'"
            raise Misfit(f"parameters.{name}", expected, repr(places)[:80])


def _checked(row: PluginRow, kind: Kind, word: str, made: Any) -> Any:
    if kind == "task_pack":
        root = take(made, Path, row.owner, word, row.made_at)
        if not root.is_dir():
            raise PluginCrash(f"plugin {row.owner}: {word}: there is no directory {root} (at {row.made_at})")
        return root
    if kind == "stack":
        return take(made, tuple[StackItem, ...], row.owner, word, row.made_at, _hold_listed)
    if kind == "protocol":
        # Not behind the boundary: its readings take every event of every stream.
        found = take(made, WireProtocol, row.owner, word, row.made_at, _hold_places)
        if found.name != row.name:
            raise PluginCrash(
                f"plugin {row.owner}: {word}: it calls itself {found.name!r} (at {row.made_at})"
            )
        return found
    assert contract_of(kind) is not None
    found = guarded(made, kind, row.owner, word)
    own = getattr(found, NAME_IN[kind])
    if own != row.name:
        raise PluginCrash(
            f"plugin {row.owner}: {word}: the object calls itself {own!r}, expected the name under which it "
            f"was registered (at {defined_at(type(made))})"
        )
    return found

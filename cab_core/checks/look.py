"""What a check has in its hands: an object, where it comes from, and how a fault of it is told."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

import attrs

from cab_core.errors import CabError
from cab_core.plugins.authors import defined_at, file_behind
from cab_core.plugins.boundary import unguarded
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registration import Kind
from cab_core.plugins.registry import WORDS, Plugins

R = TypeVar("R")


@attrs.frozen
class Look:
    """One object that is looked at. `thorough`: at everything, not only at what is quick."""

    plugins: Plugins
    row: PluginRow
    made: Any
    thorough: bool = False
    _told: set[str] = attrs.field(factory=set, init=False)

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.row.kind  # type: ignore[return-value]  # a registration's kind is a Kind

    def roots_of(self, kind: Kind) -> tuple[str, ...]:
        """Return where the code and the files of other plugins lie that register this kind."""
        rows = [row for row in self.plugins.rows if row.kind == kind and row.owner != self.row.owner]
        return tuple(root for row in rows for root in row.roots)

    def fault(self, what: str, method: str | None = None) -> str:
        """Return a sentence that names the plugin, the object, and where its author wrote it."""
        thing = unguarded(self.made)
        place = getattr(thing, method, None) if method else None
        code = defined_at(place if place is not None else type(thing)) if self.kind in _OF_CODE else ""
        where = file_behind(thing) or code
        word = f"{WORDS[self.kind]} {self.row.name!r}"
        return f"plugin {self.row.owner}: {word}: {what} (at {where or self.row.made_at})"

    def ask(self, call: Callable[[], R], case: str = "") -> Generator[str, None, R | None]:
        """Make a call; yield what is wrong with it, the first time that it is, and return what it returns.

        `case`: what was special about what it was given. None is returned where something is wrong.
        """
        try:
            return call()
        except CabError as exc:
            said = str(exc)
            # What one line does to one method is one fault, whatever it says of each case.
            yield from self.once(
                f"{said.partition('() ')[0]} {said.rpartition('(at ')[2]}", _with(said, case)
            )
            return None

    def once(self, what: str, said: str) -> Iterator[str]:
        """Yield a sentence, unless one on `what` was yielded: the same of each further case says nothing."""
        if what not in self._told:
            self._told.add(what)
            yield said


# Objects whose class is their author's; what a pack's or a stack's factory makes is a plain value.
_OF_CODE = ("adapter", "scorer", "runtime", "executor", "task_format", "protocol")


def _with(said: str, case: str) -> str:
    """Put what was special behind the name of the method that a sentence is about."""
    head, found, rest = said.partition("() ")
    return f"{head}(), given {case}, {rest}" if case and found else said

"""Whose a failure is that came out of a plugin's object with nothing between it and cab.

Wire protocols are such: their readings take every event of every stream, which `boundary` would slow down.
"""

from __future__ import annotations

import traceback
from typing import Any, TypeVar

import attrs

from cab_core.errors import PluginCrash

from .authors import defined_at, is_below, raised_at, roots_of, said
from .checked import kind_of

T = TypeVar("T")
_SHARED = "cab_core.plugins.wire_protocol"  # what an author left out is missing there


class HandedOver(TypeError):
    """A plugin's method returned what it must not. `at`: where it is defined."""

    def __init__(self, what: str, at: str) -> None:
        self.at = at
        super().__init__(what)


def held(made: object, method: str, value: Any, tp: type[T]) -> T:
    """Return what a method of a plugin's object returned.

    Raises:
        HandedOver: it is of another type.
    """
    if not isinstance(value, tp):
        said = f"{method}() returned {kind_of(value)}, expected {tp.__name__}"
        raise HandedOver(said, defined_at(getattr(type(made), method)))
    return value


@attrs.frozen
class Blame:
    """Knows the failures of one plugin's object. `word`: what people call it."""

    made: object
    owner: str
    word: str

    def of(self, exc: BaseException) -> PluginCrash | None:
        """Return the crash of the plugin, where an exception is its own; None: it is somebody else's."""
        if isinstance(exc, HandedOver):
            return PluginCrash(f"plugin {self.owner}: {self.word}: {exc} (at {exc.at})")
        modules = {cls.__module__ for cls in type(self.made).__mro__} - {"builtins", "typing"}
        roots = [root for module in (_SHARED, *modules) for root in roots_of(module)]
        frames = traceback.extract_tb(exc.__traceback__)
        own = [frame for frame in frames if is_below(frame.filename, roots)]
        if not own:
            return None
        what = f"{own[0].name}() raised {said(exc)}"
        return PluginCrash(f"plugin {self.owner}: {self.word}: {what} (at {raised_at(exc, roots)})")

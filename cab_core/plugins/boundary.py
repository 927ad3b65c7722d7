"""The one place where cab meets a plugin's object: what it raises and what it returns is checked here.

A fault is a `PluginCrash` that names the plugin, the method, what was expected and the author's own line.
Which cells it costs is decided by whoever asked.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, NoReturn

from cab_core.errors import PluginCrash, SandboxError

from .authors import defined_at, file_behind, is_ctrl_c, is_ours, raised_at, roots_of, said
from .checked import Misfit, checked, kind_of
from .contract import KIND_OF_PROTOCOL, Member, contract_of, settled


class Guarded:
    """A plugin's object behind its contract: whoever has it may rely on the annotations of the protocol.

    Members that the contract does not know are passed on as they are.
    """

    def __init__(self, made: Any, kind: str, owner: str, word: str) -> None:
        contract = contract_of(kind)
        assert contract is not None
        self._made, self._contract, self._owner, self._word = made, contract, owner, word
        self._roots = roots_of(type(made).__module__)
        for name, member in contract.members.items():
            # A property may be costly, and is looked at when asked for.
            if not member.computed and (member.needed or hasattr(made, name)):
                self._present(name, member)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        member = self._contract.members.get(name)
        if member is None or not (member.computed or hasattr(self._made, name)):
            return getattr(self._made, name)
        return self._method(name, member) if member.method else self._attribute(name, member)

    def __repr__(self) -> str:
        return f"<{self._contract.kind} {self._word} of {self._owner}>"

    def _present(self, name: str, member: Member) -> None:
        """Check what can be without a call."""
        if not hasattr(self._made, name):
            self._fault(f"lacks {name}{'()' if member.method else ''}", type(self._made))
        if not member.method:
            self._attribute(name, member)
        elif not callable(getattr(self._made, name, None)):
            self._fault(f"has a {name} that is no method", type(self._made))

    def _attribute(self, name: str, member: Member) -> Any:
        with self._told(name, name):
            value = getattr(self._made, name)
        try:
            return settled(self._contract.kind, name, checked(value, member.type), self._made, ())
        except Misfit as misfit:
            self._fault(f"has a `{name}` that is {_wrong(misfit, value)}", type(self._made), misfit)

    def _method(self, name: str, member: Member) -> Callable[..., Any]:
        method = getattr(self._made, name)

        def call(*args: Any, **more: Any) -> Any:
            # An iterable is read where what it raises is still its author's.
            with self._told(f"{name}()", name):
                returned = method(*args, **more)
                try:
                    value = self._taken(name, member.type, returned)
                    return settled(self._contract.kind, name, value, self._made, (*args, *more.values()))
                except Misfit as misfit:
                    self._fault(f"{name}() returned {_wrong(misfit, returned)}", method, misfit)

        return call

    def _taken(self, name: str, tp: Any, value: Any) -> Any:
        if typing.get_origin(tp) is AbstractContextManager:
            return _Entered(self, name, typing.get_args(tp)[0], value)
        if tp in KIND_OF_PROTOCOL:
            return Guarded(
                value, KIND_OF_PROTOCOL[tp], self._owner, f"{KIND_OF_PROTOCOL[tp]} of {self._word}"
            )
        value = checked(value, tp)
        return self._each(name, value) if isinstance(value, Iterator) else value

    def _each(self, name: str, found: Iterator[Any]) -> Iterator[Any]:
        try:
            while True:
                with self._told(f"{name}()", name):
                    try:
                        item = next(found)
                    except StopIteration:
                        return
                yield item
        finally:
            if hasattr(found, "close"):
                found.close()

    @contextmanager
    def _told(self, what: str, name: str, body: BaseException | None = None) -> Iterator[None]:
        """Turn what a plugin raises into a crash that names it; `body` was raised by us and goes through."""
        may_raise = self._contract.may_raise
        try:
            yield
        except PluginCrash:
            raise
        except BaseException as exc:
            if exc is body or is_ctrl_c(exc) or (may_raise and isinstance(exc, may_raise)):
                raise
            if self._contract.kind == "executor" and is_ours(exc, self._roots):
                raise  # the work that it was given: ours
            at = raised_at(exc, self._roots, defined_at(getattr(type(self._made), name, type(self._made))))
            kind = (
                SandboxError if self._contract.kind == "runtime" and isinstance(exc, OSError) else PluginCrash
            )
            raise kind(self._sentence(f"{what} raised {said(exc)}", at)) from exc

    def _fault(self, what: str, where: Any, misfit: Misfit | None = None) -> NoReturn:
        raise PluginCrash(self._sentence(what, defined_at(where))) from misfit

    def _sentence(self, what: str, at: str) -> str:
        return f"plugin {self._owner}: {self._word}: {what} (at {file_behind(self._made) or at})"


class _Entered:
    """A plugin's context manager. What the body raises goes through it unchanged."""

    def __init__(self, guard: Guarded, name: str, tp: Any, manager: Any) -> None:
        if not (hasattr(manager, "__enter__") and hasattr(manager, "__exit__")):
            raise Misfit("", "a context manager", kind_of(manager))
        self._guard, self._name, self._type, self._manager = guard, name, tp, manager

    def __enter__(self) -> Any:
        guard, name = self._guard, self._name
        with guard._told(f"{name}()", name):
            value = self._manager.__enter__()
            try:
                return checked(value, self._type)
            except Misfit as misfit:
                guard._fault(f"{name}() gave {_wrong(misfit, value)}", getattr(guard._made, name), misfit)

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> bool | None:
        with self._guard._told(f"the end of {self._name}()", self._name, exc):
            return bool(self._manager.__exit__(kind, exc, tb))


def guarded(made: Any, kind: str, owner: str, word: str) -> Any:
    """Return a plugin's object, its values checked from now on; `word` is what people call it.

    Raises:
        PluginCrash: it lacks something, or an attribute is of the wrong type.
    """
    return made if isinstance(made, Guarded) else Guarded(made, kind, owner, word)


def unguarded(thing: Any) -> Any:
    """Return the plugin's own object, for those who ask what code it is of."""
    return thing._made if isinstance(thing, Guarded) else thing


def owner_of(thing: Any) -> str | None:
    """Return the plugin that made an object, `distribution:entry point`; None where it is not guarded."""
    return thing._owner if isinstance(thing, Guarded) else None


def _nothing_more(_: Any) -> None:
    """Hold a value against nothing but its type."""


def take(
    value: Any, tp: Any, owner: str, word: str, at: str, hold: Callable[[Any], None] = _nothing_more
) -> Any:
    """Return a plain value that a plugin's factory made, checked; `hold` raises a Misfit where more is wrong.

    Raises:
        PluginCrash: it is not of this type, or breaks a rule.
    """
    try:
        found = checked(value, tp)
        hold(found)
        return found
    except Misfit as misfit:
        raise PluginCrash(
            f"plugin {owner}: {word}: its factory made {_wrong(misfit, value)} (at {at})"
        ) from misfit


def _wrong(misfit: Misfit, value: Any) -> str:
    """Return `a dict, expected Launch`, or which place in it is wrong."""
    if not misfit.where:
        return f"{misfit.got}, expected {misfit.expected}"
    return f"{kind_of(value)} in which {misfit.where} is {misfit.got}, expected {misfit.expected}"

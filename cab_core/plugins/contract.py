"""What the objects of each kind must offer, drawn from the protocols, and what no annotation can say."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import attrs

from cab_core.errors import CabError, UserError
from cab_core.records import Applied, Launch, Recipe, Score

from . import protocols, rules
from .checked import Misfit

# kind -> what must be there, what may be, and which errors of ours it may raise by its contract
_PROTOCOLS: dict[str, tuple[type, type | None, type[CabError] | None]] = {
    "adapter": (protocols.Adapter, protocols.AdapterExtras, None),
    "dialect": (protocols.Dialect, protocols.DialectExtras, None),
    "scorer": (protocols.Scorer, None, None),
    "runtime": (protocols.Runtime, protocols.RuntimeExtras, CabError),
    "executor": (protocols.Executor, protocols.ExecutorExtras, CabError),
    "task_format": (protocols.TaskFormat, None, UserError),
}
KIND_OF_PROTOCOL = {protocols.Dialect: "dialect"}
# What an object calls itself: it must be the name under which it was registered.
NAME_IN = {"adapter": "name", "scorer": "axis", "runtime": "name", "executor": "name", "task_format": "name"}


@attrs.frozen
class Member:
    """One member of a protocol: the type of the attribute, or of what the method returns."""

    type: Any
    needed: bool
    method: bool = False
    computed: bool = False  # a property


@attrs.frozen
class Contract:
    """What an object of a kind offers. `may_raise`: errors of ours that are part of it."""

    kind: str
    members: dict[str, Member]
    may_raise: type[CabError] | None


@functools.cache
def contract_of(kind: str) -> Contract | None:
    """Return the contract of a kind; None where its objects are plain values."""
    if kind not in _PROTOCOLS:
        return None
    needed, extras, may_raise = _PROTOCOLS[kind]
    members = dict(_members(needed, True))
    return Contract(kind, {**members, **dict(_members(extras, False) if extras else ())}, may_raise)


def _members(protocol: type, needed: bool) -> Iterator[tuple[str, Member]]:
    for name, hint in typing.get_type_hints(protocol).items():
        if not name.startswith("_"):
            yield name, Member(hint, needed)
    for name, thing in vars(protocol).items():
        if isinstance(thing, property):
            yield name, Member(typing.get_type_hints(thing.fget)["return"], needed, computed=True)
        elif isinstance(thing, FunctionType) and not name.startswith("_"):
            yield name, Member(typing.get_type_hints(thing)["return"], needed, method=True)


def settled(kind: str, member: str, value: Any, made: Any, args: tuple[Any, ...]) -> Any:
    """Return a value of the right type, held against its member's rules, what may be unsaid filled in.

    Raises:
        Misfit: it breaks one.
    """
    rule = _RULES.get((kind, member))
    if rule is not None:
        for misfit in rule(value, made, args):
            raise misfit
    return _accounted(value, args) if (kind, member) == ("adapter", "launch") else value


UNTOLD = "the adapter says nothing of it"
Rule = Callable[[Any, Any, tuple[Any, ...]], Iterator[Misfit]]


def _launch(launch: Launch, _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if not launch.argv or not launch.argv[0]:
        yield Misfit("argv", "a program first", "none")
    yield from rules.words(launch.argv, "argv")
    yield from rules.variables(launch.env, "env")
    yield from rules.files(launch.files, "files")
    if launch.cwd is not None and not launch.cwd.startswith("/"):
        yield Misfit("cwd", "an absolute path, such as one below job.workdir", repr(launch.cwd[:200]))
    yield from rules.words([launch.cwd or ""], "cwd")
    names = [a.item for a in launch.stack]
    for number, name in enumerate(names):
        known = _item_names(args)
        if name not in known or name in names[:number]:
            expected = f"each of {', '.join(known) or 'no items'} at most once, as KIND:NAME"
            yield Misfit(f"stack[{number}].item", expected, repr(name[:60]))


def _item_names(args: tuple[Any, ...]) -> list[str]:
    return [f"{item.kind}:{item.name}" for item in args[0].stack] if args else []


def _accounted(launch: Launch, args: tuple[Any, ...]) -> Launch:
    """Return a launch that accounts for every item of the stack, in order: the others were not applied."""
    told = {account.item: account for account in launch.stack}
    found = (told.get(name) or Applied(item=name, reason=UNTOLD) for name in _item_names(args))
    return attrs.evolve(launch, stack=tuple(found))


def _recipe(recipe: Recipe, _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    return rules.packages(recipe, "")


def _version_argv(argv: Any, _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if not argv or not argv[0]:
        yield Misfit("", "a program with its arguments", "nothing")
    for number, word in enumerate(argv):
        yield from rules.one_line(word, f"[{number}]")


def _version(version: str, _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    return rules.version(version, "")


def _options(options: dict[str, Any], _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if not options:
        return
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    for name, schema in options.items():
        try:
            if not isinstance(schema, dict):
                raise SchemaError("it is no object")
            Draft202012Validator.check_schema(schema)
        except SchemaError as exc:
            yield Misfit(name, "a JSON Schema", f"one in which {exc.message}"[:200])


def _protocols(found: tuple[str, ...], _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if not found:
        yield Misfit("", "at least one protocol, such as 'openai-chat'", "none")


def _networks(found: tuple[str, ...], _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if not found or {*found} - {"gateway", "open"}:
        yield Misfit("", "'gateway' or 'open' or both", repr(found))


def _score(score: Score, scorer: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if score.axis != scorer.axis:
        yield Misfit("axis", repr(scorer.axis), repr(score.axis[:60]))


_RULES: dict[tuple[str, str], Rule] = {
    ("adapter", "launch"): _launch,
    ("adapter", "recipe"): _recipe,
    ("adapter", "version_argv"): _version_argv,
    ("adapter", "default_version"): _version,
    ("adapter", "options"): _options,
    ("executor", "settings"): _options,
    ("adapter", "protocols"): _protocols,
    ("runtime", "networks"): _networks,
    ("scorer", "score"): _score,
}

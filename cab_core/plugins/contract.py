"""What the objects of each kind must offer, drawn from the protocols, and what no annotation can say."""

from __future__ import annotations

import functools
import posixpath
import typing
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import attrs

from cab_core.errors import CabError, UserError
from cab_core.records import Launch, Recipe, Score
from cab_core.records.arguments import word_fault

from . import protocols
from .checked import Misfit

# kind -> what must be there, what may be, and which errors of ours it may raise by its contract
_PROTOCOLS: dict[str, tuple[type, type | None, type[CabError] | None]] = {
    "adapter": (protocols.Adapter, protocols.AdapterExtras, None),
    "dialect": (protocols.Dialect, protocols.DialectExtras, None),
    "scorer": (protocols.Scorer, None, None),
    "runtime": (protocols.Runtime, protocols.RuntimeExtras, CabError),
    "executor": (protocols.Executor, None, CabError),
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


def hold(kind: str, member: str, value: Any, made: Any, args: tuple[Any, ...]) -> None:
    """Hold a value of the right type against the rules of its member.

    Raises:
        Misfit: it breaks one.
    """
    rule = _RULES.get((kind, member))
    if rule is not None:
        for misfit in rule(value, made, args):
            raise misfit


_REMEDY = "what is long or no text belongs on standard input or in a file"
Rule = Callable[[Any, Any, tuple[Any, ...]], Iterator[Misfit]]


def _launch(launch: Launch, _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if not launch.argv or not launch.argv[0]:
        yield Misfit("argv", "a program first", "none")
    for number, word in enumerate(launch.argv):
        if why := word_fault(word):
            yield Misfit(f"argv[{number}]", f"a word of a program ({_REMEDY})", f"one that {why}")
    for name, value in launch.env.items():
        if not name or "=" in name:
            yield Misfit("env", "names without '='", repr(name[:60]))
        if why := word_fault(f"{name}={value}"):
            yield Misfit(f"env.{name[:60]}", f"a word of a program ({_REMEDY})", f"one that {why}")
    for path, text in launch.files.items():
        yield from _file(path, text)
    if args and len(launch.stack) != len(args[0].stack):
        yield Misfit("stack", f"an entry for each of {len(args[0].stack)} items", str(len(launch.stack)))


def _file(path: str, text: str) -> Iterator[Misfit]:
    ways = path.split("/")
    if path.startswith("/") or "\0" in path or not ways[-1] or {"..", "."} & {*ways}:
        yield Misfit("files", "paths relative to HOME that stay below it", f"{path[:200]!r}, outside HOME")
    elif posixpath.normpath(path) == ".cab-stdin":
        yield Misfit("files", "paths that cab does not use itself", repr(path))
    for word in (path, text):
        try:
            word.encode()
        except UnicodeEncodeError as exc:
            yield Misfit(f"files.{path[:60]!a}", "text in UTF-8", f"a surrogate at character {exc.start}")


def _recipe(recipe: Recipe, _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(recipe.python)
    except InvalidSpecifier:
        yield Misfit("python", "a version specifier like '>=3.11'", repr(recipe.python[:60]))
    for name in ("pip", "npm", "apt"):
        if any(not p.strip() or p.startswith("-") for p in getattr(recipe, name)):
            yield Misfit(name, "names of packages", repr(getattr(recipe, name))[:60])


def _version_argv(argv: Any, _: Any, args: tuple[Any, ...]) -> Iterator[Misfit]:
    if not argv or not argv[0]:
        yield Misfit("", "a program with its arguments", "nothing")


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
    ("adapter", "options"): _options,
    ("adapter", "protocols"): _protocols,
    ("runtime", "networks"): _networks,
    ("scorer", "score"): _score,
}

"""Classes on a page: what they are, and each of their members with its type, its bounds and its meaning."""

from __future__ import annotations

import functools
import json
import typing
from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import Any

import attrs

from . import feeds
from .words import Link, begun_by, said_of, signature, text_of, type_in_words

# Bounds of a field's JSON Schema, as people read them.
_BOUNDS = {
    "minimum": ">= {}",
    "maximum": "<= {:,.0f}",
    "exclusiveMinimum": "> {}",
    "minItems": "at least {}",
    "minLength": "length >= {}",
    "pattern": "pattern `{}`",
}


def linking(here: Iterable[type]) -> Link:
    """Return how a page names classes: those that stand on it are linked."""
    known = {cls.__name__ for cls in here}
    return lambda cls: (
        f"[{cls.__name__}](#{cls.__name__.lower()})" if cls.__name__ in known else f"`{_name(cls)}`"
    )


def _name(cls: Any) -> str:
    return getattr(cls, "__name__", str(cls))


def class_text(cls: type, link: Link) -> str:
    """Return a class under a heading: its docstring, its fields, what else it has."""
    own = [f"* {line}" for line in (*_fields(cls, link), *_attributes(cls, link), *_properties(cls))]
    parts = [f"## {cls.__name__}", _about(cls), "\n".join(own), *_methods(cls)]
    return "\n\n".join(part for part in parts if part)


def _about(cls: type) -> str:
    """Return the docstring without the paragraphs that say no more than its members do below."""
    told = {f.name for f in _public(cls) if "doc" not in f.metadata} | {*_annotated(cls)}
    return "\n\n".join(p for p in text_of(cls).split("\n\n") if not begun_by(p) or begun_by(p) - told)


def meanings(cls: type) -> dict[str, str]:
    """Return what each member of a class means: its fields, attributes, properties and methods."""
    found = {f.name: _meaning(cls, f) for f in _public(cls)}
    found |= {name: said_of(name, text_of(cls)) for name in _annotated(cls)}
    return found | {n: text_of(m) for n, m in vars(cls).items() if _is_computed(m) or _is_method(n, m)}


def _public(cls: Any) -> list[Any]:
    return [f for f in attrs.fields(cls) if not f.name.startswith("_")] if attrs.has(cls) else []


def _annotated(cls: type) -> list[str]:
    """Return the attributes that a protocol asks for."""
    return (
        [] if attrs.has(cls) else [n for n in vars(cls).get("__annotations__", {}) if not n.startswith("_")]
    )


def _is_computed(member: Any) -> bool:
    return isinstance(member, property | functools.cached_property)


def _is_method(name: str, member: Any) -> bool:
    return (
        isinstance(member, FunctionType | classmethod) and not name.startswith("_") and bool(member.__doc__)
    )


def _meaning(cls: type, field: Any) -> str:
    return str(field.metadata.get("doc") or said_of(field.name, text_of(cls)))


def _fields(cls: type, link: Link) -> Iterator[str]:
    hints = typing.get_type_hints(cls) if _public(cls) else {}
    for field in _public(cls):
        about = "; ".join((type_in_words(hints[field.name], link), *_bounds(field), _default(field)))
        yield f"`{field.name}` ({about}): {_told(cls, field)}"


def _told(cls: type, field: Any) -> str:
    says, fed = _meaning(cls, field), feeds.told(cls, field.name)
    return f"{says.rstrip('.')}.{fed}" if fed else says


def _bounds(field: Any) -> Iterator[str]:
    said = field.metadata.get("schema", {})
    yield from (text.format(said[key]) for key, text in _BOUNDS.items() if key in said)


def _default(field: Any) -> str:
    default = field.default
    if default is attrs.NOTHING:
        return "needed"
    if isinstance(default, attrs.Factory) or default in ((), ""):  # type: ignore[arg-type]
        return "left out: empty"
    if attrs.has(type(default)):
        return "left out: its defaults"
    if isinstance(default, bool) or default is None:
        return f"left out: {json.dumps(default)}"
    return f"left out: `{default}`"


def _attributes(cls: type, link: Link) -> Iterator[str]:
    names = _annotated(cls)
    hints = typing.get_type_hints(cls) if names else {}
    for name in names:
        yield f"`{name}` ({type_in_words(hints[name], link)}): {said_of(name, text_of(cls))}"


def _properties(cls: type) -> Iterator[str]:
    for name, member in vars(cls).items():
        if _is_computed(member) and not name.startswith("_"):
            yield f"`{name}` (computed): {' '.join(text_of(member).split())}"


def _methods(cls: type) -> Iterator[str]:
    for name, member in vars(cls).items():
        if _is_method(name, member):
            function = getattr(member, "__func__", member)
            shown = f"```python\n{name}{signature(function)}\n```"
            yield f"### {cls.__name__}.{name}\n\n{shown}\n\n{text_of(function)}"

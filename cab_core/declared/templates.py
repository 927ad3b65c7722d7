"""Filling in the templates of a declared CLI. Jinja2 is imported with this module: not before one is used."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Template, TemplateError, UndefinedError, nodes
from jinja2.meta import find_undeclared_variables

from cab_core.errors import nearest
from cab_core.records import Job

from .language import environment, read, rendered

Values = Mapping[str, Any]
_HINT = "test it by {% if %}, or put words of argv into a list of their own, which is left out then"


class BadTemplate(Exception):
    """A template cannot be read or filled in. `where`: its place in the document."""

    def __init__(self, where: str, said: str) -> None:
        super().__init__(f"{where}: {said}")
        self.where, self.said = where, said


@functools.lru_cache(1024)
def _compiled(text: str, known: frozenset[str]) -> Template:
    """Return a template that names nothing but what is known.

    Raises:
        TemplateError, SyntaxError: it cannot be compiled.
        ValueError: it is none, says what none may, or names something else.
    """
    for name in sorted(find_undeclared_variables(read(text)) - known):
        raise ValueError(f"it names {name!r}{nearest(name, known)}; known are {', '.join(sorted(known))}")
    return environment().from_string(text)


def names_below(text: str, name: str, where: str) -> set[str]:
    """Return what a template names below a value: `{'think'}` of `{{ options.think }}` and `options`.

    Raises:
        BadTemplate: it is none.
    """
    try:
        made = read(text)
    except ValueError as exc:
        raise _unfit(where, exc) from exc
    said: list[object] = [
        n.attr for n in made.find_all(nodes.Getattr) if getattr(n.node, "name", None) == name
    ]
    items = (n for n in made.find_all(nodes.Getitem) if getattr(n.node, "name", None) == name)
    said += [getattr(n.arg, "value", None) for n in items]
    return {each for each in said if isinstance(each, str)}


def values_of(job: Job) -> dict[str, Any]:
    """Return what a template of `launch` can name: the fields of the job but its stack."""
    names = (
        "prompt", "model", "protocol", "endpoint", "token", "home", "workdir", "deadline_s", "context_tokens",
        "options", "model_params", "files",
    )  # fmt: skip
    return {name: getattr(job, name) for name in names}


def fill(text: str, values: Values, where: str) -> str:
    """Return a template with the values in it.

    Raises:
        BadTemplate: it is none, or names what is not known, or not set.
    """
    try:
        return rendered(_compiled(text, frozenset(values)), values)
    except UndefinedError as exc:
        raise BadTemplate(where, f"names what is not set here ({exc.message}); {_HINT}") from exc
    except (TemplateError, SyntaxError, TypeError, ValueError, ArithmeticError, RecursionError) as exc:
        raise _unfit(where, exc) from exc


def _unfit(where: str, exc: Exception) -> BadTemplate:
    return BadTemplate(where, f"cannot be filled in as a template of Jinja2: {exc}")


def fill_all(texts: Mapping[str, str], values: Values, where: str) -> dict[str, str]:
    """Return texts by name, each filled in."""
    return {name: fill(text, values, f"{where}.{name}") for name, text in texts.items()}


def fill_words(words: Iterable[str | tuple[str, ...]], values: Values, where: str) -> Iterator[str]:
    """Yield words, filled in; those in a list of their own go together, or not at all: one is not set."""
    for number, word in enumerate(words):
        place = f"{where}[{number}]"
        if isinstance(word, str):
            yield fill(word, values, place)
            continue
        try:
            yield from [fill(each, values, place) for each in word]
        except BadTemplate as exc:
            if not isinstance(exc.__cause__, UndefinedError):
                raise

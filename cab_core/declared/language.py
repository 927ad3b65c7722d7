"""What a template may say: Jinja2's, without what need not end, or makes much out of little.

A file may be a stranger's, and the runner fills its templates in. So they call nothing, set nothing, and loop
over one thing at a time; which filters there are stands here, and how long a text may get.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sized
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import SandboxedEnvironment

LONGEST = 4 << 20  # characters of a text that is made, as of one that a filter makes on the way
_ON_THE_WAY = 16  # times as many may be in memory
_MOST = 100  # filters in one template
_LOOPS = ("files", "options", "model_params")
_FILTERS = (
    "d", "default", "first", "float", "int", "join", "last", "length", "lower", "replace", "string", "tojson",
    "trim", "upper", "urlencode",
)  # fmt: skip
_MAY = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Const,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair,
    nodes.CondExpr, nodes.Filter, nodes.Keyword, nodes.Test, nodes.Compare, nodes.Operand, nodes.And,
    nodes.Or, nodes.Not, nodes.Concat, nodes.Add, nodes.Sub, nodes.Neg, nodes.Pos,
)  # fmt: skip


@functools.cache
def environment() -> SandboxedEnvironment:
    """Return the environment of all templates."""
    made = SandboxedEnvironment(undefined=StrictUndefined, finalize=_set, keep_trailing_newline=True)
    made.filters = {name: _bounded(FILTERS[name]) for name in _FILTERS}
    return made


def read(text: str) -> nodes.Template:
    """Return what a template says.

    Raises:
        ValueError: it is none, or says what none may.
    """
    try:
        found = environment().parse(text)
        for fault in _faults(found):
            raise ValueError(fault)
        return found
    except (TemplateError, RecursionError) as exc:
        raise ValueError(str(exc) or "it is nested too deeply") from exc


def rendered(template: Template, values: Mapping[str, Any]) -> str:
    """Return a template with the values in it.

    Raises:
        ValueError: it would be too long; or whatever a value and a filter raise.
    """
    pieces, size = list[str](), 0
    for piece in template.generate(values):
        size += len(piece)
        _hold(size)
        pieces.append(piece)
    return "".join(pieces)


def _faults(found: nodes.Template) -> Iterator[str]:
    for node in found.find_all(nodes.Node):
        if not isinstance(node, _MAY):
            yield f"`{type(node).__name__}` of Jinja2 is not for these templates"
        if isinstance(node, nodes.For) and not _is_short(node):
            yield f"a loop goes over one of {', '.join(_LOOPS)} and has no other in it"
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            yield f"there is no filter {node.name!r} here, only {', '.join(_FILTERS)}"
    if sum(1 for _ in found.find_all(nodes.Filter)) > _MOST:
        yield f"it has more than {_MOST} filters"


def _is_short(loop: nodes.For) -> bool:
    over: nodes.Node = loop.iter
    while isinstance(over, nodes.Getattr | nodes.Getitem):
        over = over.node
    known = isinstance(over, nodes.Name) and over.name in _LOOPS
    return known and not loop.recursive and not any(loop.find_all(nodes.For))


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that makes no text which is too long; `replace` and `join` do not begin to."""

    @functools.wraps(filter_)  # which also tells Jinja2 what else to hand over
    def call(*args: Any, **more: Any) -> Any:
        first, *rest = [len(each) for each in (*args, *more.values()) if isinstance(each, Sized)] or [0]
        _hold(first * max(rest, default=0) // _ON_THE_WAY)
        made = filter_(*args, **more)
        _hold(len(made) if isinstance(made, str) else 0)
        return made

    return call


def _hold(size: int) -> None:
    if size > LONGEST:
        raise ValueError(f"it makes a text of more than {LONGEST:,} characters")


def _set(value: Any) -> Any:
    if value is None:
        raise UndefinedError("a value is None")
    return value

"""The command that goes on: the one that was given, word for word in its meaning, for a shell."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

_SECRET = "key"  # never printed: a log keeps what stands there
_ONCE = ("fresh",)  # would run again what is done


def command_again(ctx: click.Context) -> str:
    """Return the command line of this invocation, with its limits and parameters; a key is to fill in."""
    given = [p for p in ctx.command.params if _was_given(ctx, p)]
    words = [word for p in given if p.name not in (_SECRET, *_ONCE) for word in _words(p, ctx.params[p.name])]
    flags = list(_plugin_flags(ctx.parent.params)) if ctx.parent else []
    key = "CAB_KEY=YOUR_KEY " if any(p.name == _SECRET for p in given) else ""
    return key + shlex.join([program(), *flags, ctx.info_name or "", *words])


def _plugin_flags(said: dict[str, Any]) -> Iterator[str]:
    for name, option in (("plugin_flags", "-p"), ("plugin_paths", "--plugin")):
        for value in said.get(name) or ():
            yield from (option, str(value))


def program() -> str:
    """Return how `cab` was called, where a shell would not find the same one by its name."""
    found, called = shutil.which("cab"), Path(sys.argv[0])
    same = found is not None and called.exists() and Path(found).samefile(called)
    return sys.argv[0] if called.name == "cab" and not same else "cab"


def _was_given(ctx: click.Context, parameter: click.Parameter) -> bool:
    return ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE


def _words(parameter: click.Parameter, value: Any) -> Iterator[str]:
    if isinstance(parameter, click.Argument):
        yield str(value)
        return
    name = max(parameter.opts, key=len)
    if isinstance(parameter, click.Option) and parameter.is_flag:
        yield name
        return
    for each in value if isinstance(value, tuple) else (value,):  # of several, `cab check` takes one
        yield from (name, f"{each:.15g}" if isinstance(each, float) else str(each))

"""The page of the commands, drawn from the tree of click."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click


def walk(group: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each command of a tree with its whole name, a group before what is in it."""
    yield name, group
    if isinstance(group, click.Group):
        ctx = click.Context(group, info_name=name)
        for inner in group.list_commands(ctx):
            if command := group.get_command(ctx, inner):
                yield from walk(command, f"{name} {inner}")


def commands_text(root: click.Command) -> str:
    """Return the sections of all commands."""
    return "\n\n".join(_command(name, command) for name, command in walk(root, "cab"))


def options_of(command: click.Command) -> list[click.Option]:
    """Return the options of a command that its help shows."""
    return [p for p in command.params if isinstance(p, click.Option) and not p.hidden]


def _command(name: str, command: click.Command) -> str:
    ctx = click.Context(command, info_name=name)
    usage = " ".join((name, *command.collect_usage_pieces(ctx)))
    options = "\n".join(f"* {_option(o, ctx)}" for o in options_of(command))
    parts = (f"## {name}", f"```text\n{usage}\n```", _help(command.help or ""), options)
    return "\n\n".join(part for part in parts if part)


def _option(option: click.Option, ctx: click.Context) -> str:
    names, says = option.get_help_record(ctx) or ("", "")
    says = says.replace("*", r"\*")
    return f"`{names}`: {says}" + (" (several times)" if option.multiple else "")


def _help(text: str) -> str:
    """Return a help text as Markdown: what click is told to leave as it is becomes a block."""
    kept = re.split(r"\n\n", inspect.cleandoc(text))
    return "\n\n".join(_paragraph(p) for p in kept)


def _paragraph(text: str) -> str:
    if not text.startswith("\b\n"):
        return text.replace("\f", "")
    return "```text\n" + inspect.cleandoc("\n" + text[2:]) + "\n```"

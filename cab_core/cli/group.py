"""The click group behind `cab`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from . import COMMANDS, _overview

F = TypeVar("F", bound=Callable[..., Any])


class Group(click.Group):
    """Answers the name of a command that it has not with the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command."""
        from cab_core.errors import UnknownName

        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            raise UnknownName("command", args[0], known)
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """Knows its commands by name and imports each one's module only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the overview."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, summary = COMMANDS[cmd_name]
        command: click.Command = import_module(f"cab_core.cli.{module}").command
        command.help = command.help or summary
        return command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the overview."""
        formatter.write(_overview() + "\n")


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-p", "plugin_flags", multiple=True, metavar="no:NAME", help="leave a plugin out")
@click.option(
    "--plugin",
    "plugin_paths",
    multiple=True,
    type=click.Path(path_type=Path),
    help="a plugin that is not installed: its file, its package, or the directory of its distribution",
)
@click.pass_context
def cab(ctx: click.Context, plugin_flags: tuple[str, ...], plugin_paths: tuple[Path, ...]) -> None:
    """Benchmark coding-agent CLIs."""
    for flag in plugin_flags:
        if not flag.startswith("no:") or flag == "no:":
            raise click.UsageError(f"-p {flag}: expected -p no:ENTRYPOINT or -p no:dist:NAME")
    ctx.obj = tuple(flag.removeprefix("no:") for flag in plugin_flags), plugin_paths


def pass_plugins(command: F) -> F:
    """Give a command the plugins of this run, which one that prints its help alone never loads."""

    @functools.wraps(command)
    def called(*args: Any, **said: Any) -> Any:
        from cab_core.plugins.registry import Plugins

        from .own_plugins import plugins_of_directory

        left_out, paths = click.get_current_context().obj or ((), ())
        given = {path.resolve(): path for path in (*plugins_of_directory(), *paths)}
        return command(Plugins(left_out, tuple(given.values())), *args, **said)

    return cast("F", called)

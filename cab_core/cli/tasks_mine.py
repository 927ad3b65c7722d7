"""`cab tasks mine`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options
from .group import pass_plugins
from .tasks_own import asked, own, tell

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins


@click.command("mine")
@own
@click.option("--since", metavar="REV", help="only commits that REV does not have")
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, *, since: str | None, as_json: bool, **said: Any) -> int:
    """Turn commits of a git repository into tasks: those whose tests fail before them and pass after.

    What an agent is told comes from the commit's message, or from the prompts.toml beside the tasks, which
    may be changed before the same command is given again. What is written was validated five times.
    """
    from cab_core.own.mine import mine

    with asked(plugins, as_json=as_json, **said) as (wanted, target):
        made = mine(wanted, since)
    return tell(made, target, as_json)

"""`cab tasks mutate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import options
from .group import pass_plugins
from .tasks_own import asked, own, tell

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins


@click.command("mutate")
@own
@click.option("--seed", type=int, default=1, show_default=True, help="the same seed makes the same tasks")
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, *, seed: int, as_json: bool, **said: Any) -> int:
    """Turn a git repository into tasks: faults put into its source, which its tests notice.

    Only lines that the tests run are changed, where that is known (Python). What is written was validated
    five times. It needs the extra `mutate`.
    """
    from cab_core.own.mutate import mutate

    with asked(plugins, as_json=as_json, **said) as (wanted, target):
        made = mutate(wanted, seed)
    return tell(made, target, as_json)

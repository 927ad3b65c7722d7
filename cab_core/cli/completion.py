"""`cab completion`."""

from __future__ import annotations

import click

from . import options
from .completing import SHELLS, script
from .table import print_json


@click.command
@click.argument("shell", type=options.OneOf(list(SHELLS)))
@options.as_json
def command(shell: str, as_json: bool) -> int:
    r"""Print the script by which a shell completes commands, options and names of tasks, CLIs and runtimes.

    \b
      eval "$(cab completion bash)"            in ~/.bashrc
      eval "$(cab completion zsh)"             in ~/.zshrc
      cab completion fish | source             in ~/.config/fish/config.fish
    """
    if as_json:
        print_json({"shell": shell, "script": script(shell)})
    else:
        click.echo(script(shell))
    return 0

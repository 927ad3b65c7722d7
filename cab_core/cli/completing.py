"""What comes next on a command line, for a shell: commands from their list, names from the plugins.

A shell asks at every press of a key: so no command's module is imported where a list will do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from cab_core.errors import CabError
from cab_core.plugins.registry import Plugins

from . import COMMANDS, COMPLETE
from .group import cab


def _of_kind(kind: Any) -> Callable[[Plugins], Iterable[str]]:
    return lambda plugins: plugins.names(kind)


def _tasks(plugins: Plugins) -> Iterable[str]:
    """Return the tasks of installed packs in cab's own format, by their directories alone."""
    for pack, root in plugins.pack_roots().items():
        yield from (f"{pack}/{path.parent.name}" for path in root.glob("*/task.toml"))


# After an option, or after the words of a command.
_NAMES: dict[str, Callable[[Plugins], Iterable[str]]] = {
    "--task": _tasks,
    "--tui": _of_kind("adapter"),
    "--runtime": _of_kind("runtime"),
    "--executor": _of_kind("executor"),
    "tasks show": _tasks,
    "tasks copy": _tasks,
    "tasks validate": _tasks,
    "images build": _of_kind("adapter"),
    "plugins info": lambda plugins: {row.name for row in plugins.rows},
    "plugins check": lambda plugins: {row.name for row in plugins.rows},
}


class _Light(ShellComplete):
    """Answers what it can without click, which imports a command to know its options."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what fits."""
        if not args and not incomplete.startswith("-"):
            return [CompletionItem(n, help=s) for n, (_, s) in COMMANDS.items() if n.startswith(incomplete)]
        for key in (args[-1], " ".join(args[:2])):
            if key in _NAMES and not incomplete.startswith("-"):
                return [CompletionItem(n) for n in _known(key, args) if n.startswith(incomplete)]
        return super().get_completions(args, incomplete)


def _known(key: str, args: list[str]) -> list[str]:
    paths = [Path(path) for option, path in pairwise(args) if option == "--plugin"]
    try:
        return sorted(set(_NAMES[key](Plugins(paths=paths))))
    except CabError:
        return []  # a broken plugin is told by the command


class _Bash(_Light, BashComplete):
    pass


class _Zsh(_Light, ZshComplete):
    pass


class _Fish(_Light, FishComplete):
    pass


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def script(shell: str) -> str:
    """Return what a shell must read to ask us."""
    return _of(shell).source()


def answer(question: str) -> int:
    """Print the answer to what a shell asks; return the exit code."""
    shell, _, what = question.partition("_")
    if shell not in SHELLS or what != "complete":
        sys.stderr.write(f"cab: {COMPLETE}={question}: expected SHELL_complete, of {', '.join(SHELLS)}\n")
        return 2
    print(_of(shell).complete())
    return 0


def _of(shell: str) -> ShellComplete:
    return SHELLS[shell](cab, {}, "cab", COMPLETE)

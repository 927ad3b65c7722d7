"""The script that runs a CLI as a cell did, with the reader's own endpoint."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePosixPath

from cab_core import toml
from cab_core.records import CellResult, Recipe, Wiring
from cab_core.records.placeholders import STANDING

from . import shell
from .cell_files import pack_lines, pack_option

_STDIN = ".cab-stdin"  # below HOME


def own_endpoint_script(result: CellResult, recipe: Recipe | None) -> str | None:
    """Return the script, None where the cell does not say how its CLI was set up.

    It runs in a directory of its own and a HOME of its own; `recipe` is how the CLI was installed.
    """
    wiring = result.wiring
    if not wiring.argv:
        return None
    names = _names(wiring)
    exports, prefix = shell.exported(wiring.env, names)
    return "\n".join(
        (
            "(set -e",
            shell.comment(f"{result.cell.tui} {result.cell.tui_version}{_installed(recipe)}, on your PATH"),
            *shell.needed(_needs(wiring)),
            *pack_lines(result),
            "mkdir cab-own",
            "cd cab-own",
            shell.comment("the files of the task, as the agent finds them"),
            " ".join(("cab tasks copy", *pack_option(result), shell.quoted(result.cell.task), "work")),
            'export HOME="$PWD/home" WORKDIR="$PWD/work"',
            *_files(wiring, names),
            *exports,
            f"cd {shell.word(wiring.cwd or '$WORKDIR', names)}",
            _command(wiring, prefix, names) + ")",
        )
    )


def _needs(wiring: Wiring) -> dict[str, str]:
    """Return the placeholders that occur: those of a stack file are needed elsewhere, too."""
    texts = [*wiring.argv, *wiring.env.values(), *wiring.files.values(), wiring.stdin or "", wiring.cwd or ""]
    known = wiring.needs or STANDING
    return {name: says for name, says in known.items() if any(name in text for text in texts)}


def _names(wiring: Wiring) -> Sequence[str]:
    """Return the names of placeholders; a former cab recorded a stack's variables as values alone."""
    former = [n for n, value in wiring.env.items() if value == f"${n}" and n.isidentifier()]
    return list(wiring.needs) or [*STANDING, *former]


def _installed(recipe: Recipe | None) -> str:
    if recipe is None or not (recipe.pip or recipe.npm):
        return ""
    ways = [("pip install", recipe.pip), ("npm install -g", recipe.npm)]
    said = "; ".join(f"{how} {' '.join(packages)}" for how, packages in ways if packages)
    unknown = ", where `local:` is a package that is on no index" if "local:" in said else ""
    return f" ({said}{unknown})"


def _files(wiring: Wiring, names: Sequence[str]) -> list[str]:
    texts = {p: shell.word(t, names, _has_quotes(p, t)) for p, t in wiring.files.items() if shell.below(p)}
    if wiring.stdin is not None:
        texts[_STDIN] = shell.word(wiring.stdin, names)
    above = sorted({str(PurePosixPath(path).parent) for path in texts} | {"."})
    made = " ".join('"$HOME"' + ("" if p == "." else f"/{shell.quoted(p)}") for p in above)
    lines = [f"printf '%s' {text} > \"$HOME\"/{shell.quoted(path)}" for path, text in texts.items()]
    helper = [shell.ESCAPED] if any("$(escaped " in text for text in texts.values()) else []
    return [*helper, f"mkdir -p {made}", *lines]


def _has_quotes(path: str, text: str) -> bool:
    """Return whether placeholders in a file stand between quotation marks: whether it is JSON or TOML."""
    try:
        if path.endswith(".toml"):
            return bool(toml.loads(text))
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _command(wiring: Wiring, prefix: Sequence[str], names: Sequence[str]) -> str:
    grouped: list[str] = list(prefix)
    for arg in wiring.argv:
        # An option and its value share a line.
        if grouped and not arg.startswith("-") and grouped[-1].startswith("-") and " " not in grouped[-1]:
            grouped[-1] += f" {shell.word(arg, names)}"
        else:
            grouped.append(shell.word(arg, names))
    stdin = f'"$HOME"/{_STDIN}' if wiring.stdin is not None else "/dev/null"
    return " \\\n  ".join((*grouped, f"< {stdin}"))

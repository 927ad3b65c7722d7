"""Commands that a reader can copy: run it yourself, bring your own endpoint, check, embed."""

from __future__ import annotations

import shlex
from html import escape

from cab_core.records import Cell, CellResult, Identity, Limits
from cab_core.stats import settings

from .badge import message
from .rows import Row

_PLACEHOLDERS = ("$YOUR_ENDPOINT", "$YOUR_KEY", "$YOUR_MODEL_ID", "$HOME")
SITE = "https://YOUR-SITE"


def word(text: str) -> str:
    """Return one word for a shell; a placeholder such as `$YOUR_KEY` stays open to be filled in."""
    if any(p in text for p in _PLACEHOLDERS):
        kept = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`")
        return f'"{kept}"'
    return shlex.quote(text)


def pull_reference(identity: Identity) -> str | None:
    """Return `image@sha256:...`, what `docker pull` takes; None where the image was never pushed.

    A digest may be recorded bare or with the repository that it was pushed to.
    """
    image, digest = identity.container_image, identity.image_digest
    if not image or not digest:
        return None
    repository, sign, _ = digest.partition("@")
    name = repository if sign else image.partition("@")[0]
    return f"{name}@sha256:{digest.rpartition('sha256:')[2]}"


def docker_commands(result: CellResult) -> str | None:
    """Return the commands that pull the image and run this cell, None where nothing can be pulled.

    The agent's own image holds no cab: where only that was pushed, there is nothing to run by itself.
    """
    cell, agent = result.identity.cell_image, pull_reference(result.identity)
    if cell is None:
        return (
            None if agent is None else f"# the exact image in which the agent ran\ndocker pull {word(agent)}"
        )
    return "\n".join(
        (
            "# pull the image of this CLI with cab and the tasks",
            f"docker pull {word(cell)}",
            "",
            "docker run --rm \\",
            '  -e CAB_ENDPOINT="$YOUR_ENDPOINT" \\',
            '  -e CAB_KEY="$YOUR_KEY" \\',
            f"  {word(cell)} \\",
            "  run-cell \\",
            *_lines(*_cell(result.cell)),
        )
    )


def run_cell_command(result: CellResult) -> str:
    """Return the command that runs this cell with an installed cab."""
    cell = result.cell
    scripted = result.scripted
    endpoint = () if scripted else (("--endpoint", "$YOUR_ENDPOINT"), ("--key-env", "YOUR_KEY_VARIABLE"))
    place = (("--runtime", cell.runtime), ("--network", cell.network))
    sent = " ".join(f"{name}={value}" for name, value in settings(cell.configuration.model_params).items())
    return "\n".join(
        (
            "cab run-cell \\",
            *_lines(*_cell(cell), *place, *_limits(cell.limits), *endpoint),
            *([f"# in a sweep file, as model_params: {' '.join(sent.split())}"] if sent else []),
        )
    )


def _cell(cell: Cell) -> list[tuple[str, str]]:
    """Return the options that say which cell, wherever it is run."""
    given = settings(cell.configuration.options)
    return [
        ("--tui", f"{cell.tui}@{cell.tui_version}"),
        ("--model", cell.model),
        ("--task", cell.task),
        *(("--stack", name) for name in cell.stack),
        *(("--option", f"{name}={value}") for name, value in given.items()),
    ]


def _limits(limits: Limits) -> list[tuple[str, str]]:
    """Return the limits that are not what a run has anyway."""
    usual = Limits()
    said = (
        ("--wall", limits.wall_s, usual.wall_s),
        ("--max-calls", limits.calls, usual.calls),
        ("--max-tokens", limits.tokens, usual.tokens),
        ("--max-usd", limits.usd, usual.usd),
    )
    return [
        (option, f"{value:.15g}") for option, value, default in said if value is not None and value != default
    ]


def check_command(result: CellResult) -> str:
    """Return `cab check` for this task."""
    pairs = (
        ("--tui", result.cell.tui),
        ("--model", result.cell.model if not result.scripted else "$YOUR_MODEL_ID"),
        ("--endpoint", "$YOUR_ENDPOINT"),
        ("--key", "$YOUR_KEY"),
        ("--task", result.cell.task),
    )
    return "\n".join(("cab check \\", *_lines(*pairs), "# provisional score: not for citation"))


def wiring_command(result: CellResult) -> str:
    """Return the environment and the command of this CLI, as this cell used them, with placeholders."""
    wiring = result.wiring
    exports = [f"export {name}={word(value)}" for name, value in sorted(wiring.env.items())]
    grouped: list[str] = []
    for arg in wiring.argv:
        # An option and its value share a line.
        if grouped and not arg.startswith("-") and grouped[-1].startswith("-") and " " not in grouped[-1]:
            grouped[-1] += f" {word(arg)}"
        else:
            grouped.append(word(arg))
    return "\n".join([*exports, "", " \\\n  ".join(grouped)]).strip()


def embed_codes(row: Row, site: str | None) -> dict[str, str]:
    """Return the codes that show this result elsewhere."""
    base = (site or SITE).rstrip("/")
    page, picture = f"{base}/{row.address}/", f"{base}/{row.badge}"
    # Brackets and line ends would end the Markdown text.
    text = " ".join(f"CodingAgentBench: {row.name} {message(row)}".split())
    said = text.replace("[", "(").replace("]", ")")
    alt = escape(text)
    return {
        "README / Markdown": f"[![{said}]({picture})]({page})",
        "HTML": f'<a href="{page}"><img src="{picture}" alt="{alt}" /></a>',
        "HTML / iframe": f'<iframe src="{page}embed.html" title="{alt}" width="480" height="230"></iframe>',
        "Plain text": text,
    }


def _lines(*pairs: tuple[str, str]) -> list[str]:
    lines = [f"    {option} {word(value)}" for option, value in pairs]
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]

"""Commands that a reader can copy: run it yourself, bring your own endpoint, check, embed."""

from __future__ import annotations

from html import escape

from cab_core.records import CellResult, Identity, Inputs, Limits
from cab_core.records.placeholders import PACK, STANDING
from cab_core.stats import settings

from . import shell
from .badge import message
from .cell_files import (
    declared_file,
    file_of,
    needed_files,
    pack_lines,
    pack_option,
    plugin_lines,
    plugin_options,
    tui_option,
    written,
)
from .rows import Row

SITE = "https://YOUR-SITE"
_MOUNTED = "/root/pack"
_REACHED = ('--endpoint "$YOUR_ENDPOINT"', "--key-env YOUR_KEY")
_ENDPOINT = {name: STANDING[name] for name in ("YOUR_ENDPOINT", "YOUR_KEY")}


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


def docker_commands(result: CellResult, inputs: Inputs | None = None) -> str | None:
    """Return the script that pulls the image and runs this cell, None where nothing can be pulled.

    The agent's own image holds no cab: where only that was pushed, there is nothing to run by itself.
    """
    image, agent = result.identity.cell_image, pull_reference(result.identity)
    if image is None:
        return agent and f"# the exact image in which the agent ran\ndocker pull {shell.quoted(agent)}"
    given, made = _endpoint_lines(result), needed_files(result, inputs)
    mounts = [f'-v "$PWD"/{shell.quoted(name)}:/root/{shell.quoted(name)}:ro' for name in made]
    return _script(
        "# the image of this CLI with cab and the tasks (an endpoint on this machine: add --network host)",
        *given,
        *pack_lines(result),
        *written(result, made),
        *(['export CAB_ENDPOINT="$YOUR_ENDPOINT" CAB_KEY="$YOUR_KEY"'] if given else []),
        f"docker pull {shell.quoted(image)}",
        " \\\n  ".join(
            (
                "docker run --rm",
                *(["-e CAB_ENDPOINT -e CAB_KEY"] if given else []),
                *mounts,
                *([f'-v "${PACK}":{_MOUNTED}:ro'] if result.pack_by_path else []),
                f"{shell.quoted(image)} run-cell",
                *([f"--pack {_MOUNTED}"] if result.pack_by_path else []),
                *_options(*_cell(result), *_limits(result.cell.limits)),
            )
        ),
    )


def run_cell_command(result: CellResult, inputs: Inputs | None = None) -> str:
    """Return the script that runs this cell with an installed cab; `inputs` say what its model costs."""
    cell, given, made = result.cell, _endpoint_lines(result), needed_files(result, inputs)
    place = (("--runtime", cell.runtime), ("--network", cell.network))
    return _script(
        shell.comment(_wants(result)),
        *(["# the cell had no bound on calls, this one has one"] if cell.limits.calls is None else []),
        *given,
        *(["export YOUR_KEY"] if given else []),
        *plugin_lines(result),
        *pack_lines(result),
        *written(result, made),
        " \\\n  ".join(
            (
                f"cab{plugin_options(result)} run-cell",
                *pack_option(result),
                *_options(*_cell(result), *place, *_limits(cell.limits)),
                *(_REACHED if given else ()),
            )
        ),
    )


def _wants(result: CellResult) -> str:
    """Return what must be installed beside cab so that the cell can be run again."""
    adapter, task = result.identity.adapter, result.task
    owners = sorted(f"stack {name} of {owner}" for name, owner in result.wiring.stack_owners.items())
    by_plugin = adapter and result.wiring.declared is None
    parts = [f"cab {result.host.get('cab', '')}".strip(), f"adapter {adapter}" if by_plugin else "", *owners]
    return "with " + ", ".join((*filter(None, parts), f"task pack {task.pack} version {task.pack_version}"))


def _script(*lines: str) -> str:
    """Return a script in a shell of its own, which ends at the first failure."""
    return "\n".join(("(set -e", *lines)) + ")"


def _endpoint_lines(result: CellResult) -> list[str]:
    return [] if result.scripted else shell.needed(_ENDPOINT)


def _options(*pairs: tuple[str, str]) -> list[str]:
    return [f"{option} {shell.quoted(value)}" for option, value in pairs]


def _cell(result: CellResult) -> list[tuple[str, str]]:
    """Return the options that say which cell, wherever it is run."""
    cell, config = result.cell, result.cell.configuration
    stacks = [file_of(name) if name in result.wiring.stacks else name for name in cell.stack]
    return [
        tui_option(result),
        ("--model", cell.model),
        ("--task", cell.task),
        *([("--attempt", str(cell.attempt))] if cell.attempt != 1 else []),
        *(("--stack", name) for name in stacks),
        *(("--option", f"{name}={value}") for name, value in settings(config.options).items()),
        *(("--model-param", f"{name}={value}") for name, value in settings(config.model_params).items()),
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
    return [(option, _number(v)) for option, v, default in said if v is not None and v != default]


def _number(value: float) -> str:
    """Return a number so that it is read as the same one; whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def check_command(result: CellResult) -> str:
    """Return `cab check` for this task, with a model of the reader's."""
    pairs = (
        tui_option(result),
        ("--task", result.cell.task),
    )
    return _script(
        shell.comment("provisional score: not for citation"),
        *shell.needed(STANDING),
        "export YOUR_KEY",
        *plugin_lines(result),
        *pack_lines(result),
        *written(result, declared_file(result)),
        " \\\n  ".join(
            (
                f"cab{plugin_options(result)} check",
                *pack_option(result),
                *_options(*pairs),
                '--model "$YOUR_MODEL_ID"',
                *_REACHED,
            )
        ),
    )


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
        "HTML / iframe": f'<iframe src="{page}#card" title="{alt}" width="480" height="250"></iframe>',
        "Plain text": text,
    }

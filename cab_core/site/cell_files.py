"""Files that a printed command needs beside it, written by the script that it stands in."""

from __future__ import annotations

import re

import attrs
import tomli_w

from cab_core.defaults import PROTOCOL
from cab_core.gateway.models import ModelDoc
from cab_core.records import CellResult, Inputs, Json
from cab_core.records.placeholders import PACK, PLUGIN, STANDING

from . import shell


def needed_files(result: CellResult, inputs: Inputs | None) -> dict[str, str]:
    """Return the files that a command needs beside it, by name, as words for a shell: stacks, the model's."""
    stacks, names = result.wiring.stacks, list(result.wiring.needs)
    files = {file_of(name): shell.word(text, names, inside=True) for name, text in stacks.items()}
    files |= declared_file(result)
    if inputs and not result.scripted and (said := _of_model(inputs)):
        # The endpoint is given on the command line, which goes before this one.
        document = {"models": {result.cell.model: {"endpoint": "http://127.0.0.1/v1", **said}}}
        files["cab.toml"] = shell.quoted(tomli_w.dumps(document))
    return files


def pack_lines(result: CellResult) -> list[str]:
    """Return the lines that declare the directory of a task pack that no installation offers."""
    if not result.pack_by_path:
        return []
    says = f"directory of the task pack {result.task.pack} {result.task.pack_version}"
    # A script changes into directories of its own.
    return [*shell.needed({PACK: says}), f'{PACK}=$(CDPATH= cd -- "${PACK}" && pwd)']


def pack_option(result: CellResult) -> tuple[str, ...]:
    """Return the option that names that directory, on this machine."""
    return (f'--pack "${PACK}"',) if result.pack_by_path else ()


def plugin_lines(result: CellResult) -> list[str]:
    """Return the lines that declare where the plugins lie that no installation offers."""
    says = {name: f"where the plugin {owner} lies" for name, owner in _by_path(result).items()}
    return [*shell.needed(says), *(f'{name}=$(realpath "${name}")' for name in says)]


def plugin_options(result: CellResult) -> str:
    """Return the options that name them, each with a blank before it; they stand before the command."""
    return "".join(f' --plugin "${name}"' for name in _by_path(result))


def _by_path(result: CellResult) -> dict[str, str]:
    """Return those plugins by the placeholders of their paths."""
    found = enumerate(result.identity.by_path)
    return {f"{PLUGIN}_{n + 1}" if n else PLUGIN: owner for n, owner in found}


def file_of(stack: str) -> str:
    """Return a name for a stack's file; a stranger's cell may call it anything."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", stack).lstrip(".") + ".toml"


def declared_file(result: CellResult) -> dict[str, str]:
    """Return the file that declares the CLI, by its name, as a word for a shell; nothing where none does."""
    text = result.wiring.declared
    return {} if text is None else {_cli_file(result): shell.quoted(text)}


def _cli_file(result: CellResult) -> str:
    """Return a name for it that no stack's file has."""
    return f"cli-{file_of(result.cell.tui)}"


def tui_option(result: CellResult) -> tuple[str, str]:
    """Return the option that names the CLI: by its name, or by the file that declares it."""
    named = result.cell.tui if result.wiring.declared is None else _cli_file(result)
    return "--tui", f"{named}@{result.cell.tui_version}"


def _of_model(inputs: Inputs) -> dict[str, Json]:
    """Return what `cab.toml` must say of the model: all but where it is, which the command says."""
    said: dict[str, Json] = {}
    for field in attrs.fields(ModelDoc):
        value = getattr(inputs.model, field.name, None)
        if field.name != "endpoint" and value is not None and value != field.default:
            said[field.name] = value
    if inputs.model.protocol != PROTOCOL:
        said["protocols"] = [inputs.model.protocol]  # else a CLI that speaks several might take another
    if inputs.model.price:
        said["price"] = {k: v for k, v in inputs.model.price.items() if v is not None}
    return said


def written(result: CellResult, files: dict[str, str]) -> list[str]:
    """Return the lines that write the files into a directory of their own."""
    if not files:
        return []
    stacks = "".join(result.wiring.stacks.values())
    secret = {n: s for n, s in result.wiring.needs.items() if n not in STANDING and n in stacks}
    return [
        *shell.needed(secret),
        *([shell.ESCAPED] if secret else []),
        "mkdir -p cab-cell",
        "cd cab-cell",
        *(f"printf '%s' {text} > {shell.quoted(name)}" for name, text in files.items()),
    ]

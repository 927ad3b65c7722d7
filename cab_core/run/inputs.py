"""The inputs record of a cell, out of the objects that carry it out. See `records.inputs`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from cab_core import __version__
from cab_core.gateway.models import Model
from cab_core.gateway.price import Price
from cab_core.gateway.price_table import TablePrice
from cab_core.plugins.boundary import unguarded
from cab_core.plugins.protocols import Adapter
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Installation, McpServer, PackedTask, Skill, StackItem, TaskFile, to_json
from cab_core.records.inputs import (
    CliInputs,
    GraderInputs,
    ModelInputs,
    SandboxInputs,
    StackInputs,
    TaskInputs,
)

from .code import code_of

# What a task's document says that no verdict rests on.
_NOT_JUDGED = (
    "schema_version", "title", "prompt", "category", "family", "tags", "origin", "reference", "unavailable",
)  # fmt: skip


def model_inputs(model: Model, protocol: WireProtocol, distribution: str) -> ModelInputs:
    """Return all of a model but its key; `distribution`: whose the protocol is."""
    ours = type(protocol).__module__.startswith("cab_core.")  # and in the version of cab
    return ModelInputs(
        id=model.id,
        protocol=protocol.name,
        protocol_code=None if ours else code_of(protocol, distribution),
        endpoint=model.endpoint,
        scripted=model.scripted,
        context_tokens=model.context_tokens,
        idle_s=model.idle_s if model.scripted is None else None,
        price=attrs.asdict(model.price) if isinstance(model.price, Price) else None,
        priced_as=model.price.entry if isinstance(model.price, TablePrice) else None,
        headers=tuple(sorted(model.headers)),
    )


def adapter_code(adapter: Adapter, owner: str) -> str | None:
    """Return the sha256 of an adapter's source files, None where they cannot be read; `owner` as below."""
    return code_of(unguarded(adapter), owner.partition(":")[0])


def cli_inputs(adapter: Adapter, owner: str, code: str | None, installation: Installation) -> CliInputs:
    """Return the CLI; `owner` is the adapter's plugin, `distribution:entry point@version`."""
    return CliInputs(
        tui=adapter.name,
        version=installation.version,
        reported=installation.reported,
        adapter=owner,
        code=code,
        recipe=adapter.recipe(installation.version).public(),
    )


def sandbox_inputs(
    runtime: str, network: str, installation: Installation, toolchains: Mapping[str, str | None]
) -> SandboxInputs:
    """Return where the agent runs."""
    return SandboxInputs(
        runtime=runtime,
        network=network,
        image_id=installation.image_id,
        base_image=installation.base_image,
        toolchains=dict(toolchains),
    )


def task_inputs(task: PackedTask, scripted: bool) -> TaskInputs:
    """Return what the agent is given; `scripted`: and what a scripted model knows besides."""
    known = (*task.section("solution"), *task.section("forbidden")) if scripted else ()
    return TaskInputs(
        id=task.task.id,
        prompt=task.task.doc.prompt,
        workdir=listing(task.section("workdir")),
        scripted=listing(known),
    )


def grader_inputs(task: PackedTask, runtime: str, toolchains: Mapping[str, str | None]) -> GraderInputs:
    """Return what the verdict depends on besides what the agent left."""
    judged = {k: v for k, v in to_json(task.task.doc).items() if k not in _NOT_JUDGED}
    return GraderInputs(
        cab=__version__,
        runtime=runtime,
        doc=judged,
        tests=listing(task.section("tests")),
        hidden=listing(task.section("hidden")),
        toolchains=dict(toolchains),
    )


def stack_inputs(items: Iterable[StackItem]) -> StackInputs:
    """Return the items of a stack, with hashes for the values of variables and the texts of files."""
    return StackInputs(items=tuple(_public_item(item) for item in items))


def _public_item(item: StackItem) -> dict[str, Any]:
    if isinstance(item, McpServer) and item.recipe:
        item = attrs.evolve(item, recipe=item.recipe.public())
    said = to_json(item)
    if isinstance(item, McpServer | Skill) and not item.files:
        del said["files"]  # as in the keys of cells from before there could be any
    hidden = {"env", "values", "files"} & said.keys()
    return {**said, **{name: {k: _hash(v) for k, v in said[name].items()} for name in hidden}}


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def listing(files: Iterable[TaskFile]) -> dict[str, str]:
    """Return files by path: hash and mode, or where a link leads."""
    return {f.path: _file(f) for f in files}


def _file(file: TaskFile) -> str:
    if file.link is not None:
        return f"link {file.link}"
    return f"{file.sha256} {'755' if file.executable else '644'}"

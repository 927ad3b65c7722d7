"""`cab schema`."""

from __future__ import annotations

from typing import Any

import click

from cab_core.gateway.models import ConfigDoc
from cab_core.records import CellResult, Inputs, Observed, PackDoc, Sweep, TaskDoc
from cab_core.records.events import RunEvent
from cab_core.records.schema import schema_of
from cab_core.records.stack import StackDoc

from .table import print_json

DOCUMENTS: dict[str, Any] = {
    "cell": CellResult,
    "task": TaskDoc,
    "pack": PackDoc,
    "sweep": Sweep,
    "stack": StackDoc,
    "config": ConfigDoc,
    "inputs": Inputs,
    "observed": Observed,
    "event": RunEvent,
}


@click.command
@click.argument("document", type=click.Choice(list(DOCUMENTS)))
def command(document: str) -> int:
    """Print the JSON Schema of what cab writes (cell.json, an event ...) or reads (task.toml ...)."""
    print_json(schema_of(DOCUMENTS[document]))
    return 0

"""`cab schema`."""

from __future__ import annotations

import click

from cab_core.gateway.models import ConfigDoc
from cab_core.records import CellResult, Inputs, Observed, PackDoc, Sweep, TaskDoc
from cab_core.records.schema import schema_of
from cab_core.records.stack import StackDoc

from .table import print_json

DOCUMENTS: dict[str, type] = {
    "cell": CellResult,
    "task": TaskDoc,
    "pack": PackDoc,
    "sweep": Sweep,
    "stack": StackDoc,
    "config": ConfigDoc,
    "inputs": Inputs,
    "observed": Observed,
}


@click.command
@click.argument("document", type=click.Choice(list(DOCUMENTS)))
def command(document: str) -> int:
    """Print the JSON Schema of a file that cab writes (cell.json ...) or reads (task.toml, cab.toml ...)."""
    print_json(schema_of(DOCUMENTS[document]))
    return 0

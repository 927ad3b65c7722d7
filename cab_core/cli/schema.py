"""`cab schema`."""

from __future__ import annotations

import click

from cab_core.gateway.models import ConfigDoc
from cab_core.records import CellResult, Inputs, Observed, PackDoc, Sweep, TaskDoc
from cab_core.records.schema import schema_of
from cab_core.records.stack import StackDoc

from . import options
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
@click.argument("document", type=options.OneOf(list(DOCUMENTS)))
@options.as_json
def command(document: str, as_json: bool) -> int:
    """Print the JSON Schema of a file that cab writes (cell.json ...) or reads (task.toml, cab.toml ...).

    It is JSON with and without --json.
    """
    print_json(schema_of(DOCUMENTS[document]))
    return 0

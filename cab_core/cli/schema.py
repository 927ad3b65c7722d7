"""`cab schema`."""

from __future__ import annotations

import click

from cab_core.records.schema import schema_of
from cab_core.reference.documents import DOCUMENTS

from . import options
from .table import print_json


@click.command
@click.argument("document", type=options.OneOf(list(DOCUMENTS)))
@options.as_json
def command(document: str, as_json: bool) -> int:
    """Print the JSON Schema of what cab writes (cell.json, an event ...) or reads (task.toml ...).

    It is JSON with and without --json.
    """
    print_json(schema_of(DOCUMENTS[document]))
    return 0

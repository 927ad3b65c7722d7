"""`cab schema`."""

from __future__ import annotations

from typing import Any

import click

from cab_core.declared.document import CliDoc
from cab_core.gateway.models import ConfigDoc
from cab_core.records import CellResult, Inputs, Observed, PackDoc, Sweep, TaskDoc
from cab_core.records.calibration import Calibration
from cab_core.records.events import RunEvent
from cab_core.records.schema import schema_of
from cab_core.records.stack import StackDoc
from cab_core.records.wire import WireLine

from . import options
from .table import print_json

DOCUMENTS: dict[str, Any] = {
    "cell": CellResult,
    "task": TaskDoc,
    "pack": PackDoc,
    "sweep": Sweep,
    "stack": StackDoc,
    "cli": CliDoc,
    "config": ConfigDoc,
    "inputs": Inputs,
    "observed": Observed,
    "event": RunEvent,
    "wire": WireLine,
    "calibration": Calibration,
}


@click.command
@click.argument("document", type=options.OneOf(list(DOCUMENTS)))
@options.as_json
def command(document: str, as_json: bool) -> int:
    """Print the JSON Schema of what cab writes (cell.json, an event ...) or reads (task.toml ...).

    It is JSON with and without --json.
    """
    print_json(schema_of(DOCUMENTS[document]))
    return 0

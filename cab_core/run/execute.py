"""Stages `execute` and `harvest`: the CLI runs in its room; its adapter reads what it left."""

from __future__ import annotations

from pathlib import Path

import attrs

from cab_core.plugins.protocols import Leftovers, StopSignal
from cab_core.records import Execution, Harvest, Process, Room
from cab_core.trace.recording import Recording

from .findings import blame
from .order import Order
from .prepare import ROOMS, Prepared

_READ = 8 << 20  # bytes of a log that an adapter is given


def execute(
    order: Order,
    prepared: Prepared,
    scratch: Path,
    recording: Recording,
    stop: StopSignal,
    socket: Path | None,
) -> Execution:
    """Run the CLI until it ends, a limit ends it, or somebody stops it.

    Raises:
        SandboxError: the room could not be had or died.
    """
    launch = prepared.launch
    stdin = None
    if launch.stdin is not None:
        stdin = scratch / "home" / ".cab-stdin"
        stdin.write_text(launch.stdin, encoding="utf-8")
    process = Process(
        argv=launch.argv,
        cwd=launch.cwd or prepared.job.workdir,
        env=launch.env,
        stdin=str(stdin) if stdin else None,
        timeout_s=order.cell.limits.wall_s,
        tty=True,
    )
    room = Room(
        scratch=str(scratch),
        mounts=dict.fromkeys(ROOMS, True),
        role="agent",
        installation=order.installation,
        requires=order.task.task.doc.grade.requires,
        socket=str(socket) if socket else None,
        network=order.cell.network,
    )
    return order.runtime.run(room, process, recording, stop)


def harvest(order: Order, prepared: Prepared, execution: Execution, directory: Path, home: Path) -> Harvest:
    """Ask the adapter what the CLI left.

    Raises:
        PluginCrash: the adapter raised.
    """
    left = Leftovers(
        job=prepared.job,
        home=home,
        exit_code=execution.exit_code,
        stdout=_log(directory / "stdout.log"),
        stderr=_log(directory / "stderr.log"),
    )
    with blame(order.adapter_owner):
        return order.adapter.harvest(left)


def _log(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_READ).decode("utf-8", "replace")


def without_secrets(text: str, *secrets: str) -> str:
    """Return a text with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, "[token]") if secret else text
    return text


def public(prepared: Prepared) -> list[str]:
    """Return the argv as it may be recorded."""
    return [without_secrets(a, prepared.job.token, *prepared.launch.secrets) for a in prepared.launch.argv]


def clean_harvest(found: Harvest, token: str) -> Harvest:
    """Return the harvest without the cell's token, which a CLI may have printed."""
    steps = tuple(attrs.evolve(s, text=without_secrets(s.text, token)) for s in found.transcript)
    final = without_secrets(found.final_message, token) if found.final_message else found.final_message
    failure = without_secrets(found.failure, token) if found.failure else found.failure
    return attrs.evolve(found, transcript=steps, final_message=final, failure=failure)

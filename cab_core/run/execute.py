"""Stages `execute` and `harvest`: the CLI runs in its sandbox; its adapter reads what it left."""

from __future__ import annotations

from pathlib import Path

import attrs

from cab_core.plugins.protocols import Leftovers, StopSignal
from cab_core.records import Execution, Harvest, Process, Sandbox
from cab_core.safe_fs import Tree
from cab_core.trace.recording import Recording
from cab_core.workdir.directories import AGENT, reopen

from .findings import plugin_errors
from .planned import PlannedCell
from .prepare import Prepared

_STDIN = ".cab-stdin"  # below HOME, which every runtime gives to the user inside
_READ = 8 << 20  # bytes of a log that an adapter is given


def execute(
    planned: PlannedCell,
    prepared: Prepared,
    scratch: Path,
    recording: Recording,
    stop: StopSignal,
    socket: Path | None,
) -> Execution:
    """Run the CLI until it ends, a limit ends it, or somebody stops it.

    Raises:
        SandboxError: the sandbox could not be had or died.
    """
    launch = prepared.launch
    stdin = None
    if launch.stdin is not None:
        stdin = scratch / "home" / _STDIN
        Tree(stdin.parent).write(_STDIN, launch.stdin.encode("utf-8"))
    process = Process(
        argv=launch.argv,
        cwd=launch.cwd or prepared.job.workdir,
        env=launch.env,
        stdin=str(stdin) if stdin else None,
        timeout_s=planned.cell.limits.wall_s,
        tty=True,
    )
    sandbox = Sandbox(
        scratch=str(scratch),
        mounts=AGENT,
        role="agent",
        installation=planned.installation,
        requires=planned.task.task.doc.grade.requires,
        socket=str(socket) if socket else None,
        network=planned.cell.network,
    )
    execution = planned.runtime.run(sandbox, process, recording, stop)
    reopen(scratch, AGENT)
    return execution


def harvest(
    planned: PlannedCell, prepared: Prepared, execution: Execution, directory: Path, home: Path
) -> Harvest:
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
    with plugin_errors(planned.adapter_owner):
        return planned.adapter.harvest(left)


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

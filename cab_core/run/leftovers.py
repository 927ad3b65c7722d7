"""What a CLI left, kept in its cell on request, so that an adapter's author can read it again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import UserError
from cab_core.plugins.protocols import Leftovers
from cab_core.records import CellResult, Execution, Job, to_json
from cab_core.safe_fs import Tree, leads_out, open_regular
from cab_core.store.paths import LEFTOVERS
from cab_core.store.reading import read_json
from cab_core.trace.recording import HEAD, TAIL
from cab_core.words import plural

from .cell_run import CellRun

_LARGEST, _MOST = 64 << 20, 10_000  # bytes and files of HOME that are kept
_READ = HEAD + TAIL + 1024  # bytes of a log, with the line in its middle
_HOME, _JOB = "home", "job.json"


def left_by(job: Job, home: Path, ended: Execution, logs: Path) -> Leftovers:
    """Return what an ended CLI left: HOME, and the logs in `logs`."""
    return Leftovers(
        job=job,
        home=home,
        exit_code=ended.exit_code,
        stdout=_log(logs / "stdout.log"),
        stderr=_log(logs / "stderr.log"),
        stdout_cut=ended.stdout_bytes > HEAD + TAIL,
        stderr_cut=ended.stderr_bytes > HEAD + TAIL,
    )


def keep(run: CellRun, left: Leftovers) -> None:
    """Keep HOME and the job, without secrets; the logs are in the cell anyway. What is left out is a note."""
    root = run.part / LEFTOVERS
    (root / _HOME).mkdir(parents=True)
    kept, room, lacking = Tree(root / _HOME), _LARGEST, 0
    for number, path in enumerate(_files(left.home)):
        data = _data(path, room) if number < _MOST else None
        name = run.secrets.text(path.relative_to(left.home).as_posix())
        if data is None or not _kept(kept, name, run.secrets.data(data)):
            lacking += 1
            continue
        room -= len(data)
    if lacking:
        why = f"that cannot be read or kept, or are beyond {_MOST:,} files or {_LARGEST >> 20} MiB in all"
        run.found.notes.append(f"leftovers: {plural(lacking, 'file')} left out, {why}")
    (root / _JOB).write_text(json.dumps(to_json(run.secrets.record(left.job)), indent=1), encoding="utf-8")


def _files(root: Path) -> Iterator[Path]:
    """Yield what is no directory, nor a link to one; what lies too deep for a path is not looked at."""
    for base, directories, files in os.walk(root):
        directories.sort()
        yield from (Path(base, name) for name in sorted(files))


def _data(path: Path, room: int) -> bytes | None:
    """Return a regular file; None: it is none, there is no room for it, or it cannot be read."""
    try:
        with open_regular(path) as file:
            data = file.read(room + 1)
    except OSError:
        return None
    return data if len(data) <= room else None


def _kept(kept: Tree, name: str, data: bytes) -> bool:
    """Write a file. An agent may make two of one name without secrets, or one that is too long."""
    try:
        kept.write(name, data, 0o600)
    except (OSError, ValueError):
        return False
    return True


def read_again(directory: Path, result: CellResult) -> Leftovers | None:
    """Return what was kept in a cell's directory; None: nothing was.

    Raises:
        UserError: it cannot be read.
    """
    root, ended = directory / LEFTOVERS, result.execution
    if ended is None or not root.is_dir():
        return None
    if leads_out(root / _HOME, directory):
        raise UserError(f"{root}: it leads out of the cell")
    try:
        return left_by(read_json(root / _JOB, Job), root / _HOME, ended, directory)
    except OSError as exc:
        raise UserError(f"{directory}: what its CLI left cannot be read: {exc}") from exc


def _log(path: Path) -> str:
    """Return what is kept of a channel, as text."""
    with open_regular(path) as file:  # of a stranger's cell it may be a pipe, or lead elsewhere
        return file.read(_READ).decode("utf-8", "replace")

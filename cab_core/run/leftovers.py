"""What a CLI left, kept in its cell on request, so that an adapter's author can read it again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from cab_core.plugins.protocols import Leftovers
from cab_core.records import CellResult, Execution, Job, to_json
from cab_core.safe_fs import Tree
from cab_core.store.paths import LEFTOVERS
from cab_core.store.reading import read_json
from cab_core.trace.recording import HEAD, TAIL
from cab_core.words import plural

from .cell_run import CellRun

_LARGEST = 64 << 20  # bytes of HOME that are kept
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
    for path in _regular(left.home):
        data = _data(path, room)
        if data is None:
            lacking += 1
            continue
        room -= len(data)
        kept.write(run.secrets.text(path.relative_to(left.home).as_posix()), run.secrets.data(data), 0o600)
    if lacking:
        why = f"that cannot be read, or are beyond {_LARGEST >> 20} MiB in all"
        run.found.notes.append(f"leftovers: {plural(lacking, 'file')} left out, {why}")
    (root / _JOB).write_text(json.dumps(to_json(run.secrets.record(left.job)), indent=1), encoding="utf-8")


def _regular(root: Path) -> Iterator[Path]:
    for base, directories, files in os.walk(root):
        directories.sort()
        paths = (Path(base, name) for name in sorted(files))
        yield from (path for path in paths if not path.is_symlink() and path.is_file())


def _data(path: Path, room: int) -> bytes | None:
    """Return a file, None where there is no room for it, or it cannot be read: an agent may see to that."""
    try:
        with path.open("rb") as file:
            data = file.read(room + 1)
    except OSError:
        return None
    return data if len(data) <= room else None


def read_again(directory: Path, result: CellResult) -> Leftovers | None:
    """Return what was kept in a cell's directory; None: nothing was.

    Raises:
        UserError: it cannot be read.
    """
    root, ended = directory / LEFTOVERS, result.execution
    if ended is None or not root.is_dir():
        return None
    return left_by(read_json(root / _JOB, Job), root / _HOME, ended, directory)


def _log(path: Path) -> str:
    """Return what is kept of a channel, as text."""
    with path.open("rb") as file:
        return file.read(_READ).decode("utf-8", "replace")

"""What a CLI left, kept in its cell on request, so that an adapter's author can read it again."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cab_core.plugins.protocols import Leftovers
from cab_core.records import CellResult, Job, to_json
from cab_core.safe_fs import Tree
from cab_core.store.paths import LEFTOVERS
from cab_core.store.reading import read_json
from cab_core.trace.recording import HEAD, TAIL

from .cell_run import CellRun

_LARGEST = 64 << 20  # bytes of HOME that are kept
_READ = HEAD + TAIL + 1024  # bytes of a log, with the line in its middle
_HOME, _JOB = "home", "job.json"


def keep(run: CellRun, left: Leftovers) -> None:
    """Keep HOME and the job, without secrets; what is too much is a note. The logs are in the cell anyway."""
    root = run.part / LEFTOVERS
    (root / _HOME).mkdir(parents=True)
    kept, room = Tree(root / _HOME), _LARGEST
    for path in _regular(left.home):
        name = path.relative_to(left.home).as_posix()
        data = path.read_bytes() if path.stat().st_size <= room else None
        if data is None:
            run.found.notes.append(f"leftovers: {name} is left out, beyond {_LARGEST >> 20} MiB in all")
            continue
        room -= len(data)
        kept.write(name, run.secrets.data(data), 0o600)
    (root / _JOB).write_text(json.dumps(to_json(run.secrets.record(left.job)), indent=1), encoding="utf-8")


def _regular(root: Path) -> Iterator[Path]:
    for base, directories, files in os.walk(root):
        directories.sort()
        for name in sorted(files):
            path = Path(base, name)
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


def read_again(directory: Path) -> Leftovers | None:
    """Return what was kept beside a cell; None: nothing was.

    Raises:
        UserError: it cannot be read.
    """
    root = directory / LEFTOVERS
    if not root.is_dir():
        return None
    result = read_json(directory / "cell.json", CellResult)
    ended = result.execution
    return Leftovers(
        job=read_json(root / _JOB, Job),
        home=root / _HOME,
        exit_code=ended.exit_code if ended else None,
        stdout=log(directory / "stdout.log"),
        stderr=log(directory / "stderr.log"),
        stdout_cut=ended is not None and ended.stdout_bytes > HEAD + TAIL,
        stderr_cut=ended is not None and ended.stderr_bytes > HEAD + TAIL,
    )


def log(path: Path) -> str:
    """Return what is kept of a channel, as text."""
    with path.open("rb") as file:
        return file.read(_READ).decode("utf-8", "replace")

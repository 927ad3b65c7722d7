"""A place where the tests of a repository are run, again and again, with one file or another changed.

It is a sandbox of the runtime like a grader's, but made once. So what a compiler has built stays, and what a
test leaves behind does too: what counts is validated afterwards by a grader, which makes everything anew.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from cab_core.errors import UserError
from cab_core.plugins.protocols import Channel, Runtime, StopSignal
from cab_core.records import CaseState, GradeCommand, Needs, Process
from cab_core.run.grader import GRADER_ENV, grader_sandbox
from cab_core.run.verdicts import verdict
from cab_core.safe_fs import open_inside
from cab_core.workdir.directories import GRADER, make_directories

from .repository import Files, SourceFile, write_files

_READ = 8 << 20  # characters of output
_WATCH = Path(__file__).with_name("cab_watch.py")
_SEEN = "watch.json"
_LARGEST = 256 << 20  # bytes of what it wrote
_NOT_COPIED = shutil.ignore_patterns("__pycache__", "htmlfiles")


@attrs.frozen(kw_only=True)
class Ran:
    """One run of the tests. `tests`: by name, the state that is worst; of a runner without names, none.

    `why`: why the command is not accepted, or None. `watched`: what the plugin of pytest saw.
    """

    tests: dict[str, CaseState]
    why: str | None
    timed_out: bool
    output: str
    duration_s: float
    watched: dict[str, Any]

    def passed(self) -> set[str]:
        """The names of the tests that passed."""
        return {name for name, state in self.tests.items() if state == "passed"}


class _Kept:
    def __init__(self) -> None:
        self._data: dict[Channel, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}

    def feed(self, channel: Channel, data: bytes) -> None:
        self._data[channel] += data[: max(0, _READ - len(self._data[channel]))]

    def text(self, channel: Channel) -> str:
        return self._data[channel].decode("utf-8", "replace")


@attrs.frozen
class Bench:
    """The place: a tree with the files of a commit."""

    scratch: Path
    runtime: Runtime
    stop: StopSignal
    needs: Needs

    def put(self, files: Mapping[str, SourceFile | None]) -> None:
        """Write files into the tree; None: it is not there."""
        write_files(self.scratch / "tree", files)

    def litter(self, files: Files) -> list[str]:
        """Return the files of the tree that are not among these: what programs left there, sorted."""
        found: list[str] = []
        for base, _, names in os.walk(self.scratch / "tree"):
            inner = Path(base).relative_to(self.scratch / "tree")
            found += [path for name in names if (path := (inner / name).as_posix()) not in files]
        return sorted(found)

    def run(self, command: GradeCommand, timeout_s: float, watch: bool = False, lines: bool = False) -> Ran:
        """Run a command in the tree. `watch` and `lines` are for pytest: how tests fail, what they run."""
        out, kept = self.scratch / "out", _Kept()
        for old in out.iterdir():
            if old.is_file():
                old.unlink()
        argv = command.argv
        env = dict(GRADER_ENV)
        if watch or lines:
            argv = (*argv[:3], "-p", _WATCH.stem, *argv[3:])
            env |= {"PYTHONPATH": self._inside("tests"), "CAB_WATCH": f"{self._inside('out')}/{_SEEN}"}
        if lines:
            env["CAB_WATCH_LINES"] = "1"
        process = Process(
            argv=tuple(self._filled(word) for word in argv),
            cwd=self._inside("tree"),
            timeout_s=timeout_s,
            grace_s=0.5,
            env=env,
        )
        ended = self.runtime.run(grader_sandbox(self.scratch, self.needs), process, kept, self.stop)
        if ended.stopped == "cancelled":
            raise KeyboardInterrupt
        stdout, stderr = kept.text("stdout"), kept.text("stderr")
        found = verdict(command, ended.exit_code, stdout, stderr, None, out)
        return Ran(
            tests=_worst((t.name, t.state) for t in found.tests or ()),
            why=found.reason,
            timed_out=ended.timed_out,
            output=(f"{stdout}\n{stderr}" if stderr.strip() else stdout).replace(self._inside("tree"), "."),
            duration_s=ended.duration_s,
            watched=seen(out),
        )

    def _inside(self, name: str) -> str:
        return self.runtime.inside(self.scratch, name)

    def _filled(self, word: str) -> str:
        for name in ("out", "tree", "tests"):
            word = word.replace(f"{{{name}}}", self._inside(name))
        return word


@contextmanager
def bench(
    files: Files, runtime: Runtime, needs: Needs, stop: StopSignal, lines: bool = False
) -> Iterator[Bench]:
    """Make a place with these files.

    Raises:
        UserError: `lines` is asked for, and coverage.py is not there.
    """
    with runtime.scratch() as scratch:
        make_directories(scratch, GRADER)
        (scratch / "tests" / _WATCH.name).write_bytes(_WATCH.read_bytes())
        if lines:
            # Not a link: in a container this machine's directories are not there.
            shutil.copytree(_coverage(), scratch / "tests/coverage", ignore=_NOT_COPIED)
        made = Bench(scratch, runtime, stop, needs)
        made.put(files)
        yield made


def _coverage() -> Path:
    found = importlib.util.find_spec("coverage")
    if found is None or not found.submodule_search_locations:
        raise UserError(
            "coverage.py is not installed; the extra `mutate` brings it: "
            "pip install 'codingagentbench[mutate]'"
        )
    return Path(found.submodule_search_locations[0])


def _worst(tests: Iterator[tuple[str, CaseState]]) -> dict[str, CaseState]:
    found: dict[str, CaseState] = {}
    for name, state in tests:
        if found.get(name) != "failed":
            found[name] = state
    return found


def seen(out: Path) -> dict[str, Any]:
    """Return what the plugin of pytest wrote; the tests can put anything in its place, such as a pipe."""
    nothing: dict[str, Any] = {"tests": {}, "lines": {}}
    if (file := open_inside(out, _SEEN)) is None:
        return nothing
    with file:
        try:
            said = json.loads(file.read(_LARGEST))
        except (ValueError, RecursionError):
            return nothing
    return said if isinstance(said, dict) and all(isinstance(said.get(k), dict) for k in nothing) else nothing

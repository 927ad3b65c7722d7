"""The directories in which a command of the grader runs: made anew for each.

Code under test runs in them and may write there; nothing of that reaches the next command but what the
task declared as an artefact.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import attrs

from cab_core.records import Changes, GradeCommand, PackedTask
from cab_core.safe_fs import Tree, make_directory
from cab_core.tasks.artefacts import place_of
from cab_core.workdir.directories import ARTEFACTS, GRADER, make_directories, reopen
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from cab_core.workdir.remove import remove_tree

from .submission import Submission, assemble

_READ_ONLY, _PROGRAM = 0o444, 0o555


@attrs.define
class Layout:
    """Lays out `scratch` for one command after the other."""

    task: PackedTask
    changes: Changes
    left: Path  # the agent's work dir
    scratch: Path
    _kept: list[tuple[str, str, int]] = attrs.field(factory=list)  # of artefacts: place, path, mode
    _made: int = 0

    def make(self) -> Submission:
        """Make the directories anew: the task's own files, the agent's over them, and the artefacts.

        Raises:
            OSError: something is in the way that cannot be removed, or the disk is full.
        """
        self._clear()
        make_directories(self.scratch, GRADER)
        submission = assemble(self.task, self.changes, self.left, self.scratch / "tree")
        # Expected output is compared elsewhere: it must not lie where the code runs.
        secret = {c.output for c in self.task.task.doc.grade.commands if c.output}
        visible = [f for f in self.task.section("tests") if f.path not in secret]
        materialise(visible, self.scratch / "tests")
        for place, path, mode in self._kept:
            self._copy(self._store / place, self.scratch / place, path, mode)
        return submission

    def have_back(self) -> None:
        """Make the directories usable again: code under test may have locked, removed or replaced them.

        Raises:
            OSError: one cannot be had back.
        """
        reopen(self.scratch.parent, [self.scratch.name])  # in runtime `local` it can reach that far
        reopen(self.scratch, [name for name, writable in GRADER.items() if writable])

    def keep(self, command: GradeCommand) -> str | None:
        """Keep a command's artefacts where no command can write; return what hinders that, or None."""
        for artefact in command.artefacts:
            place, path = place_of(artefact)
            try:
                files = list(self._files(place, path))
                for name, mode in files:
                    self._copy(self.scratch / place, self._store / place, name, mode)
                    self._kept.append((place, name, mode))
            except (OSError, ValueError) as exc:
                return f"artefact {artefact} cannot be kept: {getattr(exc, 'strerror', None) or exc}"
            if not files:
                return f"it made no {artefact}"
        return None

    @property
    def _store(self) -> Path:
        return self.scratch.with_name(ARTEFACTS)

    def _clear(self) -> None:
        """Move away what is there: it need not be possible to remove it."""
        self._made += 1
        old = self.scratch.with_name(f"{self.scratch.name}.{self._made}")
        with suppress(FileNotFoundError):
            self.scratch.rename(old)
        with suppress(OSError, RecursionError):
            shutil.rmtree(old)  # no process is started for it; what this cannot remove, the next can
        remove_tree(old)

    def _files(self, place: str, path: str) -> Iterator[tuple[str, int]]:
        """Yield the regular files that are, or lie below, a path, and their modes."""
        with Tree(self.scratch / place).parent(path) as (directory, name):
            mode = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
        if stat.S_ISREG(mode):
            yield path, _mode(mode)
        elif stat.S_ISDIR(mode):
            found = take_manifest(self.scratch / place / path)
            if found.unknown:
                raise ValueError("there are too many files in it")
            yield from ((f"{path}/{n}", _mode(e.mode)) for n, e in found.entries.items() if e.type == "file")

    def _copy(self, source: Path, target: Path, path: str, mode: int) -> None:
        if not target.exists():
            make_directory(target, parents=True)
        with Tree(source).open(path) as src, Tree(target).create(path, mode) as dst:
            shutil.copyfileobj(src, dst)


def _mode(mode: int) -> int:
    return _PROGRAM if mode & 0o100 else _READ_ONLY

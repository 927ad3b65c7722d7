"""A Dockerfile's environment as a task of ours: work dir, tests and solution, or why it cannot be had."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import attrs

from cab_core.records import TaskFile

from .context import files_below, taken
from .dockerfile import Environment
from .installs import NotHad, installed_by
from .places import outside, place_fault, scratch_file
from .shell import commands

BY_PRODUCTS = ("__pycache__/*", "*/__pycache__/*", "*.pyc", ".pytest_cache/*", "*/.pytest_cache/*")
_TEXT = re.compile(r"\.(?:sh|py|bash|txt|md|toml|cfg|ini|js|ts|rs|go|c|cpp|h|java|R|rb|pl)$")
_READ = 1 << 20  # bytes of a file that is searched for places


@attrs.define
class Room:
    """The files and requirements of a task, and what hinders it. `empty` are directories of the work dir."""

    work_at: str
    files: list[TaskFile]
    requires: set[str]
    faults: list[str]
    empty: list[str]

    def add(self, file: TaskFile) -> None:
        """Add a file."""
        self.files.append(file)

    def prompt(self, text: str) -> str:
        """Return what the agent is told: the set's words, and where it is what they speak of."""
        if self.work_at not in text:
            return text
        return f"{text.rstrip()}\n\n(`{self.work_at}` is your current directory.)\n"


def files_of_section(section: Literal["tests", "solution"], directory: Path, root: Path) -> list[TaskFile]:
    """Return the files of a directory as those of a section; none where it is not there.

    Raises:
        Unusable: one cannot be had.
    """
    return [taken(section, inner, path, root) for inner, path in files_below(directory, root)]


def room_of(
    environment: Environment, root: Path, prompt: str, beside: Sequence[TaskFile], own: tuple[str, ...]
) -> Room:
    """Return the room of a task; `beside` are its tests and its solution, `own` the places that scripts know.

    Raises:
        Unusable: a file cannot be had.
    """
    work_at, faults = environment.workdir, list(environment.faults)
    room = Room(work_at, list(beside), set(environment.requires), faults, [])
    if not faults and (said := place_fault(work_at)):
        faults.append(said)
    for place, (source, program) in environment.files.items():
        if place.startswith(f"{work_at}/"):
            file = taken("workdir", place.removeprefix(f"{work_at}/"), source, root)
            room.add(attrs.evolve(file, executable=file.executable or program))
        elif not faults:
            line = environment.lines[place]
            faults.append(f"environment/Dockerfile:{line}: {place} lies outside of the work dir {work_at}")
    filled = [f.path for f in room.files if f.section == "workdir"]
    inner = [d.removeprefix(f"{work_at}/") for d in environment.directories if d.startswith(f"{work_at}/")]
    room.empty = [d for d in inner if not any(p.startswith(f"{d}/") for p in filled)]
    if not faults:
        _read_scripts(room, environment, root, prompt, beside, own)
    return room


def _read_scripts(
    room: Room,
    environment: Environment,
    root: Path,
    prompt: str,
    beside: Sequence[TaskFile],
    own: tuple[str, ...],
) -> None:
    """Look into tests and solution for what they load and which places they name."""
    made = list(environment.directories)
    if place := outside(prompt, room.work_at, made, own) or scratch_file(prompt):
        room.faults.append(f"the instruction names {place}, outside of the work dir {room.work_at}")
    for file in beside:
        where = f"{file.section}/{file.path}"
        places = own if file.section == "tests" else (*own, "/solution", "/oracle")
        text = _searched(file)
        if place := outside(text, room.work_at, made, places):
            room.faults.append(f"{where} names {place}, outside of the work dir {room.work_at}")
        if file.path.endswith(".sh"):
            _take_installs(room, where, text)


def _take_installs(room: Room, where: str, text: str) -> None:
    requires, faults = _installs(text)
    room.requires |= requires
    room.faults += [f"{where}:{line}: {said}" for line, said in faults]


@functools.lru_cache(64)  # the tests of a set are often started by one script
def _installs(text: str) -> tuple[frozenset[str], tuple[tuple[int, str], ...]]:
    """Return what a script requires, and of what it cannot have the line and why."""
    requires, faults = set[str](), []
    for command in commands(text):
        try:
            requires |= set(installed_by(command) or ())
        except NotHad as exc:
            faults.append((command.line, str(exc)))
        if command.program == "pytest" or command.words[1:3] == ("-m", "pytest"):
            requires |= {"pytest"}
    return frozenset(requires), tuple(faults)


def _searched(file: TaskFile) -> str:
    if file.link is not None or not _TEXT.search(file.path):
        return ""
    with open(file.source, "rb", buffering=0) as opened:  # noqa: PTH123  (a set has thousands)
        size = min(os.fstat(opened.fileno()).st_size, _READ)  # making room for more takes longer than reading
        return opened.read(size).decode("utf-8", "replace")

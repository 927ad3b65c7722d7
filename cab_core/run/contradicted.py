"""A task whose tests say something else: an honest solution of the task cannot pass them.

Some literals of the tests' text are others. Whether that contradicts the task is not known from the text;
whoever uses such a task asks what becomes of the reference.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import attrs

from cab_core.records import PackedTask, ProtectedRegion, TaskFile
from cab_core.tasks.runners import RUNNERS
from cab_core.workdir.compare import matches

from .literals import Literal, changed, code_lines, literals

TRIES = 3  # of each kind, with a third of its literals
_Place = tuple[TaskFile, Literal]
_MOST = 2 << 20  # bytes that are read
_TEST = re.compile(r"(?:^|[_.-])(?:tests?|specs?|checks?)(?:[_.-]|$)|Tests?(?:\.|$)")
_OF_TESTS = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|checks?|testcases|fixtures)(?:[/_.-]|$)")
_DATA = {".json", ".csv", ".tsv", ".txt", ".jsonl"}
_NO_TEST = {".md", ".toml", ".cfg", ".ini", ".lock", ".sh", ".yml", ".yaml", ".xml", ".mod", ".sum"}
_BUILDS = {"makefile", "gnumakefile", "build.gradle", "build.rs", "package.json", "package-lock.json"}
_CONFIGURES = {name for runner in RUNNERS.values() for name in runner.files}


def contradictions(task: PackedTask, room: Path) -> Iterator[PackedTask]:
    """Yield the task with tests that say something else, each time others; their texts lie below `room`."""
    pool = _pool(task)
    random.Random(task.task.tree_hash).shuffle(pool)
    for n, part in enumerate(_parts(pool)):
        chosen: dict[TaskFile, list[Literal]] = defaultdict(list)
        for file, literal in part:
            chosen[file].append(literal)
        made = {file: _written(file, found, room / str(n)) for file, found in chosen.items()}
        yield attrs.evolve(task, files=tuple(made.get(f, f) for f in task.files))


def can_be_contradicted(task: PackedTask) -> bool:
    """Return whether there are tests to change, and a reference that says whether that matters."""
    return bool(task.section("solution")) and bool(_pool(task))


def tests_are_shown(task: PackedTask) -> bool:
    """Return whether the agent finds the tests in its work dir."""
    seen = {f.path for f in task.section("workdir")}
    return any(file.path in seen and file.section != "tests" for file, _ in _pool(task))


def _parts(pool: list[_Place]) -> Iterator[list[_Place]]:
    """Yield the literals in parts, those that stand in an assertion in turn with others, and before them."""
    asserted = [p for p in pool if p[1].asserted]
    others = [p for p in pool if not p[1].asserted]
    for n in range(TRIES):
        yield from filter(None, (asserted[n::TRIES], others[n::TRIES]))


def _pool(task: PackedTask) -> list[_Place]:
    """Return the literals of what is known for tests; where there is none, of all the task's own files."""
    own = [f for f in _own(task) if _may_test(f)]
    words = " ".join(word for c in task.task.doc.grade.commands if not c.build for word in c.argv)
    # A repository may have more tests than are run: those that a command names come first.
    tests = sorted((f for f in own if _is_test(f, words)), key=lambda f: not _is_named(f, words))
    found = _places([*_regions(task), *((f, None) for f in tests)])
    if not any(literal.asserted for _, literal in found):
        said = " ".join(line for f in tests for line in code_lines(_text(f)))
        found += _places([(f, None) for f in own if f not in tests and _is_named(f, said)])
    return found or _places([(f, None) for f in own])


def _places(found: Sequence[tuple[TaskFile, ProtectedRegion | None]]) -> list[_Place]:
    places: list[_Place] = []
    left = _MOST
    for file, region in found:
        left -= Path(file.source).stat().st_size
        if left < 0:
            break
        places += [(file, literal) for literal in _literals(file, region)]
    return places


def _regions(task: PackedTask) -> Iterator[tuple[TaskFile, ProtectedRegion]]:
    files = {f.path: f for f in task.section("workdir")}
    yield from ((files[r.file], r) for r in task.task.doc.protected_regions if r.file in files)


def _own(task: PackedTask) -> Iterator[TaskFile]:
    """Yield the files that are graded as the task has them, whatever the agent left."""
    doc, hidden = task.task.doc, {f.path for f in task.section("hidden")}
    for file in task.files:
        taken = matches(file.path, (*doc.expected_files, *doc.allowed_files))
        kept = not taken or matches(file.path, doc.protected)
        work = file.section == "workdir" and kept and file.path not in hidden
        if file.link is None and (work or file.section in ("hidden", "tests")):
            yield file


def _may_test(file: TaskFile) -> bool:
    path = PurePosixPath(file.path)
    configures = path.name in _CONFIGURES or "config" in path.name or path.name.lower() in _BUILDS
    return not configures and path.suffix not in _NO_TEST and "framework" not in file.path


def _is_test(file: TaskFile, words: str) -> bool:
    path = PurePosixPath(file.path)
    of_tests = path.suffix in _DATA and _OF_TESTS.search(file.path)
    called = file.section == "tests" or _TEST.search(path.name) or of_tests
    return bool(called) or _is_named(file, words)


def _is_named(file: TaskFile, words: str) -> bool:
    return re.search(rf"\b{re.escape(PurePosixPath(file.path).stem)}\b", words) is not None


def _literals(file: TaskFile, region: ProtectedRegion | None) -> Iterator[Literal]:
    text = _text(file)
    begin, end = 0, len(text)
    if region is not None:
        begin = max(0, text.find(region.begin.strip()))
        end = text.find(region.end.strip(), begin) if region.end is not None else end
    yield from literals(text, begin, end if end >= 0 else None)


def _written(file: TaskFile, chosen: list[Literal], room: Path) -> TaskFile:
    data = changed(_text(file), chosen).encode("utf-8", "surrogateescape")
    digest = hashlib.sha256(data).hexdigest()
    room.mkdir(parents=True, exist_ok=True)
    target = room / digest
    target.write_bytes(data)
    return attrs.evolve(file, source=str(target), sha256=digest)


def _text(file: TaskFile) -> str:
    return Path(file.source).read_bytes().decode("utf-8", "surrogateescape")

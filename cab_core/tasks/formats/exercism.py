"""Exercism's tracks, and sets in their layout such as aider's polyglot benchmark.

A track is a directory with `exercises/practice/SLUG/`; `.meta/config.json` of an exercise says which files
are the stub, the tests and the reference. What lies in `.meta` and `.approaches` never reaches a work dir.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import attrs

from cab_core.errors import UserError
from cab_core.records import Origin, PackedTask, TaskDoc, TaskFile
from cab_core.records.task import Section
from cab_core.tasks.foreign import (
    commit_of,
    file_at,
    file_of,
    packed,
    plain_name,
    text_inside,
    unusable,
)
from cab_core.tasks.runners import shipped

from .exercism_exercise import Exercise
from .exercism_languages import LANGUAGES, Language

_KINDS = ("practice", "concept")
_DOCS = ("introduction.md", "instructions.md", "instructions.append.md")
_TASK = (
    "Change the code in this directory so that it does this and that all its tests pass, those too that are "
    "marked as skipped. The tests themselves stay as they are. There is no network."
)


@attrs.frozen
class _Track:
    """One language's exercises below `path`; `prefix` stands before the names of its tasks."""

    path: Path
    language: str
    prefix: str = ""


@attrs.frozen
class _Set:
    """What all tasks of a set have in common."""

    root: Path
    pack: str
    name: str
    url: str
    version: str
    commit: str | None


class ExercismFormat:
    """Reads a track (`config.json`, `exercises/`), or a directory of tracks called as their languages."""

    name = "exercism"

    def recognises(self, root: Path) -> bool:
        """Return whether there are exercises of at least one language."""
        return _is_track(root) or any(_is_track(root / name, bare=True) for name in LANGUAGES)

    def load(self, root: Path) -> list[PackedTask]:
        """Return the exercises as tasks; one that cannot be read is a task with the reason.

        Raises:
            UserError: the track does not say its language.
        """
        tracks = _tracks(root)
        commit = commit_of(root)
        slug = tracks[0].language
        names = (
            ("aider-polyglot", "aider's polyglot benchmark", "https://github.com/Aider-AI/polyglot-benchmark")
            if tracks[0].prefix
            else (f"exercism-{plain_name(slug)}", f"Exercism {slug}", f"https://github.com/exercism/{slug}")
        )
        found = _Set(root, *names, version=(commit or "unversioned")[:12], commit=commit)
        return [_loaded(found, track, path) for track in tracks for path in _exercises(track)]


def _is_track(path: Path, bare: bool = False) -> bool:
    return (path / "exercises/practice").is_dir() and (bare or (path / "config.json").is_file())


def _tracks(root: Path) -> list[_Track]:
    if not _is_track(root):
        found = [name for name in sorted(LANGUAGES) if _is_track(root / name, bare=True)]
        return [_Track(root / name, name, f"{name}-") for name in found]
    try:
        slug = _json(root / "config.json").get("slug")
    except ValueError as exc:
        raise UserError(f"{root}: {exc}") from exc
    if not isinstance(slug, str):
        raise UserError(f"{root / 'config.json'}: expected the track's `slug`, a text, got {slug!r}")
    return [_Track(root, slug)]


def _exercises(track: _Track) -> Iterator[Path]:
    for kind in _KINDS:
        top = track.path / "exercises" / kind
        there = top.iterdir() if top.is_dir() else ()
        yield from sorted(p for p in there if p.is_dir() and not p.is_symlink())


def _loaded(found: _Set, track: _Track, path: Path) -> PackedTask:
    name = track.prefix + plain_name(path.name)
    language = LANGUAGES.get(track.language)
    if language is None:
        why = f"cab has no test runner for the language {track.language!r}"
        return unusable(found.pack, found.version, name, why)
    try:
        exercise = _exercise(path)
        return _task(found, track, name, language, exercise)
    except (OSError, ValueError) as exc:
        return unusable(found.pack, found.version, name, f"its exercise cannot be read: {exc}")


def _exercise(path: Path) -> Exercise:
    files = _json(path / ".meta/config.json").get("files")
    if not isinstance(files, dict):
        raise ValueError(".meta/config.json: expected an object `files`")
    listed = {
        key: tuple(_inside(path, text) for text in files.get(key) or ())
        for key in ("solution", "test", "example", "exemplar", "editor")
    }
    example = listed.pop("example") + listed.pop("exemplar")
    if not (listed["solution"] and listed["test"] and example):
        raise ValueError(".meta/config.json: expected `files` with `solution`, `test` and `example`")
    work = sorted(p for p in _below(path) if not p.startswith("."))
    exercise = Exercise(path, tuple(work), **listed, example=example)
    if not exercise.taken:
        raise ValueError(".meta/config.json: `solution` is no more than what configures a runner")
    return exercise


def _inside(path: Path, text: Any) -> str:
    """Return a path that a config names, if it is one of the exercise's own files."""
    parts = PurePosixPath(text).parts if isinstance(text, str) else ()
    file = path.joinpath(*parts)
    if not parts or not file.is_file() or not file.resolve().is_relative_to(path.resolve()):
        raise ValueError(f".meta/config.json: {text!r} is no file of the exercise")
    return str(PurePosixPath(*parts))


def _below(path: Path) -> Iterator[str]:
    for base, dirs, files in os.walk(path):
        links = [d for d in dirs if Path(base, d).is_symlink()]
        dirs[:] = sorted(d for d in dirs if d not in links)
        yield from (Path(base, name).relative_to(path).as_posix() for name in (*files, *links))


def _task(found: _Set, track: _Track, name: str, language: Language, exercise: Exercise) -> PackedTask:
    own = {*exercise.test, *exercise.editor}
    doc = TaskDoc(
        schema_version=1,
        title=exercise.path.name.replace("-", " ").capitalize(),
        prompt=_prompt(exercise.path),
        grade=language.grade(exercise),
        family=exercise.path.name if track.prefix else None,
        tags=(track.language, exercise.path.parent.name),
        expected_files=tuple(glob.escape(p) for p in exercise.taken),
        allowed_files=language.allowed,
        by_products=language.by_products,
        protected=(*(glob.escape(p) for p in sorted(own)), *language.protected),
        origin=Origin(
            name=found.name,
            licence="MIT",
            url=found.url,
            commit=found.commit,
            path=exercise.path.relative_to(found.root).as_posix(),
        ),
        unavailable=language.lacks(exercise),
    )
    return packed(found.pack, found.version, name, doc, _files(language, exercise))


def _files(language: Language, exercise: Exercise) -> Iterator[TaskFile]:
    path = exercise.path
    yield from (file_at("workdir", name, path / name) for name in exercise.work)
    yield from (file_at("tests", name, shipped(name)) for name in language.files)
    for at, to in exercise.reference():
        yield _changed("solution", to, path / at, language.moved) or file_at("solution", to, path / at)
    for name in exercise.test:
        if made := _changed("hidden", name, path / name, language.unskip):
            yield made


def _changed(section: Section, to: str, path: Path, change: Callable[[str], str]) -> TaskFile | None:
    """Return a file with its text changed, or None where nothing of it changes."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    made = change(text)
    return file_of(section, to, made.encode("utf-8", "surrogateescape")) if made != text else None


def _prompt(path: Path) -> str:
    texts = (text_inside(path, f".docs/{name}") for name in _DOCS)
    said = "\n\n".join([*(t.strip() for t in texts if t is not None), _TASK]) + "\n"
    return said.replace("\r\n", "\n").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise ValueError(f"{path.parent.name}/{path.name}: {getattr(exc, 'strerror', None) or exc}") from exc
    return document if isinstance(document, dict) else {}

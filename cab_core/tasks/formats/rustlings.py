"""rustlings: small Rust programs that do not compile or whose tests fail; those stand in the edited file."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import attrs

from cab_core.errors import UserError
from cab_core.records import GradeCommand, GradeSpec, Origin, PackedTask, ProtectedRegion, TaskDoc
from cab_core.tasks.documents import read_toml
from cab_core.tasks.foreign import commit_of, file_at, packed, plain_name, unusable
from cab_core.tasks.runners import RUNNERS, built, rust_tests

_INFO = ("rustlings-macros/info.toml", "info.toml")  # of rustlings itself, and of sets in its format
_EDITION = "2024"
_TESTS = "#[cfg(test)]"
_TIMEOUT_S = 120
_PROMPT = """\
{file} is an exercise: it {fault}. Its comments say what is wanted. Repair it with as small a
change as does that. There is no network.
"""


@attrs.frozen
class _Exercise:
    name: str
    file: str  # relative to `exercises/` and to `solutions/`
    tested: bool
    linted: bool


class RustlingsFormat:
    """Reads a checkout of rustlings, or a set of exercises in its format."""

    name = "rustlings"

    def recognises(self, root: Path) -> bool:
        """Return whether there is a list of exercises, and solutions to them."""
        return _info(root) is not None and (root / "exercises").is_dir() and (root / "solutions").is_dir()

    def load(self, root: Path) -> list[PackedTask]:
        """Return a task for each exercise of the list.

        Raises:
            UserError: the list cannot be read.
        """
        info = _info(root)
        assert info is not None
        listed = read_toml(info).get("exercises")
        if not isinstance(listed, list):
            raise UserError(f"{info}: expected a list of tables `[[exercises]]`")
        commit = commit_of(root)
        return [_loaded(root, entry, number, commit) for number, entry in enumerate(listed, 1)]


def _info(root: Path) -> Path | None:
    return next((root / name for name in _INFO if (root / name).is_file()), None)


def _loaded(root: Path, entry: object, number: int, commit: str | None) -> PackedTask:
    version = (commit or "unversioned")[:12]
    name = entry.get("name") if isinstance(entry, dict) else None
    try:
        exercise = _exercise(entry)
        return _task(root, exercise, version, commit)
    except (OSError, ValueError) as exc:
        task = plain_name(name) if isinstance(name, str) else f"exercise-{number}"
        return unusable("rustlings", version, task, f"exercise {number} of the list cannot be read: {exc}")


def _exercise(entry: object) -> _Exercise:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise ValueError("expected a table with a `name`")
    file = PurePosixPath(str(entry.get("dir", "")), f"{entry['name']}.rs")
    if ".." in file.parts or file.is_absolute():
        raise ValueError(f"{str(file)!r} leaves the exercises")
    return _Exercise(
        entry["name"], str(file), entry.get("test", True) is True, entry.get("strict_clippy") is True
    )


def _task(root: Path, exercise: _Exercise, version: str, commit: str | None) -> PackedTask:
    stub, solution = root / "exercises" / exercise.file, root / "solutions" / exercise.file
    file = f"{exercise.name}.rs"
    before, after = (p.read_text(encoding="utf-8", errors="replace") for p in (stub, solution))
    doc = TaskDoc(
        schema_version=1,
        title=exercise.name,
        prompt=_PROMPT.format(file=file, fault=_fault(exercise)),
        grade=_grade(exercise, file, after),
        tags=("rust", exercise.file.partition("/")[0]),
        expected_files=(file,),
        protected_regions=_regions(file, before, after) if exercise.tested else (),
        origin=Origin(
            name="rustlings",
            licence="MIT",
            url="https://github.com/rust-lang/rustlings",
            commit=commit,
            path=f"exercises/{exercise.file}",
        ),
    )
    files = [file_at("workdir", file, stub, root), file_at("solution", file, solution, root)]
    return packed("rustlings", version, plain_name(exercise.name), doc, files)


def _fault(exercise: _Exercise) -> str:
    if exercise.tested:
        return "does not compile, or its tests fail"
    return "is not what Clippy accepts" if exercise.linted else "does not compile, or it fails when it is run"


def _grade(exercise: _Exercise, file: str, solution: str) -> GradeSpec:
    runner = RUNNERS["rustc"]
    if exercise.tested:
        count = len(re.findall(r"(?m)^\s*#\[test\]", solution)) or None
        commands = (rust_tests(file, _EDITION), runner.command(passes=count))
        return GradeSpec(commands=commands, requires=runner.requires, timeout_s=_TIMEOUT_S)
    flags = (f"--edition={_EDITION}", "-o", "{out}/program", file)
    program = (built(("rustc", *flags), "{out}/program"), GradeCommand(argv=("{out}/program",)))
    if not exercise.linted:
        return GradeSpec(commands=program, requires=runner.requires, timeout_s=_TIMEOUT_S)
    lint = GradeCommand(argv=("clippy-driver", "-Dwarnings", *flags), isolated=True)
    return GradeSpec(commands=(lint, *program), requires=("rustc", "clippy"), timeout_s=_TIMEOUT_S)


def _regions(file: str, before: str, after: str) -> tuple[ProtectedRegion, ...]:
    """Return the tests as the task's own, unless the exercise is to change them."""
    once = before.count(_TESTS) == after.count(_TESTS) == 1
    same = _code(before.partition(_TESTS)[2]) == _code(after.partition(_TESTS)[2])
    return (ProtectedRegion(file=file, begin=_TESTS),) if once and same else ()


def _code(text: str) -> list[str]:
    """Return the lines of code without comments."""
    lines = (line.partition("//")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]

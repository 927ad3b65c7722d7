"""QuixBugs: forty programs in Python with a defect in one line each, and their tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cab_core.records import GradeSpec, Origin, PackedTask, TaskDoc, TaskFile
from cab_core.tasks.foreign import (
    commit_of,
    file_at,
    file_of,
    packed,
    plain_name,
    text_inside,
    unusable,
)
from cab_core.tasks.runners import RUNNERS

_PROGRAMS, _TESTS, _DATA = "python_programs", "python_testcases", "json_testcases"
_HELPERS = ("load_testdata.py", "node.py")
# Upstream, a conftest.py says which of the two programs is tested, and finds them.
_HEAD = b"import pathlib, sys\n\nsys.path.insert(0, str(pathlib.Path(__file__).parents[1]))\n"
_EITHER = re.compile(rb"if pytest\.use_correct:\n\s+from correct_\S+ import .*\nelse:\n\s+(from .*\n)")
_TIMEOUT_S = 60  # some defects are a loop that never ends
_PROMPT = """\
{program} has a defect in one line: its tests in {tests}/ fail, or never end. What it should do is written
at its end. Repair the program; the tests stay as they are.
"""


class QuixBugsFormat:
    """Reads a checkout of QuixBugs; its programs in Java are left aside."""

    name = "quixbugs"

    def recognises(self, root: Path) -> bool:
        """Return whether there are the programs, their corrected twins and tests."""
        return all((root / name).is_dir() for name in (_PROGRAMS, f"correct_{_PROGRAMS}", _TESTS))

    def load(self, root: Path) -> list[PackedTask]:
        """Return a task for each program that has tests."""
        commit = commit_of(root)
        names = sorted(p.stem.removeprefix("test_") for p in (root / _TESTS).glob("test_*.py"))
        return [_loaded(root, name, commit) for name in names]


def _loaded(root: Path, name: str, commit: str | None) -> PackedTask:
    version, task = (commit or "unversioned")[:12], plain_name(name)
    try:
        return packed("quixbugs", version, task, _doc(root, name, commit), _files(root, name))
    except (OSError, ValueError) as exc:
        return unusable("quixbugs", version, task, f"its files cannot be read: {exc}")


def _doc(root: Path, name: str, commit: str | None) -> TaskDoc:
    runner, program = RUNNERS["pytest"], f"{_PROGRAMS}/{name}.py"
    command = runner.command([f"{_TESTS}/test_{name}.py"], _count(root, name))
    return TaskDoc(
        schema_version=1,
        title=name.replace("_", " ").capitalize(),
        prompt=_PROMPT.format(program=program, tests=_TESTS),
        grade=GradeSpec(commands=(command,), requires=runner.requires, timeout_s=_TIMEOUT_S),
        tags=("python",),
        expected_files=(program,),
        protected=(f"{_TESTS}/*", f"{_DATA}/*", "conftest.py", "*/conftest.py"),
        by_products=("*__pycache__/*", "*.pyc", ".pytest_cache/*"),
        origin=Origin(
            name="QuixBugs",
            licence="MIT",
            url="https://github.com/jkoppel/QuixBugs",
            commit=commit,
            path=program,
        ),
    )


def _count(root: Path, name: str) -> int | None:
    """Return how many tests pass: a line of data is one, but for those that are said to take too long."""
    text = _text(root, f"{_TESTS}/test_{name}.py")
    data = root / _DATA / f"{name}.json"
    if not data.is_file():
        return len(re.findall(r"(?m)^def test\w*\(", text)) or None
    lines = data.read_text(encoding="utf-8").splitlines()
    return sum(bool(line.strip()) for line in lines) - text.count("pytest.skip(") or None


def _files(root: Path, name: str) -> Iterator[TaskFile]:
    program = f"{_PROGRAMS}/{name}.py"
    yield file_at("workdir", program, root / program, root)
    yield file_at("solution", program, root / f"correct_{program}", root)
    yield from (file_at("workdir", f"{_TESTS}/{h}", root / _TESTS / h, root) for h in _HELPERS)
    if (root / _DATA / f"{name}.json").is_file():
        yield file_at("workdir", f"{_DATA}/{name}.json", root / _DATA / f"{name}.json", root)
    test = f"{_TESTS}/test_{name}.py"
    text = _EITHER.sub(rb"\1", _text(root, test).encode("utf-8", "surrogateescape"))
    yield file_of("workdir", test, _HEAD + text.replace(b"pytest.run_slow", b"False"))


def _text(root: Path, path: str) -> str:
    text = text_inside(root, path)
    if text is None:
        raise ValueError(f"{path}: is no file of the set")
    return text

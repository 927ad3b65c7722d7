"""Terminal-Bench's first format: pytest's results decide, and the context is not put before the agent."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.run.validate import validate
from cab_core.tasks.catalog import Catalog

FILES = {
    "task.yaml": "instruction: |-\n  Write solution.py with add(a, b).\nparser_name: pytest\ndifficulty: easy\n",
    "Dockerfile": "FROM ghcr.io/laude-institute/t-bench/python-3-13:20250620\nWORKDIR /app\nCOPY . /app\n",
    "docker-compose.yaml": "services:\n  client:\n    build: .\n",
    "notes.txt": "plain addition",
    "run-tests.sh": "uv init\nuv add pytest==8.4.1\nuv run pytest $TEST_DIR/test_outputs.py -rA\n",
    "solution.sh": "cat > /app/solution.py <<'END'\ndef add(a, b):\n    return a + b\nEND\n",
    "tests/test_outputs.py": (
        "import sys\nsys.path.insert(0, '/app')\n\n"
        "def test_add():\n    from solution import add\n    assert add(1, 2) == 3\n"
    ),
}


def write(place: Path, **files: str) -> None:
    """Write a task with these files instead."""
    for path, text in {**FILES, **files}.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text)


def test_a_task_is_graded_by_what_pytest_reports(tmp_path: Path) -> None:
    """The whole directory is the context; solution and tests are none of the work dir."""
    write(tmp_path / "set/one")
    [task] = Catalog(Plugins(), [tmp_path / "set"]).select(["set/*"])
    assert [f.path for f in task.section("workdir")] == ["notes.txt"]
    assert task.task.doc.tags == ("easy",)
    assert validate(task, Plugins().runtime("local"), tmp_path / "scratch", StopSignal()).fault is None


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("task.yaml", "instruction: x\nparser_name: swebench\n", "its results are read by 'swebench'"),
        ("task.yaml", "author_name: me\n", "task.yaml: instruction: is missing"),
        ("task.yaml", "instruction: [\n", "task.yaml: cannot be parsed"),
        (
            "task.yaml",
            "descriptions: [{key: base, description: [x]}]\n",
            "task.yaml: instruction: is missing",
        ),
        ("run-tests.sh", "make check\n", "run-tests.sh: calls no pytest"),
        ("run-tests.sh", "pytest /tests/a.py\n", "tests/a.py: is not there, and run-tests.sh runs it"),
        ("run-tests.sh", "pytest ${TEST_DIR}/b.py\n", "tests/b.py: is not there, and run-tests.sh runs it"),
        ("docker-compose.yaml", "services: {client: {}, db: {}}\n", "several containers: client, db"),
    ],
)
def test_what_cannot_be_given_is_named(tmp_path: Path, path: str, text: str, said: str) -> None:
    """As a state of the task."""
    write(tmp_path / "set/one", **{path: text})
    [task] = Catalog(Plugins(), [tmp_path / "set"]).select(["set/*"])
    assert said in (task.task.doc.unavailable or "")

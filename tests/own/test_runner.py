"""Which command runs a repository's tests, and how their results get names."""

from __future__ import annotations

import pytest

from cab_core.errors import UserError
from cab_core.own.repository import Files, SourceFile
from cab_core.own.runner import runner_of


def files(**said: str) -> Files:
    """Files by their names, `__` for `/`, `DOT` for `.`."""
    return {p.replace("__", "/").replace("DOT", "."): SourceFile(text.encode()) for p, text in said.items()}


ROWS = [
    (None, files(tests__test_aDOTpy=""), "python3 -m pytest", "junit", ("python3", "pytest")),
    ("pytest tests", files(tests__test_aDOTpy=""), "python3 -m pytest", "junit", ("python3", "pytest")),
    (None, files(goDOTmod=""), "env GOTOOLCHAIN=local GOPROXY=off", "counts", ("go",)),
    (None, files(CargoDOTtoml=""), "cargo test --offline", "counts", ("cargo",)),
    (None, files(packageDOTjson='{"scripts": {"test": "node --test"}}'), "node --test-reporter=tap --test", "counts", ("node",)),
    (None, files(packageDOTjson='{"scripts": {"test": "mocha --reporter spec -R dot --check-leaks test/"}}'),
     "mocha --reporter=tap --timeout=20000 --check-leaks test/", "counts", ("node",)),
    ("jest --reporters=default src", files(), "jest --ci --testTimeout=20000 --json --outputFile={out}/report.json src", "json", ("node",)),
    ("vitest run --reporter verbose", files(), "vitest run --testTimeout=20000 --reporter=json --outputFile={out}/report.json", "json", ("node",)),
    ("/opt/venv/bin/python3.12 -m pytest", files(), "/opt/venv/bin/python3.12 -m pytest -q", "junit", ("python3", "pytest")),
    (None, files(Makefile="test:\n\tfalse\n"), "make test", "exit", ("make",)),
    ("make all && ./run", files(), "sh -c make all && ./run", "exit", ("make",)),
]  # fmt: skip


@pytest.mark.parametrize(("tests", "there", "argv", "kind", "requires"), ROWS)
def test_a_command_that_is_known_gives_names(
    tests: str | None, there: Files, argv: str, kind: str, requires: tuple[str, ...]
) -> None:
    """Each runner with what it needs."""
    found = runner_of(tests, there)
    assert " ".join(found.argv).startswith(argv) and (found.kind, found.requires) == (kind, requires)


def test_what_pytest_runs_stands_at_the_end() -> None:
    """So that fewer tests can be named; source in src/ is found."""
    found = runner_of(
        "pytest -k a tests/test_a.py",
        files(tests__test_aDOTpy="", src__aDOTpy=""),
    )
    assert found.paths == ("tests/test_a.py",) and found.command().argv[-1] == "tests/test_a.py"
    assert "pythonpath=src" in found.argv and found.command(["x"]).argv[-3:] == ("-k", "a", "x")


@pytest.mark.parametrize(("tests", "requires"), [(None, ()), ("npm test", ()), ("make", ("no-such-thing",))])
def test_what_cannot_be_run_is_a_users_mistake(tests: str | None, requires: tuple[str, ...]) -> None:
    """It says what to say instead."""
    with pytest.raises(UserError, match=r"--tests|--requires"):
        runner_of(tests, files(packageDOTjsonc=""), requires)

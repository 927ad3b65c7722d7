"""The page on testing a plugin, with the adapter of the page on adding a CLI: its commands run as they stand."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cab
from tests.docs.test_how_to import blocks
from tests.docs.test_plugins import FOO, NPM, run, write_file

PAGE = "test-a-plugin.md"


@pytest.fixture
def project(cab: Cab, tmp_path: Path) -> Cab:
    """The package of the page on adding a CLI with the tests of this page, and what npm would bring."""
    (programs := tmp_path / "programs").mkdir()
    for name, text in (("foo", FOO), ("npm", NPM)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    for line in ("cab new adapter foo", "cd cab-adapter-foo"):
        run(cab, line)
    for text in (*blocks("add-a-cli.md", "python"), *blocks(PAGE, "python")):
        write_file("python", text, cab.cwd)
    cab.env |= {"PATH": f"{programs}:{cab.env['PATH']}", "CAB_CACHE": str(tmp_path / "cache")}
    return cab


def pytest_of(cab: Cab, *args: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in the project, as its author does: with the plugins of this environment and the project's."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args]
    return subprocess.run(argv, cwd=cab.cwd, env=cab.env, capture_output=True, text=True, check=False)


def test_what_the_page_shows_works(project: Cab) -> None:
    """The adapter is well, three lines test it, and the fixtures run a cell."""
    [commands] = blocks(PAGE)
    install, check, test = commands.splitlines()
    run(project, install)
    assert "adapter foo: no faults" in run(project, check)
    done = pytest_of(project, *shlex.split(test)[1:])
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout
    assert "failed" not in done.stdout and os.sep + "cab-adapter-foo" not in done.stderr


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_the_long_rows_pass_too(project: Cab) -> None:
    """Odd prompts, and endpoints that fail in each of eleven ways."""
    run(project, blocks(PAGE)[0].splitlines()[0])
    done = pytest_of(project, "-m", "conformance_long")
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout


def test_what_is_wrong_is_told_in_a_sentence(project: Cab) -> None:
    """An adapter that trusts what was left fails its class by the words of `cab plugins check`."""
    adapter = project.cwd / "src/cab_adapter_foo/adapter.py"
    text = adapter.read_text().replace(
        "finished=left.exit_code == 0", "final_message=left.stdout.split()[-1]"
    )
    adapter.write_text(text)
    run(project, "pip install -e .")
    done = pytest_of(project, "-k", "told_without_a_run")
    assert done.returncode == 1 and "harvest() raised IndexError" in done.stdout, done.stdout
    assert "adapter.py:" in done.stdout and "Traceback" not in done.stdout

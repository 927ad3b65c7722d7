"""The tutorial on adapters, as a reader types it, where cab's wheel is installed and nothing else of ours."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.support.often import rows
from tests.support.wheel import fresh_venv

PAGE = Path(__file__).parents[2] / "docs/tutorial/first-adapter.md"
# Of its own tests, which take a quarter of a minute, these; the others, and calibrating, before a release.
QUICK = ("-k", "version or oracle or null or stack")


@pytest.mark.parametrize("whole", rows([True, False], often=[False]))
@pytest.mark.timeout(900)
def test_the_tutorial_ends_in_a_proven_adapter(whole: bool, wheel: Path, tmp_path: Path) -> None:
    """Every command does what is said: written, run by its path, installed, listed, checked, tested, gone."""
    venv, cwd, said = fresh_venv(tmp_path / "venv", wheel), tmp_path, dict[str, str]()
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    for line in "".join(text for kind, text in blocks if not kind).splitlines():
        program, *args = shlex.split(line)
        if program == "cd":
            cwd = cwd / args[0]
        elif program == "pip":
            venv.install(cwd) if args[0] == "install" else venv.uninstall(args[-1])
        elif program == "pytest":
            said[line] = venv.well("python", "-m", "pytest", "-q", *(() if whole else QUICK), cwd=cwd)
        elif args[0] == "calibrate" and not whole:
            continue
        else:
            said[line], before = venv.well(program, *args, cwd=cwd), said.get(line)
            assert before is None or "cab-adapter-foo" in before  # `cab plugins list`, with it and without
    assert "cab-adapter-foo" not in said["cab plugins list"]
    assert "adapter foo: no faults" in said["cab plugins check foo"] and "passed" in said["pytest"]
    runs = [json.loads(path.read_text()) for path in (cwd / "runs").rglob("cell.json")]
    told = {(cell["cell"]["model"], cell["outcome"]) for cell in runs if cell["cell"]["sweep_id"] == "local"}
    assert told == {("scripted:oracle", "passed"), ("scripted:null", "failed")}


def test_it_shows_what_is_written() -> None:
    """The directory as it is, and as many lines as the agent has."""
    templates = Path(__file__).parents[2] / "cab_core/new/templates/adapter"
    shown = re.findall(r"^(\S*\w\.(?:py|toml|md))", PAGE.read_text(), re.M)
    written = {"pyproject.toml", "README.md", *(
        path.relative_to(templates).as_posix().removesuffix(".j2").replace("PACKAGE", "cab_adapter_foo")
        for path in templates.rglob("*.py.j2")
    )}  # fmt: skip
    assert set(shown) == written
    lines = len((templates / "src/PACKAGE/agent.py.j2").read_text().splitlines())
    assert f"{round(lines, -1)} lines" in PAGE.read_text()

"""`cab drift` over cells that were made, not run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cab_core.cli import drift
from cab_core.errors import ImageError, UserError
from cab_core.runtimes import releases
from tests.declared.made import write
from tests.site.made import Made

TASKS = 14


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five versions of a CLI on 14 tasks: the last two solve nearly all, those before three."""
    for version in ("0.9.0", "0.10.0", "0.11.0", "0.12.0", "0.13.0"):
        for i in range(TASKS):
            solved = i < 3 or (version >= "0.12" and version != "0.9.0" and i != 5)
            Made(
                tui="aider", version=version, task=f"p/t{i}", outcome="passed" if solved else "failed"
            ).write(tmp_path)
    Made(tui="aider", version="0.12.0", task="p/own").write(tmp_path)
    known = ("0.13.0", "0.12.0", "0.11.0", "0.10.0", "0.9.0")
    monkeypatch.setattr(releases, "releases", lambda _: known)
    return tmp_path


def call(*args: str) -> str:
    """Return what the command printed; it must end well."""
    done = CliRunner().invoke(drift.command, args, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_change_is_found_with_where_it_may_lie(runs: Path) -> None:
    """In the order of release, which is not the alphabet's; on the tasks that all have."""
    [found] = json.loads(call("--tui", "aider", "--runs", str(runs), "--json"))
    assert [v["version"] for v in found["versions"]] == ["0.9.0", "0.10.0", "0.11.0", "0.12.0", "0.13.0"]
    assert found["order"] == "registry"
    assert found["tasks"] == TASKS
    assert [v["tasks_of_its_own"] for v in found["versions"]] == [14, 14, 14, 15, 14]
    change = found["change"]
    assert (change["verdict"], change["before"], change["from"]) == ("better", "0.11.0", "0.12.0")
    assert "0.12.0" in change["possible"]
    assert change["p"] <= 0.05
    said = call("--tui", "aider", "--runs", str(runs))
    assert "better from 0.12.0 on" in said
    assert "On the 14 tasks that all versions have" in said


def test_where_nothing_changed_it_says_so_with_n(runs: Path) -> None:
    """Undecided is not `equal`."""
    said = call("--tui", "aider", "--runs", str(runs), "--without", "0.12.0", "--without", "0.13.0")
    assert "no change seen: undecided (p = 1" in said
    assert "n = 14 tasks" in said


def test_without_a_registry_the_numbers_are_the_order(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the reason is told."""

    def gone(_: object) -> tuple[str, ...]:
        raise ImageError("the versions of aider cannot be asked for: no route")

    monkeypatch.setattr(releases, "releases", gone)
    [found] = json.loads(call("--tui", "aider", "--runs", str(runs), "--json"))
    assert found["order"] == "numbers"
    assert [v["version"] for v in found["versions"]][:2] == ["0.9.0", "0.10.0"]
    assert "no route" in call("--tui", "aider", "--runs", str(runs))


def test_one_version_is_shown_and_nothing_is_decided(runs: Path) -> None:
    """A single version has nothing to be held against."""
    drop = [word for v in ("0.9.0", "0.10.0", "0.11.0", "0.12.0") for word in ("--without", v)]
    assert "There is one version" in call("--tui", "aider", "--runs", str(runs), *drop)


def test_a_file_stands_for_the_name_that_it_declares(tmp_path: Path) -> None:
    """Its cells have that; a version of it is refused, since all are compared."""
    file = write(tmp_path / "house.toml")
    for version in ("1", "2"):
        Made(tui="house", version=version, task="p/t").write(tmp_path / "runs")
    more = ("--runs", str(tmp_path / "runs"))
    done = CliRunner().invoke(drift.command, ["--tui", str(file), *more], catch_exceptions=False)
    assert "house × acme/coder-1" in done.output and "names no package with its version" in done.output
    with pytest.raises(UserError, match="name the file without @2"):
        CliRunner().invoke(drift.command, ["--tui", f"{file}@2", *more], catch_exceptions=False)


def test_a_cli_without_a_cell_is_a_mistake(runs: Path) -> None:
    """Said with where to look."""
    with pytest.raises(UserError, match=r"no cell in .* is tui=nobody;"):
        call("--tui", "nobody", "--runs", str(runs))
    with pytest.raises(UserError, match="did you mean 'tui=aider'"):
        call("--tui", "aidr", "--runs", str(runs))

"""From an idea to a proven plugin: what `cab new` writes, where cab's wheel is and nothing else of ours.

Of an adapter the tutorial's commands show it in every run of the tests (tests/docs/test_first_adapter.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.often import rows
from tests.support.wheel import Venv, fresh_venv

TASK = "mutations/py-stock-reorder"
ORACLE = ("run", "--tui", "foo", "--model", "scripted:oracle", "--task", TASK)
KINDS = ("adapter", "scorer", "pack", "stack", "runtime", "format")


@pytest.fixture(scope="module")
def venv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Venv:
    """A fresh environment."""
    return fresh_venv(tmp_path_factory.mktemp("fresh") / "venv", wheel)


def offered(venv: Venv) -> set[tuple[str, str, str]]:
    """Return what `cab plugins list` shows of others: kind, name, distribution."""
    listed = json.loads(venv.well("cab", "plugins", "list", "--json"))
    assert {row["fault"] for row in listed} == {None}
    found = {(row["kind"], row["name"], row["distribution"]) for row in listed}
    return {row for row in found if row[2] != "codingagentbench"}


def show(kind: str, venv: Venv, place: Path) -> None:
    """See that an object of a kind does its work, in a directory in which the CLI `foo` can be run."""
    _SHOWN[kind](venv, place)


def cells(place: Path) -> list[dict[str, Any]]:
    """Return every cell.json, the oldest first."""
    found = (json.loads(path.read_text()) for path in (place / "runs").rglob("cell.json"))
    return sorted(found, key=lambda cell: str(cell["started_at"]))


def _adapter(venv: Venv, place: Path) -> None:
    venv.well("cab", *ORACLE, "--model", "scripted:null", "--runtime", "local", cwd=place)
    passed, failed = sorted(cells(place), key=lambda cell: str(cell["outcome"]), reverse=True)
    assert (passed["outcome"], failed["outcome"]) == ("passed", "failed")
    assert passed["identity"]["adapter"] == "cab-adapter-foo:foo@0.1.0"
    assert passed["claim"]["prompt"] == passed["tokens"]["prompt"] > 0


def _scorer(venv: Venv, place: Path) -> None:
    venv.well("cab", *ORACLE, "--model", "scripted:null", cwd=place)
    values = [cell["scores"]["foo"]["values"]["seconds_a_call"] for cell in cells(place)]
    assert len(values) == 2 and min(values) > 0
    head, *_ = venv.well("cab", "results", "--scripted", cwd=place).strip().splitlines()
    assert head.split()[-1] == "foo"
    compared = ("compare", "model=scripted:oracle", "model=scripted:null", "--scripted")
    assert "\nfoo " in venv.well("cab", *compared, cwd=place)
    [axis] = json.loads(venv.well("cab", *compared, "--json", cwd=place))["axes"]
    assert axis["axis"] == "foo" and axis["tasks"] == 1 and {axis["a"], axis["b"]} == set(values)
    venv.well("cab", "site", "build", "runs", "-o", "site", "--scripted", cwd=place)
    pages = [
        path.read_text() for path in (place / "site").rglob("index.html") if "h-axes" in path.read_text()
    ]
    assert len(pages) == 2 and all("<dt>foo</dt>" in page and "seconds_a_call" in page for page in pages)


def _pack(venv: Venv, place: Path) -> None:
    assert "1 of 1 tasks are sound" in venv.well("cab", "tasks", "validate", "foo/*", cwd=place)
    venv.well("cab", *ORACLE[:-1], "foo/*", cwd=place)
    assert [(cell["cell"]["task"], cell["outcome"]) for cell in cells(place)] == [
        ("foo/py-last-page", "passed")
    ]


def _stack(venv: Venv, place: Path) -> None:
    venv.well("cab", *ORACLE, "--stack", "foo", cwd=place)
    [cell] = cells(place)
    told = {item["item"]: (item["state"], item["reason"]) for item in cell["stack"]}
    assert told == {"instructions:foo": ("present", None), "mcp:foo": (None, "this CLI speaks no MCP")}
    assert cell["wiring"]["stack_owners"] == {"foo": "cab-stack-foo:foo"}
    assert ".cab-stack/foo/server.py" in cell["wiring"]["files"]


def _runtime(venv: Venv, place: Path) -> None:
    venv.well("cab", *ORACLE, "--runtime", "foo", cwd=place)
    [cell] = cells(place)
    assert (cell["outcome"], cell["cell"]["runtime"]) == ("passed", "foo")
    assert cell["host"]["sandbox"] == {"before": "nice -n 5"} and "provisional" in cell["marks"]


def _format(venv: Venv, place: Path) -> None:
    example = str(venv.root / "made/format/example")
    venv.well("cab", *ORACLE[:-1], "foo/*", "--pack", example, cwd=place)
    assert [(cell["cell"]["task"], cell["outcome"]) for cell in cells(place)] == [("foo/double", "passed")]


_SHOWN = {
    "adapter": _adapter, "scorer": _scorer, "pack": _pack, "stack": _stack, "runtime": _runtime, "format": _format,
}  # fmt: skip


def new(venv: Venv, kind: str) -> Path:
    """Write a distribution, or return the one that is there."""
    target = venv.root / "made" / kind
    if not target.exists():
        venv.well("cab", "new", kind, "foo", "-o", str(target))
    return target


@pytest.mark.parametrize("kind", rows(KINDS, often=[]))
@pytest.mark.timeout(600)
def test_made_installed_at_work_tested_and_gone(venv: Venv, kind: str, tmp_path: Path) -> None:
    """It is listed with its distribution, does its work, passes its own tests, and after `pip uninstall` is gone."""
    registers = {"pack": "task_pack", "format": "task_format"}
    made = dict.fromkeys((kind, "adapter"))
    with ExitStack() as stack:
        for each in made:
            venv.install(new(venv, each))
            stack.callback(venv.uninstall, f"cab-{each}-foo")
        assert offered(venv) == {(registers.get(each, each), "foo", f"cab-{each}-foo") for each in made}
        show(kind, venv, tmp_path)
        venv.well("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=venv.root / "made" / kind)
    assert offered(venv) == set()


@pytest.mark.parametrize("kind", rows([k for k in KINDS if k != "pack"], often=[]))
@pytest.mark.timeout(600)
def test_types_hold_against_the_installed_cab(venv: Venv, kind: str) -> None:
    """`mypy --strict` on the package, where cab is what the wheel installed."""
    python = (
        "--python-executable",
        str(venv.root / "bin/python"),
        "--config-file=",
        "--cache-dir",
        str(venv.root / "mypy"),
    )
    argv = [sys.executable, "-m", "mypy", "--strict", *python, "src"]
    done = subprocess.run(argv, cwd=new(venv, kind), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.prove
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_cli_starts_the_server_that_a_stack_brings(venv: Venv, tmp_path: Path) -> None:
    """A real CLI is offered its tool, from files of a distribution that no index has."""
    venv.install(new(venv, "stack"))
    model = ("--model", "scripted:null", "--task", TASK)
    venv.well("cab", "run", "--tui", "opencode", *model, "--stack", "foo", cwd=tmp_path)
    venv.uninstall("cab-stack-foo")
    [cell] = cells(tmp_path)
    told = {item["item"]: (item["reason"], item["state"]) for item in cell["stack"]}
    assert told == {"instructions:foo": (None, "present"), "mcp:foo": (None, "offered")}

"""What `cab new` writes."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cab_core.declared.adapter import declared_in
from cab_core.errors import UserError
from cab_core.new import write as module
from cab_core.new.kinds import TEMPLATES, naming, naming_of
from cab_core.new.write import write
from cab_core.plugins.registry import Plugins
from cab_core.tasks.native import load_as_listed
from tests.declared.made import declared, job


@pytest.mark.parametrize("kind", TEMPLATES)
def test_it_is_a_whole_distribution_that_the_doctor_finds_nothing_in(kind: str, tmp_path: Path) -> None:
    """Metadata, code, tests, README, a workflow, .gitignore; loaded by its path, its object can be made."""
    target = tmp_path / "made"
    found = naming(kind, f"a-{kind}-1")
    files = write(found, target)
    code = f"src/{found.package}/__init__.py"
    assert {"pyproject.toml", "README.md", ".gitignore", ".github/workflows/ci.yml", code} <= set(files)
    assert f"tests/test_{kind}.py" in files and not any("PACKAGE" in f or f.endswith(".j2") for f in files)
    project = tomllib.loads((target / "pyproject.toml").read_text())["project"]
    assert project["name"] == found.distribution and project["entry-points"]["cab"] == {
        found.name: found.package
    }
    plugins = Plugins(paths=[target])
    assert plugins.get(found.template.registers, found.object)
    assert [r.summary for r in plugins.rows if r.distribution == "path"] == [found.values()["summary"]]


def test_what_it_writes_is_as_tools_want_it(tmp_path: Path) -> None:
    """Linted and formatted, of every kind, in its own directory, with no setting but the length of a line."""
    ruff = [sys.executable, "-m", "ruff"]
    for kind in TEMPLATES:
        write(naming(kind, "foo"), tmp_path / kind)
        for command in (["check", "--select", "E,F,W,I,B,UP,C4,SIM"], ["format", "--check"]):
            argv = [*ruff, *command, "--isolated", "--line-length", "120", "."]
            done = subprocess.run(argv, cwd=tmp_path / kind, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


def test_a_pack_is_locked(tmp_path: Path) -> None:
    """The list of its files is there, and is right: its one task can be loaded as it is listed."""
    write(naming("pack", "foo"), tmp_path / "p")
    [task] = load_as_listed(tmp_path / "p/src/cab_pack_foo")
    assert task.task.id == "foo/py-last-page" and task.section("solution")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A directory in which there is something, a file, a link that leads nowhere: refused, and as they were."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("x")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("full", "file", "link"):
        with pytest.raises(
            UserError, match=f"{name}: there is something already, and nothing is overwritten"
        ):
            write(naming("adapter", "foo"), tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == ["file", "full", "link"] and os.listdir(tmp_path / "full") == [
        "mine"
    ]


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    """And one whose parents are not there yet."""
    (tmp_path / "empty").mkdir()
    for name in ("empty", "a/b/c"):
        assert "pyproject.toml" in write(naming("adapter", "foo"), tmp_path / name)


def test_all_of_it_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full half-way leaves no half of a distribution, and nothing else."""

    def full(root: Path) -> int:
        raise OSError(28, "No space left on device", str(root))

    monkeypatch.setattr(module, "write_list", full)
    with pytest.raises(UserError, match="cannot be written: No space left on device; nothing of it is there"):
        write(naming("pack", "foo"), tmp_path / "made")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("more", "base"), [({}, "DeclaredCli"), ({"acp": {}}, "DeclaredAcp")])
def test_a_file_becomes_a_package(tmp_path: Path, more: dict[str, object], base: str) -> None:
    """It holds the file word for word, and an adapter of the right kind that reads it; the page is the plugin's."""
    cli = declared(tmp_path, launch={"argv": ["x"], "files": {"a": "{{ model }}\n"}}, **more)
    files = write(naming_of(cli), tmp_path / "made")
    assert "src/cab_adapter_house/house.toml" in files
    made = tmp_path / "made/src/cab_adapter_house"
    assert (made / "house.toml").read_text() == cli.text
    adapter = Plugins(paths=[tmp_path / "made"]).adapter("house")
    assert adapter.launch(job()).files["a"] == "m\n" and declared_in(adapter) is None
    assert f"({base}):" in (made / "adapter.py").read_text()
    for name in [n for n in sys.modules if n.startswith("cab_adapter_house")]:
        del sys.modules[name]

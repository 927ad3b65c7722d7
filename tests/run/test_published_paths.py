"""What is told of a plugin, a pack or a package names the place in it, and no directory of this machine."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cab_core.cli.text import reason
from cab_core.plugins.authors import import_roots
from cab_core.plugins.registry import Plugins
from cab_core.records import McpServer, Recipe
from cab_core.run.secrets import redactor_of
from cab_core.site.build import build_site
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.stacks import Stack
from tests.support.packs import write_pack
from tests.support.puppet import FIX, play
from tests.support.recorded import content

CODE = """
from tests.support.puppet import Puppet


class Raises(Puppet):
    def harvest(self, left):
        raise RuntimeError(f"no table beside {__file__}")


class Wrong(Puppet):
    def launch(self, job):
        return None
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A plugin's module, in a checkout from which it is imported."""
    package = tmp_path / "checkouts/placed/src/cab_adapter_placed"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "adapter.py").write_text(CODE)
    monkeypatch.syspath_prepend(package.parent)
    yield importlib.import_module("cab_adapter_placed.adapter")
    for name in [n for n in sys.modules if n.startswith("cab_adapter_placed")]:
        del sys.modules[name]


def holding(text: str, *roots: Path) -> list[str]:
    """The files below directories that hold a text."""
    return [str(p) for root in roots for p in root.rglob("*") if p.is_file() and text.encode() in content(p)]


@pytest.mark.parametrize(("name", "line"), [("Raises", 7), ("Wrong", 11)])
def test_an_author_s_line_is_told_from_its_package_on(
    tmp_path: Path, plugin: Any, name: str, line: int
) -> None:
    """In every file of the cell and of the pages, whether it raised or handed over what it must not."""
    directory, result = play(tmp_path / "runs", "", adapter=getattr(plugin, name)(FIX))
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert result.outcome == "infra_plugin"
    assert result.why.endswith(f"(at cab_adapter_placed/adapter.py:{line})")
    assert holding(str(tmp_path), directory, site) == []


def test_cab_s_own_files_are_told_so_too(tmp_path: Path, plugin: Any) -> None:
    """A traceback goes through them: it is of use to an author, and says nothing of where they lie."""
    directory, _ = play(tmp_path, "", adapter=plugin.Raises(FIX))
    told = (directory / "error.log").read_text()
    assert (
        'File "cab_core/plugins/boundary.py"' in told
        and 'File "cab_adapter_placed/adapter.py", line 7' in told
    )
    assert not any(root in told for root in import_roots())


def test_at_the_terminal_the_line_can_be_opened(tmp_path: Path, plugin: Any) -> None:
    """Where the code is on this machine; what a cell from elsewhere names is told as it stands there."""
    _, result = play(tmp_path, "", adapter=plugin.Raises(FIX))
    assert reason(result.why).endswith(f"(at {plugin.__file__}:7)")
    for told in (
        "it raised (at their_adapter/adapter.py:7)",
        "it raised (at noon)",
        "it raised (at /etc/x.py:1)",
    ):
        assert reason(told) == told


def test_what_a_scorer_says_is_told_so(plugin: Any) -> None:
    """Its text and its line, by the rule by which `cab rescore` writes, too."""
    Plugins()
    told = redactor_of((), "cab-0123456789abcdef").text(
        f"no table beside {plugin.__file__} (at {plugin.__file__}:19)"
    )
    assert told == "no table beside cab_adapter_placed/adapter.py (at cab_adapter_placed/adapter.py:19)"


def test_the_directory_of_a_pack_is_the_placeholder_of_its_scripts(tmp_path: Path) -> None:
    """Where one of its files is gone when the cell begins."""
    write_pack(tmp_path, '[[grade.commands]]\nargv = ["true"]\n', {"workdir/a.txt": "bad"}, takes="a.txt")
    [task] = Catalog(Plugins(), [tmp_path / "mine"]).select(["mine/one"])
    (tmp_path / "mine/one/workdir/a.txt").unlink()
    directory, result = play(tmp_path / "runs", "", task=task)
    assert "$YOUR_PACK/one/workdir/a.txt" in result.why
    assert holding(str(tmp_path), directory) == []


def test_a_package_of_this_machine_has_a_name(tmp_path: Path) -> None:
    """In the inputs and in the stack's file, of which the page's script makes one."""
    server = McpServer(name="probe", command=("probe",), recipe=Recipe(pip=(f"{tmp_path}/probe-server",)))
    directory, _ = play(tmp_path, "", stack=Stack(names=("house",), items=(server,)))
    [item] = json.loads((directory / "inputs.json").read_text())["stack"]["items"]
    assert item["recipe"]["pip"][0].startswith("local:probe-server#")
    assert holding(str(tmp_path), directory) == []

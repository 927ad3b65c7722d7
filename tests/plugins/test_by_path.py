"""A plugin by its path: loaded without being installed, with the checks of any other."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cab_core.errors import PluginConflict, PluginUnusable, UserError
from cab_core.new.kinds import naming
from cab_core.new.write import write
from cab_core.plugins.by_path import path_entries
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult
from cab_core.site.commands import check_command, run_cell_command
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.plugins.test_third_party import GOOD, TASK
from tests.site.test_pack_by_path import GIVEN, STUBS, bash

HOOK = """
from cab_core import Registration, hookimpl
{more}
@hookimpl
def cab_adapters():
    return [Registration(name="{name}", summary="a CLI", factory="nowhere:Nothing")]
"""
ORACLE = ("--model", "scripted:oracle", "--task", TASK)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test imports by a path is no module of the next."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def plugin(path: Path, name: str = "ghost", more: str = "") -> Path:
    """Write a file with a plugin that registers a CLI."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HOOK.format(name=name, more=more))
    return path


def names(*paths: Path) -> dict[str, str]:
    """Return the CLIs that lie at these paths, by owner."""
    return {r.name: r.owner for r in Plugins(paths=paths).rows if r.distribution == "path"}


def test_a_file_a_package_and_a_project(tmp_path: Path) -> None:
    """Each is found, called after its file, its directory, or its directory and entry point."""
    file = plugin(tmp_path / "one_file.py", "one")
    plugin(tmp_path / "a_package/__init__.py", "two", "from .part import PART")
    (tmp_path / "a_package/part.py").write_text("PART = 1")
    write(naming("adapter", "three"), tmp_path / "a project")
    found = names(file, tmp_path / "a_package", tmp_path / "a project")
    assert found == {"one": "path:one_file.py", "two": "path:a_package", "three": "path:a project/three"}
    assert names(tmp_path / "a_package/__init__.py") == {"two": "path:a_package"}


def test_it_is_given_twice_and_is_there_once(tmp_path: Path) -> None:
    """By whatever way to the same file."""
    file = plugin(tmp_path / "one_file.py")
    (tmp_path / "link.py").symlink_to(file)
    assert names(file, tmp_path / "." / "one_file.py", tmp_path / "link.py") == {"ghost": "path:one_file.py"}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nowhere.py", "no such file or directory; expected a file of Python"),
        ("a.txt", "expected a file of Python, a package"),
        ("empty", "expected a file of Python, a package"),
        ("my-plugin.py", "'my-plugin' is no name of a module; rename it"),
        ("project", "its pyproject.toml has no [project.entry-points.cab]"),
        ("hollow", "there is no gone in it or in src, as its pyproject.toml says"),
    ],
)
def test_where_there_is_none_it_is_said(tmp_path: Path, path: str, says: str) -> None:
    """What was given, what was expected."""
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "my-plugin.py").write_text("")
    for name, text in (
        ("empty", None),
        ("project", "[project]"),
        ("hollow", '[project.entry-points.cab]\nx = "gone"'),
    ):
        (tmp_path / name).mkdir()
        if text:
            (tmp_path / name / "pyproject.toml").write_text(text)
    with pytest.raises(UserError) as told:
        path_entries([tmp_path / path])
    assert f"--plugin {tmp_path / path}: " in str(told.value) and says in str(told.value)


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    """With both paths."""
    both = plugin(tmp_path / "a/same.py"), plugin(tmp_path / "b/same.py")
    with pytest.raises(UserError, match=r"a/same.py and .*b/same.py are both called 'same.py'; rename one"):
        path_entries(both)


def test_a_fault_names_file_and_line(tmp_path: Path) -> None:
    """At import, in a hook, in what was misspelt; asking for any name then tells of it."""
    for text, says, line in (
        ("\n\n1 / 0\n", "cannot be imported: ZeroDivisionError", 3),
        ("def f(:\n", "cannot be imported: SyntaxError", 1),
        (
            HOOK.format(name="x", more="").replace("return", "1 / 0; return"),
            "cab_adapters() raised ZeroDivisionError",
            6,
        ),
        (
            HOOK.format(name="x", more="").replace("def cab_adapters", "def cab_adaptors"),
            "did you mean 'cab_adapters'",
            4,
        ),
    ):
        file = tmp_path / f"faulty_{line}.py"
        file.write_text(text)
        plugins = Plugins(paths=[file])
        [row] = [r for r in plugins.rows if r.distribution == "path"]
        assert row.status == "broken" and says in str(row.fault) and f"(at {file}:{line})" in str(row.fault)
        with pytest.raises(PluginUnusable, match=f"CLI 'foo': plugin path:faulty_{line}.py is broken: "):
            plugins.adapter("foo")


@pytest.mark.parametrize("name", ["json", "attr", "pytest"])
def test_a_module_of_another_is_not_replaced(tmp_path: Path, name: str) -> None:
    """A file that is called as something else that can be imported is named with that, and what is there stays."""
    before = sys.modules.get(name)
    [row] = [r for r in Plugins(paths=[plugin(tmp_path / f"{name}.py")]).rows if r.distribution == "path"]
    assert f"another module is called {name!r} here" in str(row.fault) and sys.modules.get(name) is before


def test_a_name_that_is_installed_is_told_when_it_is_asked_for(tmp_path: Path) -> None:
    """With both owners; nothing else is in the way."""
    plugins = Plugins(paths=[plugin(tmp_path / "usurper.py", "aider")])
    with pytest.raises(
        PluginConflict, match=r"CLI 'aider' is claimed by codingagentbench:aider and path:usurper\.py"
    ):
        plugins.owner("adapter", "aider")
    assert plugins.owner("adapter", "pi").owner == "codingagentbench:pi"
    assert Plugins(["aider"], [tmp_path / "usurper.py"]).owner("adapter", "aider").owner == "path:usurper.py"


def test_the_one_that_is_installed_too_says_so(cab: Cab, distribution: Callable[..., str]) -> None:
    """As where a checkout was installed as editable: it is there already."""
    site = distribution("cab-good", GOOD)
    cab.find_plugins(site)
    rows = cab.json("--plugin", f"{site}/cab_good.py", "plugins", "list", "--json")
    told = {
        (r["distribution"], r["status"], r["fault"])
        for r in rows
        if "good" in r["distribution"] + r["entry_point"]
    }
    assert told == {
        ("cab-good", "ok", None),
        ("path", "conflict", "it is there already, as cab-good:cab_good"),
    }


@pytest.fixture
def given(cab: Cab) -> Cab:
    """The command in a directory in which `mine.py` is a plugin with a CLI and an axis."""
    axis = 'class Axis:\n    axis, needs = "fine", ()\n    def score(self, evidence, scores):\n        return Score(axis="fine", headline=1.0)\n'
    hook = (
        '@hookimpl\ndef cab_scorers():\n    return [Registration(name="fine", summary="s", factory=Axis)]\n'
    )
    (cab.cwd / "mine.py").write_text(f"{GOOD}\nfrom cab_core import Score\n{axis}{hook}")
    return cab


def test_a_cell_runs_through_it_and_its_source_is_in_the_key(given: Cab) -> None:
    """Two at a time; the same again is done before; a changed line runs it anew, and says why."""
    args = ("--plugin", "mine.py", "run", "--tui", "well", "--tui", "idle", *ORACLE, "-j", "2")
    assert given(*args).returncode == 0
    assert "2 of 2 cells: done before" in given(*args).stderr
    file = given.cwd / "mine.py"
    file.write_text(f"{file.read_text()}# a line more\n")
    said = given(*args, COLUMNS="4000").stderr
    assert "done before" not in said and 'cli.adapter was "path:mine.py@' in said
    [(_, well), (_, idle)] = sorted(
        Store(given.cwd / "runs").standing(), key=lambda c: c[1].cell.tui, reverse=True
    )
    assert (well.outcome, idle.outcome, well.headlines["fine"]) == ("passed", "failed", 1.0)
    again = given("run", "--tui", "well", *ORACLE)
    assert again.returncode == 2 and "unknown CLI 'well'" in again.stderr


def test_its_pages_ask_for_it(given: Cab) -> None:
    """The scripts of the page want its path, from wherever they are started, and run with it."""
    given("--plugin", "mine.py", "run-cell", "--tui", "well", *ORACLE)
    [path] = given.cwd.rglob("cell.json")
    [(_, result)] = Store(given.cwd / "runs").standing()
    assert result.identity.by_path == ("path:mine.py",)
    assert json.loads(path.read_text())["identity"]["adapter"].startswith("path:mine.py@")
    for script in (run_cell_command(result), check_command(result)):
        missing = bash(STUBS + script, given.cwd, **GIVEN)
        assert missing.returncode and "YOUR_PLUGIN: where the plugin path:mine.py lies" in missing.stderr
        done = bash(STUBS + script, given.cwd, **GIVEN, YOUR_PLUGIN="./mine.py")
        assert done.stdout.splitlines()[:2] == ["--plugin", str(given.cwd / "mine.py")], done.stderr
    done = bash(run_cell_command(result), given.cwd, YOUR_PLUGIN="mine.py")
    assert done.returncode == 0 and "passed" in done.stdout, done.stderr


def test_what_ran_beside_a_cell_is_told(given: Cab) -> None:
    """A plugin that offers nothing may change anything all the same: a reader sees that it was there."""
    (given.cwd / "quiet.py").write_text("import cab_core.run.grade\n")
    given("--plugin", "quiet.py", "--plugin", "mine.py", "run-cell", "--tui", "well", *ORACLE)
    [(_, result)] = Store(given.cwd / "runs").standing()
    [said] = [note for note in result.notes if "not installed" in note]
    assert "path:quiet.py@" in said and "mine.py" not in said


def test_a_page_without_any_asks_for_none(tmp_path: Path) -> None:
    """The command of a cell of installed plugins is as it was."""
    from tests.site.made import Made

    Made().write(tmp_path / "runs")
    [(_, result)] = Store(tmp_path / "runs").standing()
    assert isinstance(result, CellResult) and "PLUGIN" not in run_cell_command(result) + check_command(result)


def test_the_command_that_goes_on_has_it(given: Cab) -> None:
    """So has a completion of names."""
    done = given("--plugin", "mine.py", "calibrate", "--tui", "well", "--help")
    assert done.returncode == 0
    words = given(
        "", _CAB_COMPLETE="bash_complete", COMP_WORDS="cab --plugin mine.py run --tui wel", COMP_CWORD="5"
    )
    assert "plain,well" in words.stdout


def test_what_was_not_asked_for_costs_nothing() -> None:
    """Without the option nothing of it is loaded: no spec is looked for, no file is read."""
    assert path_entries(()) == []


def test_its_version_tells_all_that_python_imports(tmp_path: Path) -> None:
    """Code behind a link, and compiled code beside no source; not the data that a link leads to."""
    plugin(tmp_path / "two/__init__.py")
    for name in ("code/part.py", "data/table.csv"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1")
    for name in ("code", "data"):
        (tmp_path / "two" / name).symlink_to(tmp_path / name)
    (tmp_path / "two/up").symlink_to(tmp_path / "two")
    [entry] = path_entries([tmp_path / "two"])
    versions = [entry.version]
    for name in ("code/part.py", "two/more.pyc", "data/table.csv"):
        (tmp_path / name).write_text("2")
        versions.append(entry.version)
    assert len(set(versions[:3])) == 3 and versions[2] == versions[3]

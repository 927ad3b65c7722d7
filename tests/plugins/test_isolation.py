"""Broken plugins harm nobody else, and each is named with its distribution and its fault."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata

import pytest

from cab_core.plugins.loader import load
from tests.conftest import Cab

ADAPTERS = """
from cab_core import Registration, hookimpl
@hookimpl
def cab_adapters():
    return [Registration(name="{name}", summary="a CLI", factory="nowhere:Nothing")]
"""

BROKEN = {
    "cab-raises": ("raise RuntimeError('kaboom at import')", "kaboom at import"),
    "cab-exits": ("import sys; sys.exit(3)", "SystemExit"),
    "cab-misspelt": (
        ADAPTERS.replace("def cab_adapters", "def cab_adaptors"),
        "unknown hook 'cab_adaptors'; did you mean 'cab_adapters'? Nothing of this plugin is used (at ",
    ),
    "cab-unmarked": ("def cab_adapters(): return []", "lacks @hookimpl; nothing of this plugin is used (at "),
    "cab-wrong-type": (
        ADAPTERS.replace("return [", "return 7\n    [").format(name="x"),
        "cab_adapters() raised",
    ),
    "cab-wrong-item": (
        ADAPTERS.replace("return [", "return ['aider']\n    [").format(name="x"),
        "returned a str",
    ),
    "cab-text": (ADAPTERS.replace("return [", "return 'aider'\n    [").format(name="x"), "returned str"),
    "cab-hook-raises": (
        ADAPTERS.replace("return [", "1/0\n    return [").format(name="x"),
        "ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_named_with_its_fault(
    cab: Cab, distribution: Callable[..., str], name: str
) -> None:
    """The list tells distribution and fault, and everything else is still there."""
    code, fault = BROKEN[name]
    path = distribution(name, code.replace("{name}", "x"))
    rows = cab.json("plugins", "list", "--json", PYTHONPATH=path)
    [row] = [r for r in rows if r["distribution"] == name]
    assert row["status"] == "broken" and row["kind"] == "plugin"
    assert fault in row["fault"], row["fault"]
    assert f"(at {path}/{name.replace('-', '_')}.py:" in row["fault"]
    assert any(r["name"] == "aider" and r["status"] == "ok" for r in rows)


def test_the_doctor_names_a_broken_entry_point_once(cab: Cab, distribution: Callable[..., str]) -> None:
    """It is its distribution and entry point already."""
    path = distribution("cab-raises", "raise RuntimeError('kaboom')")
    [line] = [n for n in cab("plugins", "doctor", PYTHONPATH=path).stdout.splitlines() if "kaboom" in n]
    assert line.startswith("plugin cab-raises:cab_raises: cannot be imported: ")


def test_a_broken_plugin_costs_one_warning_line(cab: Cab, distribution: Callable[..., str]) -> None:
    """A command that does not need the plugin works, with one line on standard error."""
    path = distribution("cab-raises", "raise RuntimeError('kaboom')")
    done = cab("tasks", "list", PYTHONPATH=path)
    assert done.returncode == 0 and "mutations/py-stock-reorder" in done.stdout
    [line] = done.stderr.splitlines()
    assert "cab-raises" in line and "kaboom" in line


def test_two_claims_to_one_name_are_an_error_that_names_both(
    cab: Cab, distribution: Callable[..., str]
) -> None:
    """Asking for `aider` where two distributions offer it is refused, with both names, exit 2, no traceback."""
    path = distribution("cab-usurper", ADAPTERS.format(name="aider"))
    args = ("run", "--tui", "aider", "--model", "scripted:null", "--task", "mutations/py-*")
    done = cab(*args, PYTHONPATH=path)
    assert done.returncode == 2
    assert "codingagentbench:aider" in done.stderr and "cab-usurper:cab_usurper" in done.stderr
    assert "Traceback" not in done.stderr
    rows = cab.json("plugins", "list", "--json", PYTHONPATH=path)
    assert [r["status"] for r in rows if r["name"] == "aider"] == ["conflict", "conflict"]


def test_leaving_one_out_settles_it(cab: Cab, distribution: Callable[..., str]) -> None:
    """-p no:ENTRYPOINT, -p no:dist:NAME and CAB_DISABLE_PLUGINS take a plugin away."""
    path = distribution("cab-usurper", ADAPTERS.format(name="aider"))
    for args, env in (
        (("-p", "no:cab_usurper"), {}),
        (("-p", "no:dist:cab-usurper"), {}),
        ((), {"CAB_DISABLE_PLUGINS": "x, cab_usurper"}),
    ):
        rows = cab.json(*args, "plugins", "list", "--json", PYTHONPATH=path, **env)
        found = {r["distribution"]: r["status"] for r in rows if r["name"] in ("aider", "cab_usurper")}
        assert found == {"codingagentbench": "ok", "cab-usurper": "disabled"}


def test_no_plugins_at_all(cab: Cab) -> None:
    """With CAB_NO_PLUGINS=1 nothing is offered, the built-in ones included: they have no privilege."""
    rows = cab.json("plugins", "list", "--json", CAB_NO_PLUGINS="1")
    assert {r["status"] for r in rows} == {"disabled"}
    done = cab("run", "--tui", "aider", "--model", "scripted:null", "--task", "*", CAB_NO_PLUGINS="1")
    assert done.returncode == 2 and "switched off" in done.stderr


def test_a_plugin_for_another_cab_is_refused_before_import(
    cab: Cab, distribution: Callable[..., str]
) -> None:
    """Its own metadata says that it needs a newer cab: refused with what it needs, never imported."""
    path = distribution("cab-new", "raise SystemExit('imported!')", requires="codingagentbench>=99")
    [row] = [
        r for r in cab.json("plugins", "list", "--json", PYTHONPATH=path) if r["distribution"] == "cab-new"
    ]
    assert (row["status"], row["fault"]) == ("refused", "needs codingagentbench >=99, this is 0.1.0")


def test_a_plugin_for_a_newer_interface_is_refused(cab: Cab, distribution: Callable[..., str]) -> None:
    """It says which it was written for; asking for it ends before anything runs, with its name and place."""
    path = distribution("cab-later", ADAPTERS.format(name="later").replace('factory="', 'api=2, factory="'))
    cab.find_plugins(path)
    done = cab("run", "--tui", "later", "--model", "scripted:null", "--task", "*", COLUMNS="4000")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    [row] = [r for r in cab.json("plugins", "list", "--json") if r["distribution"] == "cab-later"]
    said = f"'later' was written for plugin API 2, this is 1 (at {path}/cab_later.py:3)"
    assert (row["status"], row["fault"]) == ("refused", said)


def test_a_factory_that_fails_is_told_when_asked_for(cab: Cab, distribution: Callable[..., str]) -> None:
    """A registered object that cannot be made fails the run that asks for it, with the cause."""
    path = distribution("cab-ghost", ADAPTERS.format(name="ghost"))
    done = cab("run", "--tui", "ghost", "--model", "scripted:null", "--task", "*", PYTHONPATH=path)
    assert done.returncode == 2
    assert "cab-ghost:cab_ghost" in done.stderr and "No module named 'nowhere'" in done.stderr
    assert cab("plugins", "doctor", PYTHONPATH=path).returncode == 1


def test_built_in_objects_come_through_entry_points(cab: Cab) -> None:
    """Every row has a distribution and an entry point; without the entry point the object is gone."""
    rows = cab.json("-p", "no:aider", "plugins", "list", "--json")
    assert not [r for r in rows if r["kind"] == "adapter" and r["entry_point"] == "aider"]
    done = cab("-p", "no:mutations", "tasks", "list")
    assert "mutations/" not in done.stdout and "polyglot/" in done.stdout


def test_what_a_distribution_says_of_itself_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for each of its entry points, of which this one has eleven: that took longer than to import them."""
    read: list[str] = []
    text = metadata.PathDistribution.read_text

    def noted(self: metadata.PathDistribution, filename: str) -> str | None:
        read.append(filename)
        return text(self, filename)

    monkeypatch.setattr(metadata.PathDistribution, "read_text", noted)
    rows = load().rows
    distributions = {row.distribution for row in rows}
    assert read.count("METADATA") <= 2 * len(distributions) < len({row.entry_point for row in rows})

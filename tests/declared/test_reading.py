"""Naming a CLI by a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cab_core.declared.reading import find_cli
from cab_core.errors import BadDocument, UserError
from cab_core.plugins.registry import Plugins

from .made import declared, write


@pytest.mark.parametrize(
    ("text", "expected"),
    [("aider", ("aider", "")), ("aider@1.2", ("aider", "1.2")), ("aider@", ("aider", ""))],
)
def test_a_name_stays_a_name(text: str, expected: tuple[str, str]) -> None:
    """With or without a version."""
    assert find_cli(Plugins(), text) == expected


def test_a_file_is_a_cli_of_this_run(tmp_path: Path) -> None:
    """With its path, which may hold an @, and its hash as the version of what offers it; twice is once."""
    (tmp_path / "a@b").mkdir()
    path, plugins = write(tmp_path / "a@b/house.toml"), Plugins()
    assert find_cli(plugins, f"{path}") == ("house", "") and find_cli(plugins, f"{path}@2") == ("house", "2")
    row = plugins.owner("adapter", "house")
    assert row.owner == "file:house.toml" and len(row.version) == 16
    assert plugins.adapter("house").default_version == "1"


def test_two_files_of_one_name_are_told(tmp_path: Path) -> None:
    """As is one that has the name of an installed CLI."""
    plugins = Plugins()
    find_cli(plugins, str(write(tmp_path / "a.toml")))
    for other, owner in ({"version": "2"}, "file:a.toml"), ({"name": "aider"}, "codingagentbench:aider"):
        with pytest.raises(BadDocument, match=f"b.toml: name: .* of {owner} already; give this one another"):
            find_cli(plugins, str(write(tmp_path / "b.toml", **other)))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"launch": {"argv": ["x"], "env": {"KEY": "{{ tokn }}"}}}, "launch.env.KEY: .*did you mean 'token'"),
        ({"launch": {"argv": ["{{ context_tokens }}"]}}, r"launch.argv\[0\]: names what is not set here"),
        ({"launch": {"argv": []}}, "launch.argv"),
        ({"launch": {"argv": ["x"], "stdin": "{{ 1 +"}}, "launch.stdin: cannot be filled in"),
        (
            {"launch": {"argv": ["x", ["{{ options.thnk }}"]]}, "options": {"think": {}}},
            r"launch.argv\[1\]: names 'thnk' of options, which `options` does not declare; did you mean 'think'",
        ),
        (
            {"launch": {"argv": ["x"], "stdin": "{{ model_params['seed'] }}"}},
            "launch.stdin: names 'seed' of model_params",
        ),
        ({"version": "latest"}, "version: expected a version"),
        (
            {"launch": {"argv": [["{{ options.x }}"]]}, "options": {"x": {}}},
            "launch.argv: expected a program first",
        ),
        (
            {"launch": {"argv": ["x"], "files": {"../up": ""}}},
            "launch.files: expected paths relative to HOME",
        ),
        ({"launch": {"argv": ["x"], "env": {"A=B": ""}}}, "launch.env"),
        ({"install": {"pip": ["/srv/x"]}}, r"install.pip\[0\]: expected names of packages"),
        ({"install": {"npm": ["x@{{ versio }}"]}}, r"install.npm\[0\]: .*did you mean 'version'"),
        ({"stack": {"mcp": "m", "tool_prefix": "{{ nam }}"}}, "stack.tool_prefix: .*did you mean 'name'"),
        ({"options": {"x": {"type": "number!"}}}, "options.x: expected a JSON Schema"),
        ({"read": {"message": "somewhere"}}, "read.message"),
        ({"stak": {}}, "stak: unknown key; did you mean 'stack'"),
        ({"launch": {"argv": ["x"], "files": {"a": "", "a/b": ""}}}, "launch.files: .*'a' and 'a/b'"),
        ({"launch": {"argv": ["x"], "files": {".cab": ""}}, "acp": {}}, "launch.files: .*'.cab' and"),
        ({"stack": {"mcp": "m", "instructions": "m"}}, "stack.mcp: expected a file of its own"),
        (
            {"launch": {"argv": ["x"], "files": {"m": ""}}, "stack": {"mcp": "m"}},
            "stack.mcp: expected a file",
        ),
        ({"name": "a b"}, "name"),
        ({"version": "../../x"}, "version: expected a version such as 1.2.3"),
        ({"version_argv": ["x", "a\nb"]}, r"version_argv\[1\]: expected one line"),
        ({"install": {"apt": ["x; id"]}}, r"install.apt\[0\]: expected a package of Debian"),
        ({"name": "house\n"}, "name"),
    ],
)
def test_a_mistake_is_told_with_its_key_when_the_file_is_read(
    tmp_path: Path, said: dict[str, Any], told: str
) -> None:
    """Nothing has been installed or run by then."""
    with pytest.raises(BadDocument, match=f"house.toml: {told}"):
        declared(tmp_path, **said)


def test_a_protocol_that_nobody_speaks_is_told(tmp_path: Path) -> None:
    """With the key, and the nearest that there is."""
    path = write(tmp_path / "house.toml", protocols=["openai-chat", "openai-chatt"])
    said = r"house.toml: protocols\[1\]: nothing here speaks 'openai-chatt'; did you mean 'openai-chat'"
    with pytest.raises(BadDocument, match=said):
        find_cli(Plugins(), str(path))


def test_a_file_beside_an_unknown_name_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name alone is a plugin's; one that is there stays one."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "house.toml")
    write(tmp_path / "aider.toml")
    with pytest.raises(
        UserError, match=r"unknown CLI 'house'; to name the file that lies here write ./house.toml"
    ):
        find_cli(Plugins(), "house@1")
    assert find_cli(Plugins(), "aider") == ("aider", "")


def test_what_a_file_said_first_holds_for_the_run(tmp_path: Path) -> None:
    """A calibration plans again after hours, and somebody may have edited the file."""
    path, plugins = write(tmp_path / "house.toml"), Plugins()
    assert find_cli(plugins, str(path)) == ("house", "")
    write(path, version="2", name="other")
    assert find_cli(plugins, f"{path}@3") == ("house", "3")
    assert plugins.adapter("house").default_version == "1"

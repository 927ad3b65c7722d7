"""Stacks: read, composed, clashes told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import BadDocument, UnknownName, UserError
from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.tasks.stacks import compose
from tests.support.puppet import Puppet, find_task, plan_one
from tests.tasks.test_agent_plugins import write as write_plugin

HOUSE = """
schema_version = 1
name = "house"
[[instructions]]
name = "style"
text = "Use tabs."
[[mcp]]
name = "probe"
command = ["python3", "-m", "probe"]
recipe = { pip = ["probe==1"] }
[[env]]
name = "flags"
values = { FLAG = "1" }
[[files]]
name = "settings"
files = { ".probe" = "" }
"""


def write(directory: Path, name: str, text: str) -> str:
    """Write a stack file and return its path."""
    path = directory / name
    path.write_text(text)
    return str(path)


def test_stacks_are_composed_in_order(tmp_path: Path) -> None:
    """Two files give their items one after the other; what servers need is collected."""
    other = (
        HOUSE.replace("house", "other")
        .replace("style", "tone")
        .replace("probe", "echo")
        .replace("flags", "f2")
        .replace("FLAG", "F2")
        .replace("settings", "s2")
    )
    stack = compose([write(tmp_path, "a.toml", HOUSE), write(tmp_path, "b.toml", other)], Plugins())
    assert stack.names == ("house", "other")
    assert [i.name for i in stack.items] == [
        "style",
        "probe",
        "flags",
        "settings",
        "tone",
        "echo",
        "f2",
        "s2",
    ]
    assert [r.pip for r in stack.recipes()] == [("probe==1",), ("echo==1",)]


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (
            HOUSE.replace('"house"', '"two"')
            .replace("flags", "x")
            .replace("FLAG", "Y")
            .replace("probe", "q")
            .replace("settings", "r"),
            "instructions 'style'",
        ),
        (
            'schema_version = 1\nname = "two"\n[[env]]\nname = "mine"\nvalues = { FLAG = "2" }\n',
            "the variable FLAG",
        ),
        (
            'schema_version = 1\nname = "two"\n[[files]]\nname = "mine"\nfiles = { ".probe/a.toml" = "" }\n',
            "the file .probe (beside .probe/a.toml)",
        ),
    ],
)
def test_a_clash_names_both_stacks(tmp_path: Path, second: str, says: str) -> None:
    """Two items that want one name or variable are an error that says which."""
    with pytest.raises(UserError) as caught:
        compose([write(tmp_path, "a.toml", HOUSE), write(tmp_path, "b.toml", second)], Plugins())
    assert f"stacks 'house' ({tmp_path}/a.toml) and 'two' ({tmp_path}/b.toml) both want" in str(
        caught.value
    ) and says in str(caught.value)


def test_mistakes_are_told(tmp_path: Path) -> None:
    """A misspelt key and an unknown name are answered with the nearest, or with what was expected."""
    with pytest.raises(BadDocument, match="did you mean 'command'"):
        compose([write(tmp_path, "a.toml", HOUSE.replace("command", "comand"))], Plugins())
    with pytest.raises(UnknownName, match="unknown stack 'huose'"):
        compose(["huose"], Plugins())


def test_one_stack_is_not_given_twice(tmp_path: Path) -> None:
    """It is one stack that is named, not a clash of two of one name."""
    house = write(tmp_path, "a.toml", HOUSE)
    with pytest.raises(UserError, match=r"stack 'house' \(.*a.toml\) is given twice"):
        compose([house, house], Plugins())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (HOUSE.replace(".probe", "/etc/x"), "files[0].files: expected paths relative to HOME"),
        (HOUSE.replace(".probe", "../x"), "files[0].files: expected paths relative to HOME"),
        (HOUSE.replace("FLAG", '"A=B"'), "env[0].values: expected names without '='"),
        (HOUSE.replace('"-m", "probe"', '"a\\u0000"'), "mcp[0].command[1]: expected a word of a program"),
        (HOUSE.replace("probe==1", "/srv/probe"), "mcp[0].recipe.pip[0]: expected names of packages, or URLs"),
        (HOUSE.replace('["probe==1"]', '["probe"], python = "3.11"'), "mcp[0].recipe.python: expected a version"),
        (HOUSE + '[[env]]\nname = "more"\nvalues = { FLAG = "2" }\n',
         "env[1]: expected what no other item of the stack wants, got an item that wants the variable FLAG, as env[0]"),
    ],
)  # fmt: skip
def test_what_no_cli_could_be_given_is_refused_as_the_file_is_read(
    tmp_path: Path, wrong: str, says: str
) -> None:
    """With the file and the key, before an adapter has met it."""
    file = write(tmp_path, "a.toml", wrong)
    with pytest.raises(BadDocument) as caught:
        compose([file], Plugins())
    assert str(caught.value).startswith(f"{file}: {says}"), str(caught.value)


def test_the_stack_is_part_of_the_content_key(tmp_path: Path) -> None:
    """The same stack twice gives the same key, a changed instruction another, no stack a third."""
    task = find_task("mutations/py-lru-cache")
    runtime = Plugins().runtime("local")

    def key(text: str | None) -> str:
        stack = compose([write(tmp_path, "a.toml", text)] if text else [], Plugins())
        return plan_one(Puppet(""), task, Model(id="m"), runtime, stack=stack).content_key

    assert key(HOUSE) == key(HOUSE)
    assert len({key(HOUSE), key(HOUSE.replace("tabs", "spaces")), key(None)}) == 3


def test_a_text_a_skill_and_a_plugin_are_stacks(tmp_path: Path) -> None:
    """By their paths; each goes by its own name, or by one that it is given there."""
    (tmp_path / "AGENTS.md").write_text("Be brief.")
    (tmp_path / "greet").mkdir()
    (tmp_path / "greet/SKILL.md").write_text("---\nname: greet\ndescription: d\nodd: 1\n---\nHello.\n")
    write_plugin(tmp_path / "plugin")
    paths = (
        f"{tmp_path}/AGENTS.md",
        f"brief={tmp_path}/AGENTS.md",
        f"{tmp_path}/greet",
        f"hi={tmp_path}/plugin",
    )
    found = [compose([path], Plugins()) for path in paths]
    assert [stack.names for stack in found] == [("AGENTS",), ("brief",), ("greet",), ("hi",)]
    assert [[(i.kind, i.name) for i in stack.items] for stack in found] == [
        [("instructions", "AGENTS")], [("instructions", "AGENTS")], [("skill", "greet")], [("skill", "greet")],
    ]  # fmt: skip
    assert found[2].parts[0].notes == ("SKILL.md: 'odd' in its front matter is unknown",)


def test_what_is_no_stack_is_told(tmp_path: Path) -> None:
    """With all that one can be."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/SKILL.md").write_text("no front matter")
    (tmp_path / "bad/x.txt").write_text("x")
    (tmp_path / "empty.md").write_text(" \n")
    for text, said in {
        f"{tmp_path}/empty": "has neither SKILL.md nor plugin.json; a stack is the name",
        f"{tmp_path}/nothing": "no such file or directory; a stack is the name",
        f"{tmp_path}/bad/../": "neither SKILL.md nor plugin.json, though bad below it has one",
        f"{tmp_path}/bad/x.txt": "a file that is no stack",
        f"{tmp_path}/empty.md": "the text is empty",
        f"{tmp_path}/bad/SKILL.md": "begins with no front matter",
        f"x={tmp_path}/bad": "begins with no front matter",
        "house": "NAME=PATH gives one at a path another name",
    }.items():
        with pytest.raises(UserError, match=said):
            compose([text], Plugins())

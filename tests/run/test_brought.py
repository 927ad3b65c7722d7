"""A server of a stack brings its own files: they are there when the CLI starts it, and its command names them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.errors import BadDocument
from cab_core.plugins.registry import Plugins
from cab_core.plugins.toolkit import StackEffect
from cab_core.records import Launch, McpServer
from cab_core.run.brought import brought, placed
from cab_core.run.inputs import stack_inputs
from cab_core.tasks.stacks import Stack, compose
from tests.support.puppet import Puppet, play

SERVER = McpServer(
    name="words",
    command=("python3", "{files}/bin/server.py", "--data={files}"),
    env={"WHERE": "{files}/data.txt"},
    files={"bin/server.py": "print('I was here')", "data.txt": "$HOME, 'word' and {files}\n"},
)


class Starts(Puppet):
    """Starts the servers of its stack, as a CLI does, and says what they print."""

    def launch(self, job: Any) -> Launch:
        class Effect(StackEffect):
            def mcp(self, item: McpServer) -> None:
                self.files[f"{item.name}.json"] = json.dumps({"command": item.command, "env": item.env})

        effect, made = Effect().apply(job.stack), super().launch(job)
        return attrs.evolve(made, files={**made.files, **effect.files}, stack=effect.accounts)


SCRIPT = """
import subprocess
said = json.load(open(os.path.expanduser("~/words.json")))
print(subprocess.run(said["command"], capture_output=True, text=True).stdout, open(said["env"]["WHERE"]).read())
call()
"""


def test_the_server_starts_where_the_cli_is(tmp_path: Path) -> None:
    """Its program runs, its data is as it was, and none of it is in the work dir; the cell's page can make them."""
    stack = Stack(names=("house",), items=(SERVER,))
    directory, result = play(tmp_path, SCRIPT, adapter=Starts(SCRIPT), stack=stack)
    assert (result.outcome, [(a.item, a.reason) for a in result.stack]) == ("failed", [("mcp:words", None)])
    assert (directory / "stdout.log").read_text() == "I was here\n $HOME, 'word' and {files}\n\n"
    assert json.loads((directory / "changes.json").read_text())["changes"] == []
    files = result.wiring.files
    assert files[".cab-stack/words/bin/server.py"] == "print('I was here')"
    assert files[".cab-stack/words/data.txt"] == "$$HOME, 'word' and {files}\n"
    assert json.loads(files["words.json"])["command"][1] == "$HOME/.cab-stack/words/bin/server.py"


def test_others_are_as_they_were() -> None:
    """Braces in the command of a server that brings nothing are its own, and its key is that of an earlier cab."""
    plain = McpServer(name="a", command=("run", "{x}"))
    assert placed(plain, "/home") is plain and brought([plain]) == {}
    [item] = stack_inputs([plain]).items
    assert item == {"name": "a", "command": ["run", "{x}"], "env": {}, "recipe": None, "kind": "mcp"}


def test_a_changed_file_is_a_changed_stack() -> None:
    """The record of the inputs has hashes in place of the texts."""
    [item] = stack_inputs([SERVER]).items
    [other] = stack_inputs([attrs.evolve(SERVER, files={**SERVER.files, "data.txt": "x"})]).items
    assert item["files"].keys() == SERVER.files.keys() and all(
        v.startswith("sha256:") for v in item["files"].values()
    )
    assert item != other


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ('files = { "../x" = "" }', "mcp[0].files: expected paths relative to HOME that stay below it"),
        ('files = { "a" = "", "a/b" = "" }', "files that can lie beside each other"),
        ('command = ["run", "{files}/x"]', "mcp[0].files: expected the files whose directory `{files}` names, got none"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_before_anything_runs(tmp_path: Path, item: str, says: str) -> None:
    """By the place in the stack's file."""
    command = "" if "command" in item else 'command = ["run"]\n'
    text = f'schema_version = 1\nname = "house"\n[[mcp]]\nname = "a"\n{command}{item}\n'
    (tmp_path / "house.toml").write_text(text)
    with pytest.raises(BadDocument) as told:
        compose([str(tmp_path / "house.toml")], Plugins())
    assert says in str(told.value)


def test_its_place_is_nobody_else_s(tmp_path: Path) -> None:
    """Neither another item's files nor an adapter's may lie there."""
    text = 'schema_version = 1\nname = "h"\n[[files]]\nname = "f"\nfiles = { ".cab-stack/words/x" = "" }\n'
    (tmp_path / "h.toml").write_text(text)
    with pytest.raises(BadDocument, match="expected paths that cab does not use itself"):
        compose([str(tmp_path / "h.toml")], Plugins())

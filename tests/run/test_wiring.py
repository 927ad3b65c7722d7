"""What a cell publishes of how its CLI was set up: all but what may be secret."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest
import tomli_w

from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.plugins.toolkit import StackEffect
from cab_core.records import Env, Launch, McpServer, Wiring
from cab_core.run.planned import PlannedCell
from cab_core.run.wiring import wiring
from cab_core.tasks.stacks import Stack, compose
from tests.support.puppet import Puppet, find_task, plan_one

SECRETS = ("s3cret-one", "s3cret-two", "s3cret-three", "s3cret-four")
HOUSE = {
    "schema_version": 1,
    "name": "house",
    "instructions": [{"name": "rule", "text": "Your $HOME and $YOUR_KEY\nand 'this'"}],
    "mcp": [
        {"name": "a", "command": ["run", "--stdio"], "env": {"TOKEN": SECRETS[0]}, "recipe": {"pip": ["a==1"], "python": ">=3.10"}},
        {"name": "b", "command": ["run"], "env": {"TOKEN": SECRETS[1], "HOME": SECRETS[2]}},
    ],
    "skills": [{"name": "slow", "description": "When it is slow", "text": "Measure."}],
    "env": [{"name": "none", "values": {}}],
    "args": [{"name": "more", "argv": ["-v", "$WORKDIR"]}],
    "files": [{"name": "f", "files": {".conf": SECRETS[3]}}],
}  # fmt: skip


class Takes(Puppet):
    """A puppet that writes its whole stack into files."""

    def launch(self, job: Any) -> Launch:
        class Effect(StackEffect):
            def mcp(self, item: McpServer) -> None:
                self.files |= {f"{item.name}.{name}": value for name, value in item.env.items()}

            instructions = skill = lambda self, item: self.files.update({f"{item.name}.md": item.text})  # type: ignore[assignment]

        effect, made = Effect().apply(job.stack), super().launch(job)
        return attrs.evolve(made, files=effect.files, stack=effect.accounts, stdin=job.prompt)


@pytest.fixture
def planned(tmp_path: Path) -> PlannedCell:
    """A cell with this stack."""
    (tmp_path / "house.toml").write_text(tomli_w.dumps(HOUSE))
    stack = compose([str(tmp_path / "house.toml")], Plugins())
    task, model = find_task("mutations/py-stock-reorder"), Model(id="scripted:null", scripted="null")
    return plan_one(Takes(""), task, model, Plugins().runtime("local"), stack=stack)


@pytest.fixture
def published(planned: PlannedCell) -> Wiring:
    """What it publishes."""
    return wiring(planned, ())


def test_the_stack_s_file_is_what_it_was_but_for_secrets(published: Wiring) -> None:
    """Every kind of item, in order; a text that speaks of `$HOME` does so still."""
    text = published.stacks["house"]
    assert not any(secret in text for secret in SECRETS)
    filled = text
    for name, secret in zip(("TOKEN", "YOUR_VALUE_1", "YOUR_VALUE_2", "YOUR_VALUE_3"), SECRETS, strict=True):
        filled = filled.replace(f"${name}", secret)
    assert tomllib.loads(filled.replace("$$", "$")) == HOUSE


def test_every_secret_has_a_placeholder_of_its_own(published: Wiring) -> None:
    """Two servers may want one name with two values; the HOME of a server is not the script's."""
    values = [published.files[n] for n in ("a.TOKEN", "b.TOKEN", "b.HOME")]
    assert values == ["$TOKEN", "$YOUR_VALUE_1", "$YOUR_VALUE_2"]
    assert published.needs["YOUR_VALUE_2"] == "variable HOME of the stack, mcp b"


def test_a_variable_of_a_stack_is_not_the_directory_of_a_pack() -> None:
    """Whatever it is called: the same script may ask for both."""
    stack = Stack(names=("s",), items=(Env(name="own", values={"YOUR_PACK": SECRETS[0]}),))
    task, model = find_task("mutations/py-stock-reorder"), Model(id="scripted:null", scripted="null")
    found = wiring(plan_one(Takes(""), task, model, Plugins().runtime("local"), stack=stack), ())
    assert "YOUR_PACK" not in found.needs and "YOUR_VALUE_1" in found.needs


def test_what_the_cli_reads_is_published(published: Wiring) -> None:
    """Its prompt on standard input, its texts as they are, its own place and ours as placeholders."""
    assert published.stdin == find_task("mutations/py-stock-reorder").task.doc.prompt
    assert published.files["rule.md"] == "Your $$HOME and $$YOUR_KEY\nand 'this'"
    assert (published.argv[1], published.cwd) == ("$HOME/script.py", "$WORKDIR")
    assert published.env == {"ENDPOINT": "$YOUR_ENDPOINT", "TOKEN": "$YOUR_KEY", "MODEL": "$YOUR_MODEL_ID"}


@pytest.mark.parametrize(
    ("name", "cwd"),
    [
        ("aider", "$HOME"),
        ("cline", "$HOME"),
        ("mini-swe-agent", "$HOME"),
        *(
            (n, "$WORKDIR")
            for n in ("opencode", "copilot", "codex", "claude", "gemini", "qwen", "continue", "pi", "kilo")
        ),
    ],
)
def test_what_each_cli_is_started_with_can_be_published(name: str, cwd: str) -> None:
    """Its places are absolute paths to an adapter, as in a run: the boundary takes what it makes of them."""
    task, model = find_task("mutations/py-stock-reorder"), Model(id="scripted:null", scripted="null")
    planned = plan_one(Plugins().adapter(name), task, model, Plugins().runtime("local"))
    found = wiring(planned, ())
    assert found.cwd == cwd and "/cab" not in str(attrs.asdict(found))


def test_a_plugin_s_stack_is_named_with_its_owner(planned: PlannedCell) -> None:
    """It is had by installing the plugin, so it is not written out."""
    [part] = planned.stack_parts
    offered = attrs.evolve(planned, stack_parts=(attrs.evolve(part, owner="house-stacks:house@1.0"),))
    found = wiring(offered, ())
    assert (found.stacks, found.stack_owners) == ({}, {"house": "house-stacks:house@1.0"})

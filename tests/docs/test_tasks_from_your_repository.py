"""The page on tasks from a repository: its commands, as a reader types them, on a small one."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.conftest import Cab
from tests.docs.test_how_to import blocks
from tests.support.histories import PRICES, SHOP, TESTS, history

pytest.importorskip("tree_sitter")
pytestmark = [pytest.mark.aider, pytest.mark.slow, pytest.mark.timeout(600)]
OLD = {
    "shop/prices.py": PRICES.replace(">= 10", "> 10"),
    "tests/test_prices.py": re.sub(r"def test_ten.*?\n\n\n", "", TESTS, flags=re.S),
}
FIX = "Ten are many\n\nWho buys ten gets a tenth off.\n\nSigned-off-by: T <t@example.org>\n"


@attrs.frozen
class Page:
    """What the commands of the page left."""

    root: Path
    said: dict[str, str]

    def manifest(self, pack: str) -> dict[str, Any]:
        """A pack's manifest."""
        found: dict[str, Any] = json.loads((self.root / pack / "manifest.json").read_text())
        return found

    def shown(self, pack: str) -> dict[str, tuple[str, dict[str, str]]]:
        """By task, the prompt and the files that an agent sees."""
        return {
            toml.parent.name: (
                tomllib.loads(toml.read_text())["prompt"],
                {
                    str(p.relative_to(toml.parent / "workdir")): p.read_text()
                    for p in (toml.parent / "workdir").rglob("*")
                    if p.is_file()
                },
            )
            for toml in (self.root / pack).glob("*/task.toml")
        }


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page, typed once."""
    root = tmp_path_factory.mktemp("page")
    history(
        root / "shop",
        ("A shop", SHOP | OLD),
        (FIX, SHOP),
        (
            "Say more",
            {"shop/prices.py": PRICES + "\n# later\n", "tests/test_prices.py": TESTS + "\n# later\n"},
        ),
        ("Read me", {"README.md": "later"}),
    )
    cab, said = Cab(root), {}
    for line in "".join(blocks("tasks-from-your-repository.md")).splitlines():
        done = cab(*shlex.split(line)[1:])
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        said[" ".join(shlex.split(line)[1:3])] = done.stdout
    return Page(root, said)


def test_mutants_are_validated_and_told_apart(page: Page) -> None:
    """The manifest says what was looked at, what makes a task hard, and why others are none."""
    found = page.manifest("shop-mutants")
    assert len(found["tasks"]) == 2 and all(t["validated"] == 5 for t in found["tasks"])
    assert all(1 <= t["killed_by"] <= 5 == t["of_tests"] and t["lines_run"] for t in found["tasks"])
    assert found["mutants"]["in_all"] >= found["mutants"]["on_those_lines"] >= found["mutants"]["tried"] >= 2
    assert {t["failure_in"] for t in found["tasks"]} <= {"line", "file", "source", "test"}
    assert sum(found["dropped"].values()) == found["mutants"]["tried"] - 2


def test_a_prompt_says_how_tests_fail_and_not_where(page: Page) -> None:
    """Neither the file nor the operator; the original stands nowhere in what the agent sees."""
    tasks = {t["name"]: t for t in page.manifest("shop-mutants")["tasks"]}
    for name, (prompt, files) in page.shown("shop-mutants").items():
        assert "tests.test_prices::test_" in prompt and "python3 -m pytest" in prompt
        assert "prices.py" not in prompt and tasks[name]["operator"] not in prompt
        whole = (page.root / "shop/shop/prices.py").read_text()
        assert files["shop/prices.py"] != whole and not any(whole in text for text in files.values())
        assert not [path for path in files if ".git" in path or "pyc" in path]


def test_a_commit_is_a_task_where_its_tests_fail_before_and_pass_after(page: Page) -> None:
    """The prompt is its message; neither its tests nor anything later is in what the agent sees."""
    found = page.manifest("shop-commits")
    [task] = found["tasks"]
    assert (task["fail_to_pass"], task["pass_to_pass"], task["validated"]) == (1, 4, 5)
    assert found["dropped"] == {"changes no test": 1, "no test fails before it and passes after": 1}
    [(prompt, files)] = page.shown("shop-commits").values()
    assert "Ten are many\n\nWho buys ten gets a tenth off." in prompt and "Signed-off" not in prompt
    assert "> 10" in files["shop/prices.py"] and "test_ten" not in files["tests/test_prices.py"]
    assert not any("later" in text for text in files.values())


def test_what_a_user_says_instead_of_the_message_is_what_an_agent_is_told(page: Page) -> None:
    """The same command takes prompts.toml as it is."""
    path = page.root / "shop-commits/prompts.toml"
    [(name, _)] = tomllib.loads(path.read_text())["prompts"].items()
    path.write_text(f'[prompts]\n{name} = "Mend the price."\n')
    done = Cab(page.root)("tasks", "mine", "shop", "-o", "shop-commits", "--max", "1")
    assert done.returncode == 0, done.stderr
    assert page.shown("shop-commits")[name][0] == "Mend the price."


def test_what_was_found_is_known_and_the_oracle_solves_it(page: Page) -> None:
    """The validation of the page validates nothing anew."""
    assert (
        "2 of 2 tasks are sound" in page.said["tasks validate"] and "found 20" in page.said["tasks validate"]
    )
    assert "passed" in page.said["run --tui"]
    assert "private" in page.said["run --tui"]


@pytest.mark.prove
def test_a_seed_makes_the_same_bytes(page: Page) -> None:
    """Every file but what was recorded afterwards."""
    done = Cab(page.root)("tasks", "mutate", "shop", "-o", "again/shop-mutants", "--max", "2")
    assert done.returncode == 0, done.stderr
    first, second = (
        {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        for root in (page.root / "shop-mutants", page.root / "again/shop-mutants")
    )
    first.pop("validated.json")
    assert first == second

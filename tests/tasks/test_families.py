"""Families of a pack: what a task says, what the pack's rule finds, and twins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.errors import BadDocument
from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import load_pack
from tests.conftest import Cab

PACK = 'schema_version = 1\nname = "mine"\nversion = "1"\ntitle = "t"\n'
TASK = 'schema_version = 1\ntitle = "t"\nprompt = "p"\n{head}[grade]\n[[grade.commands]]\nargv = ["true"]\n'


def write(root: Path, rule: str = "", **tasks: str) -> Path:
    """Write a pack; `rule` is a line of pack.toml, of each task what stands before `[grade]`. Return where."""
    for name, head in tasks.items():
        work = root / "mine" / name.replace("_", "-") / "workdir"
        work.mkdir(parents=True)
        (work / "a.txt").write_text("bad")
        (work.parent / "task.toml").write_text(TASK.format(head=head))
    (root / "mine/pack.toml").write_text(PACK + rule)
    return root / "mine"


def twin(name: str, head: str = "") -> str:
    """Return the lines of a task that names a twin."""
    return f'{head}[refusal]\nexpected = false\ntwin = "{name}"\n'


def families(pack: Path) -> dict[str, str | None]:
    """Return the family of each task of a pack."""
    return {p.task.name: p.task.family for p in load_pack(Plugins(), pack)}


def test_a_task_says_its_family(tmp_path: Path) -> None:
    """It is the pack's: other packs may have one of the same name. Who says nothing has none."""
    pack = write(tmp_path, one='family = "x"\n', two='family = "x"\n', three="")
    assert families(pack) == {"one": "mine:x", "two": "mine:x", "three": None}


def test_the_rule_of_the_pack_is_for_those_that_say_nothing(tmp_path: Path) -> None:
    """It is matched on the whole name; where it does not match, or its group does not, there is no family."""
    rule = "family = '(?:py|go)-(.+)|js-(?:.*)'\n"
    pack = write(tmp_path, rule, py_sum="", go_sum="", py_max='family = "own"\n', js_sum="", a_py_sum="")
    found = {"py-sum": "mine:sum", "go-sum": "mine:sum", "py-max": "mine:own", "js-sum": None}
    assert families(pack) == {**found, "a-py-sum": None}


def test_twins_are_one_family_though_only_one_of_them_says_so(tmp_path: Path) -> None:
    """It is called as the first of them by name."""
    pack = write(tmp_path, b=twin("a"), a="", c="")
    assert families(pack) == {"a": "mine:a", "b": "mine:a", "c": None}


def test_a_twin_is_of_the_family_of_its_twin(tmp_path: Path) -> None:
    """Whoever of the two says it; and so are all that are related to one of them."""
    pack = write(tmp_path, a=twin("b"), b='family = "x"\n', c='family = "x"\n', d=twin("a"))
    assert set(families(pack).values()) == {"mine:x"}


def test_families_whose_tasks_are_twins_are_one(tmp_path: Path) -> None:
    """The rule finds two; the twins in them make them one."""
    rule = "family = '[a-z]+-(.+)'\n"
    pack = write(tmp_path, rule, py_no=twin("py-yes"), py_yes="", go_no="", go_yes="", go_other="")
    one = dict.fromkeys(("py-no", "py-yes", "go-no", "go-yes"), "mine:no")
    assert families(pack) == {**one, "go-other": "mine:other"}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("(", "'(': is no regular expression: missing )"),
        ("", "'': has 0 groups, expected one: the family; others are (?:...)"),
        ("(a)-(b)", "'(a)-(b)': has 2 groups, expected one"),
        ("(x)-.*", "'(x)-.*': matches the whole name of no task that names no family: py-sum"),
        ("py-sum(.*)", "'py-sum(.*)': its group is empty for task 'py-sum'; expected the name of a family"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_told(cab: Cab, tmp_path: Path, rule: str, says: str) -> None:
    """With file and key, exit 2."""
    pack = write(tmp_path, f"family = '{rule}'\n", py_sum="", own='family = "x"\n')
    with pytest.raises(BadDocument) as told:
        load_pack(Plugins(), pack)
    assert str(told.value).startswith(f"{pack}/pack.toml: family: {says}")
    done = cab("tasks", "lock", "mine")
    assert done.returncode == 2 and "pack.toml: family: " in done.stderr


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('family = ""\n', "family: expected string"),
        ('family = "  "\n', "family: expected string"),
        ("family = 7\n", "family: expected string"),
        (twin("ohter"), "refusal.twin: 'ohter' is no other task of this pack; did you mean 'other'?"),
        (twin("one"), "refusal.twin: 'one' is no other task of this pack"),
    ],
)
def test_a_task_s_word_that_cannot_be_meant_is_told(tmp_path: Path, head: str, says: str) -> None:
    """With file and key; what is wrong with one task alone costs the pack only where it is wrong with all."""
    pack = write(tmp_path, one=head, other="" if "twin" in head else head)
    with pytest.raises(BadDocument) as told:
        load_pack(Plugins(), pack)
    assert f"{pack}/one/task.toml: {says}" in str(told.value)


def test_the_rule_of_a_pack_leaves_its_tasks_hashes_alone(tmp_path: Path) -> None:
    """A family that the pack says is no other task."""
    pack = write(tmp_path, one="", two="")
    before = [p.task.tree_hash for p in load_pack(Plugins(), pack)]
    (pack / "pack.toml").write_text(PACK + "family = '(?:one|(.+))'\n")
    after = load_pack(Plugins(), pack)
    assert [p.task.tree_hash for p in after] == before
    assert [p.task.family for p in after] == [None, "mine:two"]


def test_a_family_is_shown(cab: Cab, tmp_path: Path) -> None:
    """By `cab tasks list --json` and `cab tasks show`."""
    write(tmp_path, one='family = "x"\n', two="")
    rows = cab.json("tasks", "list", "--pack", "mine", "--json")
    found = {row["id"]: row["family"] for row in rows if row["id"].startswith("mine/")}
    assert found == {"mine/one": "mine:x", "mine/two": None}
    assert "\nFamily: mine:x " in cab("tasks", "show", "--pack", "mine", "mine/one").stdout
    assert "Family" not in cab("tasks", "show", "--pack", "mine", "mine/two").stdout


FORMAT = """
import attrs
from cab_core import Registration, hookimpl
class Odd:
    name = "a-odd"
    def recognises(self, root):
        return (root / "odd").exists()
    def load(self, root):
        from cab_core.tasks.native import NativeFormat
        {body}
@hookimpl
def cab_task_formats():
    return [Registration(name="a-odd", summary="t", factory=Odd)]
"""
NAMED = """
        return [attrs.evolve(p, task=attrs.evolve(p.task, doc=attrs.evolve(p.task.doc, family="y")))
                for p in NativeFormat().load(root)]
"""
OTHERS = """
        return [attrs.evolve(p, task=attrs.evolve(p.task, family="theirs:y")) for p in NativeFormat().load(root)]
"""


def test_a_third_party_s_format_may_name_families(
    cab: Cab, tmp_path: Path, distribution: Callable[..., str]
) -> None:
    """By the task's document; whatever it says is of the pack."""
    (write(tmp_path, one="", two=twin("one")) / "odd").touch()
    site = distribution("cab-odd", FORMAT.format(body=NAMED.strip()))
    rows = cab.json("tasks", "list", "--pack", "mine", "--json", PYTHONPATH=site)
    assert [r["family"] for r in rows if r["id"].startswith("mine/")] == ["mine:y", "mine:y"]


def test_a_third_party_s_format_names_no_family_of_another_pack(
    cab: Cab, tmp_path: Path, distribution: Callable[..., str]
) -> None:
    """It is told with task and key, exit 2."""
    (write(tmp_path, one="") / "odd").touch()
    site = distribution("cab-odd", FORMAT.format(body=OTHERS.strip()))
    done = cab("tasks", "list", "--pack", "mine", PYTHONPATH=site)
    assert done.returncode == 2
    assert "task mine/one: family: expected 'mine:' and a name, got 'theirs:y'" in " ".join(
        done.stderr.split()
    )

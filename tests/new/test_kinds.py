"""What a new distribution is called."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cab_core.errors import UnknownName, UserError
from cab_core.new.kinds import TEMPLATES, check_free, naming, naming_of
from cab_core.plugins.registry import Plugins
from tests.declared.made import declared


@pytest.mark.parametrize("said", ["my-thing", "My_Thing", "my..thing", "cab-scorer-my-thing"])
def test_a_name_is_as_pip_has_it(said: str) -> None:
    """However it is spelt, distribution, package and axis are the same."""
    found = naming("scorer", said)
    names = (found.distribution, found.package, found.object, found.values()["class_name"])
    assert names == ("cab-scorer-my-thing", "cab_scorer_my_thing", "my_thing", "MyThingScorer")


@pytest.mark.parametrize("said", ["", "3d", "-x", "x-", "a b", "a/b", "../x", "é", "x" * 61, "{{ x }}"])
def test_what_is_no_name_is_refused(said: str) -> None:
    """It says what was expected."""
    with pytest.raises(UserError, match=re.escape("expected a letter, then letters, digits")):
        naming("adapter", said)


def test_a_word_of_python_is_refused() -> None:
    """With one that would do."""
    with pytest.raises(
        UserError, match="'class' is a word of Python's own; choose another name, such as 'my-class'"
    ):
        naming("adapter", "class")


def test_a_kind_that_there_is_not_is_answered_with_the_nearest() -> None:
    """As every unknown name is."""
    with pytest.raises(UnknownName, match=r"unknown kind of plugin 'adaptor'; did you mean 'adapter'\?"):
        naming("adaptor", "x")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("adapter", "aider"), ("scorer", "pass-rate"), ("runtime", "local"), ("format", "harbor")],
)
def test_a_name_that_a_plugin_has_is_refused(kind: str, name: str) -> None:
    """It says whose it is and what to do; what it says to do does."""
    with pytest.raises(UserError, match="of codingagentbench:") as told:
        check_free(naming(kind, name), Plugins())
    without = re.search(r"-p no:(\S+) new", str(told.value))
    assert without
    check_free(naming(kind, name), Plugins([without[1]]))


def test_a_name_of_another_kind_is_free() -> None:
    """An axis may be called as a CLI is."""
    check_free(naming("scorer", "aider"), Plugins())


def test_every_kind_is_told_in_the_help() -> None:
    """The command's own words name all of them."""
    text = (Path(__file__).parents[2] / "cab_core/cli/new.py").read_text()
    assert f'metavar="{"|".join(TEMPLATES)}"' in text


def test_a_file_gives_the_name(tmp_path: Path) -> None:
    """That of its CLI; one that no package can have is told."""
    assert naming_of(declared(tmp_path, name="my-house")).distribution == "cab-adapter-my-house"
    with pytest.raises(UserError, match=r"calls its CLI 'My_House', of which a package makes 'my-house'"):
        naming_of(declared(tmp_path, name="My_House"))

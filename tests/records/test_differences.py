"""The words in which two records of inputs are told apart."""

from __future__ import annotations

from typing import Any

import pytest

from cab_core.records.differences import differences

ONE, OTHER = "d3389a" + "0" * 58, "d3389a" + "1" * 58


@pytest.mark.parametrize("place", ["grader.tests", "task.workdir", "task.scripted"])
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (f"{ONE} 644", f"{ONE} 755", ": mode was 644, is 755"),
        (f"{ONE} 644", f"{OTHER} 644", ": content changed"),
        (f"{ONE} 644", f"{OTHER} 755", ": content changed, mode was 644, is 755"),
        ("link a", "link b", " was a link a, is a link b"),
        (f"{ONE} 644", "link b", " was a file of mode 644, is a link b"),
        (None, f"{ONE} 644", " was not there, is a file of mode 644"),
        ("link a", None, " was a link a, is not there"),
    ],
)
def test_of_a_file_is_said_what_differs(place: str, before: Any, after: Any, said: str) -> None:
    """Its content, its mode, or where it leads; never a hash, of which the beginnings may be the same."""
    first, second = place.split(".")
    found = list(
        differences({first: {second: {"driver.py": before}}}, {first: {second: {"driver.py": after}}})
    )
    assert found == [f"{place}.driver.py{said}"]


def test_a_text_elsewhere_is_no_file() -> None:
    """A prompt may look like an entry."""
    assert list(differences({"task": {"prompt": "link a"}}, {"task": {"prompt": "link b"}})) == [
        'task.prompt was "link a", is "link b"'
    ]


@pytest.mark.parametrize("shared", [0, 30, 44, 45, 46, 55, 56, 57, 58, 59, 60, 61, 300])
@pytest.mark.parametrize("rest", [("a", "b"), ("", "b"), ("a" * 300, "b" * 300), ("", "b" * 300)])
@pytest.mark.parametrize("form", [str, list])
def test_what_differs_can_be_seen(shared: int, rest: tuple[str, str], form: type) -> None:
    """Two long values that begin alike: the part is shown in which they do not."""
    before, after = (form("x" * shared + end) for end in rest)
    [said] = differences({"prompt": before}, {"prompt": after})
    one, other = said.removeprefix("prompt was ").split(", is ")
    assert one != other
    assert len(said) < 160

"""Names of configurations: what differs is said, what does not is left out, and no two are the same."""

from __future__ import annotations

import attrs
import pytest

from cab_core.records import Configuration
from cab_core.stats import distinct_names, distinctions, value_text

ONE = Configuration(tui="aider", model="m", version="1", runtime="docker", network="gateway")


def test_one_alone_needs_no_more_than_its_name() -> None:
    """Neither the version nor anything else is added where there is nothing to tell apart."""
    other = attrs.evolve(ONE, tui="opencode", version="7", runtime="local")
    assert list(distinct_names([ONE, other, ONE]).values()) == ["aider × m", "opencode × m"]


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"version": "2"}, ("aider × m @1", "aider × m @2")),
        ({"runtime": "local"}, ("aider × m docker", "aider × m local")),
        ({"network": "open"}, ("aider × m network gateway", "aider × m network open")),
        ({"runtime": "local", "network": "open"}, ("aider × m docker", "aider × m local")),
        ({"options": '{"edit":"diff"}'}, ("aider × m edit=none", "aider × m edit=diff")),
        ({"model_params": '{"t":0.2}'}, ("aider × m t=none", "aider × m t=0.2")),
        ({"version": "2", "runtime": "local"}, ("aider × m @1 docker", "aider × m @2 local")),
    ],
)
def test_what_differs_is_said(changed: dict[str, str], names: tuple[str, str]) -> None:
    """Just that, and of both."""
    other = attrs.evolve(ONE, **changed)
    found = distinct_names([ONE, other])
    assert (found[ONE], found[other]) == names


def test_a_network_is_said_of_a_runtime_that_has_several() -> None:
    """Of another runtime beside it, its only network follows, and is not said."""
    local, opened = attrs.evolve(ONE, runtime="local", network="open"), attrs.evolve(ONE, network="open")
    found = distinctions([ONE, opened, local])
    assert found == {ONE: "docker network gateway", opened: "docker network open", local: "local"}


@pytest.mark.parametrize("further", [{}, {"version": "2"}, {"options": '{"edit":"diff"}'}])
def test_a_network_that_follows_from_the_runtime_is_not_said(further: dict[str, str]) -> None:
    """Whatever else differs between the two."""
    other = attrs.evolve(ONE, runtime="bwrap", network="open", **further)
    assert all("network" not in said for said in distinctions([ONE, other]).values())


def test_only_what_differs_among_those_of_one_name_is_said() -> None:
    """A second version of one CLI adds nothing to the name of another CLI, or of a stack."""
    stacked = attrs.evolve(ONE, stack=("docs",))
    found = distinct_names([ONE, attrs.evolve(ONE, version="2"), stacked])
    assert found[stacked] == "aider × m + docs"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, attrs.evolve(ONE, options='{"t":1}', model_params='{"t":1}')),
        (attrs.evolve(ONE, options='{"t":1}'), attrs.evolve(ONE, model_params='{"t":1}')),
        (attrs.evolve(ONE, options='{"t":"none"}'), ONE),
        (attrs.evolve(ONE, options='{"t":"1"}'), attrs.evolve(ONE, options='{"t":1}')),
        (attrs.evolve(ONE, stack=("a, b",)), attrs.evolve(ONE, stack=("a", "b"))),
        (attrs.evolve(ONE, version="x" * 400 + "1"), attrs.evolve(ONE, version="x" * 400 + "2")),
        (attrs.evolve(ONE, version="1", runtime="2 3"), attrs.evolve(ONE, version="1 2", runtime="3")),
    ],
)
def test_no_two_names_are_the_same(one: Configuration, other: Configuration) -> None:
    """Also where the parts read alike or are cut short."""
    found = distinct_names([one, other, attrs.evolve(ONE, version="9")])
    assert len(set(found.values())) == 3
    assert all(len(name) < 300 for name in found.values())


def test_a_model_whose_id_looks_like_a_version_has_another_name() -> None:
    """A model `m @1` beside model `m` in two versions."""
    found = distinct_names([ONE, attrs.evolve(ONE, version="2"), attrs.evolve(ONE, model="m @1")])
    assert len(set(found.values())) == 3


def test_a_distinction_stands_without_the_name() -> None:
    """For lists in which the name is known."""
    assert set(distinctions([ONE, attrs.evolve(ONE, version="2")]).values()) == {"@1", "@2"}


@pytest.mark.parametrize(
    ("value", "text"),
    [("diff", "diff"), ("5", '"5"'), (5, "5"), (True, "true"), ("true", '"true"'), ({"a": 1}, '{"a": 1}'), ("[" * 9999, "[" * 9999)],
)  # fmt: skip
def test_a_value_is_written_as_an_option_takes_it(value: object, text: str) -> None:
    """A text that could be taken for JSON is quoted, others are bare."""
    assert value_text(value) == text

"""A version that does not exist is one sentence, whichever package manager says so."""

from __future__ import annotations

import pytest

from cab_core.errors import ImageError, UnknownName, UserError
from cab_core.records import Recipe
from cab_core.runtimes.package_managers import NoRelease, asked_for, failure
from tests.support.puppet import Puppet

PIP = (
    "Collecting toy==9.9",
    "ERROR: Ignored the following versions that require a different python version: 0.1 Requires-Python <3.8",
    "ERROR: Could not find a version that satisfies the requirement toy==9.9 (from versions: 9.1, 9.8.1, 10.0)",
    "ERROR: No matching distribution found for toy==9.9",
)
NPM = ("npm error code ETARGET", "npm error notarget No matching version found for @a/toy@9.9.")
UNREACHABLE = (PIP[2].replace("9.1, 9.8.1, 10.0", "none"), PIP[3])


class Toy(Puppet):
    """A CLI."""

    name, default_version = "toy", "10.0"

    def recipe(self, version: str) -> Recipe:
        """By either of them."""
        return Recipe(npm=(f"@a/toy@{version}",), pip=(f"toy[all]=={version}",))


@pytest.mark.parametrize("lines", [PIP, NPM, tuple(line.replace("error", "ERR!") for line in NPM)])
def test_a_version_that_was_asked_for_is_a_mistake_of_the_user(lines: tuple[str, ...]) -> None:
    """One line; it names the nearest version where those that there are were told."""
    with pytest.raises(UnknownName) as caught, asked_for(Toy(""), "9.9"):
        raise failure("install", lines)
    said = str(caught.value)
    assert said.startswith("unknown version of toy '9.9'") and said.endswith("without a version it is 10.0")
    assert "\n" not in said and ("did you mean '9.1'" in said or "did you mean '9.8.1'" in said) == (
        lines is PIP
    )


@pytest.mark.parametrize(
    "line", [NPM[1].replace("@a/toy@", "@a/core@"), PIP[2].replace("toy==", "toy-core==")]
)
def test_a_version_whose_own_needs_are_not_there_is_not_unknown(line: str) -> None:
    """The registry may be behind another: the package that it lacks is named, and what to do."""
    with (
        pytest.raises(UserError, match=r"toy@9\.9 cannot be installed: it needs .*core") as caught,
        asked_for(Toy(""), "9.9"),
    ):
        raise failure("install", [line])
    assert "`cab tui versions toy` names others" in str(caught.value)


def test_a_version_that_the_recipe_names_is_no_mistake_of_the_user() -> None:
    """Neither the adapter's default nor what it needs beside it was asked for."""
    for version in ("10.0", "7.7"):
        with pytest.raises(NoRelease, match=r"there is no toy==9\.9"), asked_for(Toy(""), version):
            raise failure("install", PIP)


def test_an_index_that_cannot_be_reached_is_infrastructure() -> None:
    """pip knows no version at all then: nothing is said of versions."""
    found = failure("install", UNREACHABLE)
    assert type(found) is ImageError and str(found).startswith("install: ERROR: No matching distribution")

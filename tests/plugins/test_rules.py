"""What a machine takes of files and packages, whoever names them."""

from __future__ import annotations

from typing import Any

import pytest

from cab_core.plugins.rules import files, meet, packages, token_on_argv, version
from cab_core.records import Recipe


@pytest.mark.parametrize(
    ("manager", "package"),
    [
        ("pip", "foo[all]==1.0; python_version > '3.10'"),
        ("pip", "foo @ https://example.org/foo-1.0-py3-none-any.whl"),
        ("pip", "foo @ git+https://example.org/foo@abc"),
        ("pip", "git+ssh://git@example.org/foo.git"),
        ("npm", "@scope/foo@1.0"),
        ("npm", "github:owner/foo#abc"),
        ("npm", "https://example.org/foo-1.0.tgz"),
        ("apt", "foo/bookworm-backports"),
        ("apt", "libfoo1.2"),
    ],
)
def test_what_everybody_can_get_is_a_package(manager: str, package: str) -> None:
    """A name that an index has, or a URL."""
    assert not list(packages(Recipe(**{manager: (package,)}), ""))


@pytest.mark.parametrize(
    ("manager", "package"),
    [
        ("pip", "/srv/foo"),
        ("pip", "."),
        ("pip", ".."),
        ("pip", "./foo"),
        ("pip", "src/foo"),
        ("pip", "~/foo"),
        ("pip", "foo-1.0-py3-none-any.whl"),
        ("pip", "file:///srv/foo"),
        ("pip", "foo @ file:///srv/foo"),
        ("pip", "git+file:///srv/foo"),
        ("npm", "../foo"),
        ("npm", "foo@file:../foo"),
        ("npm", "foo-1.0.tgz"),
        ("apt", "./foo.deb"),
    ],
)
def test_a_path_is_no_package(manager: str, package: str) -> None:
    """It is on one machine alone: no image has it, and no content key holds what lies there."""
    [misfit] = packages(Recipe(**{manager: (package,)}), "recipe")
    assert misfit.where == f"recipe.{manager}[0]" and "URLs" in misfit.expected and package in misfit.got


@pytest.mark.parametrize(
    ("recipe", "where"),
    [
        ({"apt": ("git; id",)}, "apt[0]"),
        ({"apt": ("git", "x\nCOPY --from=other / /")}, "apt[1]"),
        ({"pip": ("foo\nRUN id",)}, "pip[0]"),
        ({"npm": ("foo\rRUN id",)}, "npm[0]"),
        ({"env": {"A;id;B": "1"}}, "env"),
        ({"env": {"A": "1\nRUN id"}}, "env.A"),
        ({"path": ("x;id",)}, "path[0]"),
        ({"path": ("../up",)}, "path[0]"),
        ({"path": ("/usr/local/bin",)}, "path[0]"),
    ],
)
def test_a_recipe_is_no_program_of_its_own(recipe: dict[str, Any], where: str) -> None:
    """What stands in a line of an image's file cannot end it, nor begin another command in it."""
    assert [misfit.where for misfit in packages(Recipe(**recipe), "")] == [where]


@pytest.mark.parametrize("said", ["1", "v1.2.3", "1.2.3-beta.1+build", "1!2.0", "latest"])
def test_a_version_is_part_of_a_name(said: str) -> None:
    """As registries have them."""
    assert not list(version(said, ""))


@pytest.mark.parametrize("said", ["", "..", "../../x", "1/../../../x", "1 2", "1\n", "-1", "1\x1b[31m"])
def test_what_would_lead_elsewhere_is_no_version(said: str) -> None:
    """It is part of the directory in which a CLI is installed, and of an image's name."""
    assert list(version(said, ""))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a/b", "a//b", True),
        ("a", "a/b/c", True),
        ("a/b/c", "a/b", True),
        ("a/b", "a/bc", False),
        ("ab", "a", False),
    ],
)
def test_files_meet_where_they_cannot_lie_beside_each_other(one: str, other: str, expected: bool) -> None:
    """One path, however it is written, or one that would have to be the other's directory."""
    assert meet(one, other) is expected


def test_a_name_may_have_as_many_bytes_as_a_file_system_takes() -> None:
    """Bytes, not characters."""
    assert not list(files({"a/" + "x" * 255: ""}, "files"))
    assert list(files({"a/" + "ü" * 128: ""}, "files"))


def test_every_argument_with_the_token_is_named() -> None:
    """Also where it is a part of one."""
    assert token_on_argv(["x", "--key=t0k", "t0k"], "t0k") is not None
    assert "argv[1], argv[2]," in str(token_on_argv(["x", "--key=t0k", "t0k"], "t0k"))
    assert token_on_argv(["x"], "t0k") is None

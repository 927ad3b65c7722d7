"""What a machine takes of files and packages, whoever names them."""

from __future__ import annotations

import pytest

from cab_core.plugins.rules import files, meet, packages, token_on_argv
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

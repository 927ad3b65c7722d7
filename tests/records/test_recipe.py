"""A recipe as it is published: a package on this machine is told apart, and its directory is not told."""

from __future__ import annotations

import pytest

from cab_core.records import Recipe

PATHS = (
    "/srv/al/askcli",
    "/srv/al/askcli-1.0-py3-none-any.whl",
    "./al/askcli",
    "../al/askcli/",
    "~/al/askcli",
    "file:///srv/al/askcli",
    "file:../al/askcli",
    "git+file:///srv/al/askcli",
    "askcli @ file:///srv/al/askcli ; python_version > '3'",
    "askcli@file:../al/askcli",
)
PACKAGES = (
    "askcli==1.0",
    "askcli[extra]~=1.0",
    "askcli @ https://example.org/al/askcli.whl",
    "git+https://example.org/al/askcli",
    "@al/askcli@1.0",
    "al/askcli",
    "askcli@~1.0",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_its_last_name(path: str) -> None:
    """With pip and with npm; beside it stands what tells it from another."""
    public = Recipe(pip=(path,), npm=(path,), apt=("git",)).public()
    assert public.pip == public.npm and public.apt == ("git",)
    assert "local:askcli" in public.pip[0] and "al/" not in public.pip[0] and "/srv" not in public.pip[0]
    assert public.pip[0].startswith("askcli") is path.startswith("askcli")


@pytest.mark.parametrize("package", PACKAGES)
def test_what_others_can_have_stays(package: str) -> None:
    """A requirement, an address, a scope of npm."""
    recipe = Recipe(pip=(package,), npm=(package,))
    assert recipe.public() == recipe


def test_two_directories_of_one_name_are_two_packages() -> None:
    """A cell with the one is not a cell with the other."""
    assert Recipe(pip=("/a/askcli",)).public() != Recipe(pip=("/b/askcli",)).public()

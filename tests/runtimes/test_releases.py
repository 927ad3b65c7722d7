"""Which versions a registry has, asked through npm and pip."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cab_core.errors import ImageError, UserError
from cab_core.records import Recipe
from cab_core.runtimes.releases import releases, wanted_version
from tests.support.puppet import Puppet

NPM = """#!/bin/sh
[ "$1 $2" = "view @foo/cli" ] || exit 9
cat <<'END'
%s
END
exit %d
"""


class Made(Puppet):
    """A puppet with a recipe: `{}` stands for the version."""

    default_version = "1.0"

    def __init__(self, npm: tuple[str, ...] = (), pip: tuple[str, ...] = ()) -> None:
        super().__init__("")
        self.npm, self.pip = npm, pip

    def recipe(self, version: str) -> Recipe:
        """Return it with the version put in."""
        fill = lambda found: tuple(text.replace("{}", version) for text in found)  # noqa: E731
        return Recipe(npm=fill(self.npm), pip=fill(self.pip))


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put an npm on the PATH that prints this and ends with that exit code."""

    def put(said: object, code: int = 0) -> None:
        (tmp_path / "npm").write_text(NPM % (said if isinstance(said, str) else json.dumps(said), code))
        (tmp_path / "npm").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return put


FOO = Made(npm=("node@22.1.0", "@foo/cli@{}"))


def test_npm_s_latest_comes_first_then_the_newest(npm) -> None:
    """What was published last need not be what `latest` means."""
    npm({"dist-tags": {"latest": "1.1"}, "versions": ["1.0", "1.1", "2.0-beta"]})
    assert releases(FOO) == ("1.1", "2.0-beta", "1.0")
    assert [wanted_version(FOO, v) for v in ("latest", "", "0.9")] == ["1.1", "1.0", "0.9"]


def test_npm_makes_no_list_of_one_version(npm) -> None:
    """It is a text then."""
    npm({"dist-tags": {"latest": "1.1"}, "versions": "1.1"})
    assert releases(FOO) == ("1.1",)


@pytest.mark.parametrize(("said", "code"), [("nonsense", 0), ({"versions": []}, 0), ("{}", 1)])
def test_a_registry_that_does_not_answer(npm, said: object, code: int) -> None:
    """That is the machine's trouble; the package is named."""
    npm(said, code)
    with pytest.raises(ImageError, match="@foo/cli"):
        releases(FOO)


def test_pip_s_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the interpreter of the recipe could install."""
    for version in ("1.0", "1.2", "1.10"):
        (tmp_path / f"foo_cli-{version}-py3-none-any.whl").write_bytes(b"")
    for name, value in {"NO_INDEX": "1", "FIND_LINKS": str(tmp_path)}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    assert releases(Made(pip=("foo-cli=={}", "litellm==1.0"))) == ("1.10", "1.2", "1.0")
    with pytest.raises(ImageError, match="bar"):
        releases(Made(pip=("bar=={}",)))


def test_a_recipe_without_a_package_of_that_version() -> None:
    """A program of the user's own PATH, and one from an address, have no list of versions."""
    with pytest.raises(UserError, match="name the version"):
        releases(Made(pip=("foo @ https://example.org/foo-{}.whl",)))

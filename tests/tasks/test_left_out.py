"""What lies in a pack and is no part of its tasks is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import Catalog
from tests.conftest import Cab

from .test_packs import pack

__all__ = ["pack"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("one/workdir/deep/empty/", "one/workdir/deep/empty (an empty directory; put a file into it)"),
        ("one/solution/a.pyc", "one/solution/a.pyc (compiled Python)"),
        ("one/workdir/__pycache__/a.pyc", "one/workdir/__pycache__ (a cache)"),
    ],
)
def test_what_is_left_out_is_named(pack: Path, cab: Cab, path: str, says: str) -> None:
    """By what is read, by `tasks validate` and by `tasks lock`."""
    (pack / path).parent.mkdir(parents=True, exist_ok=True)
    (pack / path).mkdir() if path.endswith("/") else (pack / path).write_text("x")
    [said] = Catalog(Plugins(), [pack]).left_out
    assert says in said
    for args in (("validate", "--pack", str(pack), "mine/one"), ("lock", str(pack))):
        assert says in cab("tasks", *args).stderr


def test_a_file_that_is_not_listed_is_named(pack: Path, cab: Cab) -> None:
    """A pack with a list consists of what it lists."""
    cab("tasks", "lock", str(pack))
    assert Catalog(Plugins(), [pack]).left_out == []
    (pack / "one/workdir/stray.txt").write_text("x")
    [said] = Catalog(Plugins(), [pack]).left_out
    assert said.endswith("one/workdir/stray.txt (not in files.json; `cab tasks lock` lists it)")

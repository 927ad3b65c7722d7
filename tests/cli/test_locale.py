"""What is found does not depend on the locale."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Cab

TASK = """schema_version = 1
title = "t"
prompt = "p"
expected_files = ["a.txt"]
[grade]
[[grade.commands]]
argv = ["true"]
"""


@pytest.mark.parametrize("locked", [False, True])
def test_a_tree_hash_is_the_same_in_every_locale(cab: Cab, tmp_path: Path, locked: bool) -> None:
    """A name beyond ASCII, read by a Python that takes names for ASCII; and written by it into a list."""
    strange = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    work = tmp_path / "mine/one/workdir"
    work.mkdir(parents=True)
    (work.parent / "solution").mkdir()
    (tmp_path / "mine/pack.toml").write_text(
        'schema_version = 1\nname = "mine"\nversion = "1"\ntitle = "t"\n'
    )
    (work.parent / "task.toml").write_text(TASK)
    for name in ("a.txt", "é.txt"):
        (work / name).write_text("x")
    (work.parent / "solution/a.txt").write_text("y")
    if locked:
        assert cab("tasks", "lock", "mine", **strange).returncode == 0
    show = ("tasks", "show", "mine/one", "--pack", "mine", "--json")
    found = [cab.json(*show, **env)["tree_hash"] for env in ({}, strange)]
    assert found[0] == found[1]

"""`cab merge` as a user types it: what is wrong has an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cab_core.cli import merge
from cab_core.errors import UserError
from tests.site.made import Made


def merged(*args: object) -> Result:
    """Return what the command says and ends with."""
    return CliRunner().invoke(merge.command, [*map(str, args)], catch_exceptions=False, standalone_mode=False)  # type: ignore[call-overload,no-any-return] # fmt: skip


def test_a_conflict_is_exit_1_and_named(tmp_path: Path) -> None:
    """Both verdicts are kept; the same command again brings nothing new."""
    a, b, out = tmp_path / "a", tmp_path / "b", tmp_path / "out"
    Made(outcome="passed").write(a)
    assert merged(a, "-o", out).return_value == 0
    Made(outcome="failed", started_at="2026-06-18T00:00:00Z").write(b)
    done = merged(b, "-o", out)
    assert done.return_value == 1
    assert "conflict: " in done.stdout and "passed, failed on the same content" in done.stdout
    assert "1 try copied" in done.stdout and "1 conflict" in done.stdout
    assert merged(b, "-o", out).return_value == 0
    both = merged(a, b, "-o", tmp_path / "other", "--json")
    assert both.return_value == 1 and len(json.loads(both.stdout)["conflicts"]) == 1


def test_nothing_but_the_target_is_a_mistake(tmp_path: Path) -> None:
    """However it is written; beside others it is there already."""
    a, out = tmp_path / "a", tmp_path / "out"
    Made().write(out)
    (tmp_path / "link").symlink_to(out)
    for sources in ((out,), (out, out / ".", tmp_path / "link")):
        with pytest.raises(UserError, match=r"only directory that is to be read.*part-1 part-2"):
            merged(*sources, "-o", out)
    Made(task="p/a").write(a)
    assert merged(out, a, "-o", out).return_value == 0

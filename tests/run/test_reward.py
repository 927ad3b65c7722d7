"""Harbor's reward files: every figure at least 1, and what is no number is no report."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.records import GradeCommand
from cab_core.run.verdicts import verdict

COMMAND = GradeCommand(argv=("x",), kind="reward", report="verifier")


def judged(out: Path, exit_code: int | None = 0, **files: str) -> str | None:
    """Return why reward files are not accepted."""
    (out / "verifier").mkdir()
    for name, text in files.items():
        (out / "verifier" / f"reward.{name}").write_text(text)
    found = verdict(COMMAND, exit_code, "", "", None, out)
    assert found.ok == (found.reason is None)
    return found.reason


@pytest.mark.parametrize(
    "files", [{"txt": "1\n"}, {"txt": "1.0"}, {"json": '{"a": 1, "b": 2}'}, {"json": "1", "txt": "0"}]
)
def test_a_full_reward_passes(tmp_path: Path, files: dict[str, str]) -> None:
    """Whatever the exit code says; reward.json wins over reward.txt."""
    assert judged(tmp_path, 3, **files) is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"txt": "0.5"}, "1 of 1 tests failed"),
        ({"json": '{"a": 1, "b": 0.9}'}, "1 of 2 tests failed"),
        ({"txt": "NaN"}, "the reward is nan, expected a finite number"),
        ({"txt": "great"}, "reward.txt holds 'great', expected a number"),
        ({"json": '{"a": {"b": 1}}'}, "the reward for 'a' is nested data, expected a number"),
        ({"json": '{"a": "1"}'}, "the reward for 'a' is the text '1', expected a number"),
        ({"json": '{"a": 1e999}'}, "the reward for 'a' is inf, expected a finite number"),
        ({"json": "[" * 100_000}, "reward.json holds"),
        ({"json": "{}"}, "reward.json holds no figure"),
        ({"json": '{"reward": 0, "reward": 1}'}, "reward.json has 'reward' twice, expected it once"),
        ({}, "no reward was written, expected reward.json or reward.txt"),
    ],
)
def test_anything_else_is_named(tmp_path: Path, files: dict[str, str], said: str) -> None:
    """And nothing of it passes."""
    assert said in (judged(tmp_path, **files) or "")

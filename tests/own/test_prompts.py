"""What agents are told of commits, as a person may change it."""

from __future__ import annotations

from cab_core.own.prompts import not_used


def test_a_prompt_of_no_task_is_told() -> None:
    """That of a commit which is none, and one whose commit is gone; not one that was not looked at yet."""
    prompts, why_not = ("commit-a", "commit-b", "commit-c", "commit-gone"), {"commit-b": "changes no test"}
    assert not_used(prompts, why_not, {"commit-a", "commit-b", "commit-c"}) == [
        "prompts.toml: commit-b is of no task: changes no test",
        "prompts.toml: commit-gone is of no task: no commit that was asked for is called so",
    ]

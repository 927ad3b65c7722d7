"""A sealed sandbox shows the work dir at the place that a task names, too."""

from __future__ import annotations

import pytest

from cab_core.records import Sandbox
from cab_core.runtimes import sealed
from cab_core.workdir.directories import AGENT, GRADER


@pytest.mark.parametrize(("role", "mounts", "name"), [("agent", AGENT, "work"), ("grader", GRADER, "tree")])
def test_the_work_dir_is_mounted_twice(role: str, mounts: dict[str, bool], name: str) -> None:
    """Agent and grader alike, writable, and nothing else is seen there."""
    sandbox = Sandbox(scratch="/s", mounts=mounts, role=role, work_at="/app")  # type: ignore[arg-type]
    assert [m for m in sealed.mounts(sandbox) if m[1] == "/app"] == [(f"/s/{name}", "/app", True)]


def test_a_place_that_is_the_work_dirs_own_is_mounted_once() -> None:
    """Two mounts at one place would be refused."""
    sandbox = Sandbox(scratch="/s", mounts=AGENT, role="agent", work_at="/work")
    assert [inner for _, inner, _ in sealed.mounts(sandbox)].count("/work") == 1

"""What `cab compare` notes of a comparison: of the cells that were compared, and of no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cab_core.records import Limits
from tests.site.made import Made
from tests.stats.test_sides import found, said, write

DOCKER: dict[str, Any] = {"runtime": "docker", "network": "gateway"}
# Cells of aider for which opencode has none: another task, another runtime, another grader.
ALONE = {
    "in-process": Made(task="p/alone", marks=("in-process",)),
    "provisional": Made(task="p/alone", marks=("provisional",)),
    "elsewhere": Made(task="p/alone", **DOCKER),
    "the same task elsewhere": Made(**DOCKER, marks=("provisional",)),
}


@pytest.mark.parametrize("name", ALONE)
def test_a_cell_without_a_partner_is_in_no_note(tmp_path: Path, name: str) -> None:
    """Neither its marks nor its sandbox, in words and in JSON."""
    write(tmp_path, Made(), Made(tui="opencode", outcome="failed"), ALONE[name])
    text = said(tmp_path, "tui=aider", "tui=opencode")
    assert "1 of A have no partner" in text
    assert "of them are" not in text and "different sandboxes" not in text and "differ in" not in text
    result = found(tmp_path, "tui=aider", "tui=opencode")
    assert (result["marks"], result["runtimes"], result["unnamed"]) == ([], ["local"], {})


@pytest.mark.parametrize("mark", ["in-process", "provisional"])
def test_a_compared_cell_s_marks_are_noted(tmp_path: Path, mark: str) -> None:
    """On either side."""
    write(tmp_path, Made(), Made(tui="opencode", marks=(mark,)))
    assert f"Some of them are {mark}: " in said(tmp_path, "tui=aider", "tui=opencode").splitlines()[-1]


def test_pairs_within_one_sandbox_each_are_not_in_different_ones(tmp_path: Path) -> None:
    """An option in two runtimes: each pair is of one runtime and one network."""
    cells = [
        Made(options={"x": x}, task=task, **where)
        for x in "ab"
        for task in ("p/1", "p/2")
        for where in ({}, DOCKER)
    ]
    write(tmp_path, *cells)
    text = said(tmp_path, "option.x=a", "option.x=b")
    assert "(4 pairs)" in text and "sandboxes" not in text and "differ in" not in text


def test_of_several_pairs_the_one_in_different_sandboxes_is_noted(tmp_path: Path) -> None:
    """Though other pairs are within one, and the sides have the same runtimes on the whole."""
    sides = ("tui=aider,runtime=*", "tui=opencode,runtime=?*")
    write(tmp_path, Made(task="p/1"), Made(task="p/1", tui="opencode", **DOCKER))
    write(tmp_path, Made(task="p/2", **DOCKER), Made(task="p/2", tui="opencode"))
    text = said(tmp_path, *sides)
    assert "different sandboxes (docker, local)" in text
    assert "They differ in network too (A: gateway, open; B: gateway, open)" in text


def test_a_network_that_differs_in_no_pair_is_not_unnamed(tmp_path: Path) -> None:
    """A cell that one side alone has differs from none."""
    write(tmp_path, Made(), Made(runtime="bwrap"), Made(task="p/alone", **DOCKER))
    text = said(tmp_path, "runtime=local", "runtime=[bd]*")
    assert "different sandboxes (bwrap, local)" in text and "differ in network" not in text


def test_what_is_mixed_is_so_within_a_pair(tmp_path: Path) -> None:
    """Two versions of a task that the other side does not have are no mixture."""
    write(tmp_path, Made(), Made(tui="opencode"), Made(task="p/x"), Made(task="p/x", version="2"))
    assert found(tmp_path, "tui=aider", "tui=opencode")["mixed"]["a"] == []
    assert "Mixed" not in said(tmp_path, "tui=aider", "tui=opencode")


def test_different_limits_are_noted(tmp_path: Path) -> None:
    """A line with ten seconds and one with ten minutes are not alike."""
    write(tmp_path, Made(limits=Limits(wall_s=10)), Made(tui="opencode", limits=Limits(wall_s=600)))
    text = said(tmp_path, "tui=aider", "tui=opencode")
    assert "different limits (A: wall_s=10 calls=10000; B: wall_s=600 calls=10000)" in text
    write(tmp_path / "same", Made(), Made(tui="opencode"))
    assert "limits" not in said(tmp_path / "same", "tui=aider", "tui=opencode")

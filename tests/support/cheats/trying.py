"""A cheat is tried: an agent's files over an unsolved task, judged as a cell's are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Grade, PackedTask
from cab_core.run.grader import Grader
from cab_core.run.second_look import SecondLook
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise


def judged(task: PackedTask, files: Mapping[str, str], base: Path, runtime: Runtime | None = None) -> Grade:
    """Judge what an agent made of the work dir that wrote these files."""
    work = base / "work"
    materialise(task.section("workdir"), work)
    before = take_manifest(work)
    for path, text in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
    changes = compare(before, take_manifest(work), task.task.doc.by_products)
    grader = Grader(
        task=task,
        runtime=runtime or Plugins().runtime("local"),
        scratch=base / "grade",
        log=base / "grade.log",
        stop=StopSignal(),
    )
    return SecondLook(grader, changes, work).at(grader.judge(changes, work))

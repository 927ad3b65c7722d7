"""Predictions as SWE-bench's own harness reads them: JSON lines with a patch for each instance.

Its keys are `instance_id`, `model_name_or_path` and `model_patch` (`swebench.harness.utils` and
`run_evaluation` of swebench 5.0). It takes one prediction an instance from a file and reports under the
model's name, so there is a file for each sweep, configuration and attempt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import attrs

from cab_core.records import OUTCOMES, CellResult, Changes, Task
from cab_core.store.paths import segment, segments, variant_segment
from cab_core.store.reading import LIMIT, read_optional, read_start

NAME = "predictions.jsonl"
# Why a cell has no prediction, and what is said of those that have.
Said = Literal["no instance of SWE-bench", "without a verdict", "whose patch is no text in UTF-8", "in part"]


@attrs.frozen(kw_only=True)
class Prediction:
    """A line of the file below `place`, or why there is none; `said`: what to know of it."""

    place: str
    line: str | None
    said: Said | None = None


def instance_id(task: Task) -> str | None:
    """Return the id that SWE-bench has for a task; None where it is no instance of a set of that form.

    Such a task names the commit that it starts from, its place in the set and the tests that decide.
    """
    origin = task.doc.origin
    named = any(command.fail_to_pass for command in task.doc.grade.commands)
    return origin.path if origin and origin.commit and named else None


def prediction(directory: Path, result: CellResult) -> Prediction:
    """Return what a cell predicts.

    Raises:
        UserError: a file of it cannot be read.
    """
    place, id_ = place_of(result), instance_id(result.task)
    if id_ is None:
        return Prediction(place=place, line=None, said="no instance of SWE-bench")
    if not OUTCOMES[result.outcome].counted:
        return Prediction(place=place, line=None, said="without a verdict")
    try:
        patch = read_start(directory / "changes.patch", LIMIT)[0].decode("utf-8")
    except UnicodeDecodeError:
        return Prediction(place=place, line=None, said="whose patch is no text in UTF-8")
    line = {"instance_id": id_, "model_name_or_path": place, "model_patch": patch}
    return Prediction(place=place, line=json.dumps(line) + "\n", said=_in_part(directory))


def place_of(result: CellResult) -> str:
    """Return the directory of a cell's predictions: all of its address but the task."""
    cell = result.cell
    stack = f"/+{segment('+'.join(cell.stack))}" if cell.stack else ""
    model = f"{segment(cell.sweep_id)}/{segment(cell.tui)}/{segments(cell.model)}{stack}"
    return f"{model}/{variant_segment(cell.configuration)}/{cell.attempt}"


def _in_part(directory: Path) -> Said | None:
    changes = read_optional(directory / "changes.json", Changes)
    return "in part" if changes and (changes.cut or changes.left_out_of_patch) else None

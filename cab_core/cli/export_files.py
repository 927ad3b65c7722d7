"""The forms of `cab export` that are directories: a file a cell, or a file a configuration."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cab_core.errors import UserError
from cab_core.records import CellKey, CellResult, Harvest
from cab_core.store.paths import attempt_path
from cab_core.store.reading import read_json, read_optional
from cab_core.words import plural

from .standing import Walk

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins


def write_trajectories(cells: Walk, out: Path, plugins: Plugins) -> tuple[dict[str, Any], list[str]]:
    """Write an ATIF trajectory a cell into an empty directory; return what to tell programs, and people.

    Raises:
        UserError: two cells have one address, or a file of one cannot be read.
    """
    written, silent = dict[str, CellKey](), 0
    for directory, _ in cells:
        result = read_json(directory / "cell.json", CellResult)
        if (made := _trajectory(directory, result, plugins)) is None:
            silent += 1
            continue
        address = attempt_path(result.cell)
        if written.setdefault(address, result.cell.key) != result.cell.key:
            raise UserError(f"{directory}: another cell has the same address, {address}; export them apart")
        target = out / address / "trajectory.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(made, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    lines = [plural(len(written), "trajectory", "trajectories")]
    if silent:
        lines.append(f"{plural(silent, 'cell')} left out: nothing is known to have been said")
    return {"trajectories": len(written), "silent": silent}, lines


def _trajectory(directory: Path, result: CellResult, plugins: Plugins) -> dict[str, Any] | None:
    """Return what was said on the wire, else what the CLI says of itself; None where there is neither."""
    from cab_core.conversation.atif import trajectory
    from cab_core.conversation.claimed_atif import claimed_trajectory
    from cab_core.conversation.read import read_conversation

    if (said := read_conversation(directory, plugins.protocol)) is not None:
        return trajectory(result, *said)
    harvest = read_optional(directory / "harvest.json", Harvest)
    return None if harvest is None else claimed_trajectory(result, harvest)


def write_predictions(cells: Walk, out: Path) -> tuple[dict[str, Any], list[str]]:
    """Write predictions for SWE-bench, a file a configuration, into an empty directory.

    Returns:
        What to tell programs, and people.

    Raises:
        UserError: a file of a cell cannot be read.
    """
    from cab_core.export.swe_bench import NAME, prediction

    files, said, count = set[str](), Counter[str](), 0
    for directory, _ in cells:
        found = prediction(directory, read_json(directory / "cell.json", CellResult))
        said.update([found.said] if found.said else [])
        if found.line is None:
            continue
        target = out / found.place / NAME
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a", encoding="utf-8") as file:
            file.write(found.line)
        files.add(found.place)
        count += 1
    in_part = said.pop("in part", 0)
    lines = [f"{plural(count, 'prediction')} in {plural(len(files), 'file')}"]
    lines += [f"{plural(n, 'cell')} left out: {why}" for why, n in sorted(said.items())]
    if in_part:
        lines.append(f"{plural(in_part, 'patch', 'patches')} in part: not all that changed fits into a patch")
    told = {"predictions": count, "in_part": in_part, "without_prediction": dict(said)}
    return told | {"files": sorted(f"{place}/{NAME}" for place in files)}, lines

"""Harbor's task directories and datasets: `task.toml` (schema up to 1.4), `dataset.toml`, `registry.json`.

A task is offered where its image is one that cab can stand in for (see `dockerfile`), it is one container,
and its tests run without a network. Any other is listed and says why not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import UserError
from cab_core.records import PackedTask

from .context import Unusable, has
from .directories import Found, directories_with, tasks_of
from .harbor_task import read_task
from .tables import read_toml

_DATASET, _REGISTRY = "dataset.toml", "registry.json"


class HarborFormat:
    """Reads a task directory, a directory of them, and what lists them."""

    name = "harbor"

    def recognises(self, root: Path) -> bool:
        """Return whether there is a task of Harbor's at most three levels down."""
        if (root / "pack.toml").exists():
            return False
        return any(_is_task(d) for d in directories_with("task.toml", root))

    def load(self, root: Path) -> list[PackedTask]:
        """Return all tasks below a directory; one that is listed and not there is unavailable.

        Raises:
            UserError: what lists them cannot be read.
        """
        there = [d for d in directories_with("task.toml", root) if _is_task(d)]
        found = [Found(d.name if d != root else root.resolve().name, d) for d in there]
        try:
            found += _absent(root, there)
        except Unusable as exc:
            raise UserError(f"task pack {root}: {exc}") from exc
        return tasks_of(root, found, read_task)


def _is_task(directory: Path) -> bool:
    names = ("instruction.md", "environment", "steps")
    return any(has(directory, n) for n in names) and not has(directory, "workdir")


def _absent(root: Path, there: list[Path]) -> Iterator[Found]:
    """Yield what the dataset or the registry lists and is not below the root."""
    names = {d.name for d in there}
    if (root / _DATASET).exists():
        for task in read_toml(root / _DATASET, root).get("tasks", list) or ():
            name = task.get("name") if isinstance(task, dict) else None
            if isinstance(name, str) and name.rpartition("/")[2] not in names and not _said(there, name):
                yield Found(name.rpartition("/")[2], None, f"{_DATASET} lists {name}, which is not here")
    registered = list(_registered(root))
    paths = {d.resolve() for d in there} if registered else set()
    for name, where in registered:
        place = (root / where).resolve()
        if place not in paths and place.name not in names:
            away = "" if place.is_relative_to(root.resolve()) else ", which leads out of the set"
            yield Found(name, None, f"{_REGISTRY} lists {name} at {where}{away}: there is no task here")


def _said(there: list[Path], name: str) -> bool:
    """Return whether a task calls itself by a name, whatever its directory is called."""
    return any(f'"{name}"' in (d / "task.toml").read_text(encoding="utf-8", errors="replace") for d in there)


def _registered(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, path) of the tasks that a registry lists."""
    try:
        found = json.loads((root / _REGISTRY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError, RecursionError) as exc:
        raise Unusable(f"{_REGISTRY}: cannot be read: {exc}") from exc
    for dataset in found if isinstance(found, list) else ():
        for task in (isinstance(dataset, dict) and dataset.get("tasks")) or ():
            if isinstance(task, dict) and isinstance(task.get("path"), str):
                yield str(task.get("name") or task["path"].rpartition("/")[2]), task["path"]

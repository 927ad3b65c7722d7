"""The pages of the reference: what there is one of, and how each is drawn."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import attrs
import click

from cab_core import records

from . import feeds
from .commands import commands_text
from .documents import DOCUMENTS, reached
from .lists import columns_text, marks_text, outcomes_text
from .objects import OBJECTS, classes_text, hooks_text
from .words import text_of

_OBJECTS = {
    "adapter": "What drives one CLI",
    "scorer": "What computes one axis",
    "runtime": "Where processes run",
    "executor": "Who runs the cells of a sweep",
    "format": "What reads task data of one layout",
    "protocol": "How a CLI and an endpoint speak with each other",
}
_DOCUMENTS = {
    "task": "task.toml: a task",
    "pack": "pack.toml: a task pack",
    "sweep": "A sweep file: a matrix of cells",
    "stack": "A stack file: what a CLI is given for a run",
    "cli": "A file that declares a CLI, for `--tui FILE`",
    "config": "cab.toml: models and endpoints",
    "cell": "cell.json: the result of a cell",
    "inputs": "inputs.json: all that a result depends on",
    "observed": "observed.json: what the gateway saw",
    "event": "The lines of `cab run --json`",
    "wire": "wire.jsonl.zst: every call, whole",
    "calibration": "A record of `cab calibrate`",
}
# Said on the pages of plugin objects, whose signatures name records.
_ELSEWHERE = "Classes that are not on this page are [records](records.md) (`cab reference records`)."


@attrs.frozen
class Page:
    """A page: what it is about, in a line, and how its text is drawn."""

    title: str
    draw: Callable[[], str]

    @property
    def text(self) -> str:
        """The page in Markdown."""
        return f"# {self.title}\n\n{self.draw()}\n"


def record_classes() -> list[type]:
    """Return the public record classes, module by module."""
    names = [m.name for m in pkgutil.iter_modules(records.__path__)]
    modules = [importlib.import_module(f"{records.__name__}.{name}") for name in names]
    return [c for m in modules for n, c in vars(m).items() if _is_record(c, m.__name__) and n[0] != "_"]


def _is_record(value: Any, module: str) -> bool:
    return isinstance(value, type) and value.__module__ == module and attrs.has(value)


def pages(root: click.Command) -> dict[str, Page]:
    """Return the pages by topic; `root` is the command `cab`."""
    found = {"commands": Page("Commands and their options", lambda: commands_text(root))}
    found["hooks"] = Page("Hooks", hooks_text)
    found |= {kind: Page(title, _objects(kind)) for kind, title in _OBJECTS.items()}
    found |= {name: Page(title, _document(name)) for name, title in _DOCUMENTS.items()}
    found["records"] = Page("Records", _records)
    found["outcomes"] = Page("Outcomes", outcomes_text)
    found["marks"] = Page("Marks of a cell", marks_text)
    found["columns"] = Page("Columns of `cab export`", columns_text)
    return found


def _objects(kind: str) -> Callable[[], str]:
    return lambda: f"{_ELSEWHERE}\n\n{classes_text(OBJECTS[kind])}"


def _document(name: str) -> Callable[[], str]:
    def draw() -> str:
        told = f"`cab schema {name}` prints its JSON Schema."
        told += f" {feeds.ABOUT}" if name == "cell" else ""
        return f"{told}\n\n{classes_text(tuple(reached(DOCUMENTS[name])))}"

    return draw


def _records() -> str:
    return (
        f"{text_of(records)} In JSON None is null. {feeds.ABOUT}\n\n{classes_text(tuple(record_classes()))}"
    )

"""Our tasks as Harbor's: a directory each, with an image, an instruction, a solution and a test that grades.

`harbor_grade.py` goes with each as what its test runs: it grades as cab does, a pristine tree with the
agent's changes over it, but in the agent's own container.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomli_w

from cab_core.errors import UserError
from cab_core.records import PackedTask, to_json
from cab_core.safe_fs import make_directory

from .harbor_grade import NAMED
from .harbor_image import write_image
from .importing import write_files
from .toolchains import parse

_SOLVE = {
    "overlay": "cp -R /solution/files/. /app/",
    "patch": "cd /app && git apply --whitespace=nowarn {file}",
    "script": "cd /app && bash {file}",
}


def write_harbor(tasks: Iterable[PackedTask], target: Path) -> dict[str, str]:
    """Write tasks below `target`, which is made; return why others are left out, by id.

    Raises:
        UserError: `target` is there already, or a file cannot be written.
    """
    if os.path.lexists(target):
        raise UserError(f"{target}: there is something of that name already; expected a new directory")
    left_out: dict[str, str] = {}
    try:
        make_directory(target, parents=True)
        for task in tasks:
            if (why := _why_not(task)) is not None:
                left_out[task.task.id] = why
            else:
                _write(task, target / task.task.id.replace("/", "__"))
    except OSError as exc:
        raise UserError(f"{exc.filename or target}: cannot be written: {exc.strerror}") from exc
    return left_out


def _why_not(task: PackedTask) -> str | None:
    """Return what of a task Harbor has no form for, or None."""
    doc = task.task.doc
    if doc.unavailable is not None:
        return doc.unavailable
    if doc.refusal is not None and doc.refusal.expected:
        return "its right answer is a refusal in words, and Harbor's tests see files alone"
    if doc.protected_regions:
        return "its tests stand inside a file that the agent edits (protected_regions)"
    if node := [r for r in doc.grade.requires if parse(r)[0].npm]:
        return f"{node[0]} comes from npm, and the image is made of Debian's packages"
    for command in doc.grade.commands:
        if command.named_tests and command.kind == "counts" and command.style not in NAMED:
            known = " and ".join(NAMED)
            return (
                f"the tests that decide are known by names that {command.style} prints; "
                f"what grades in Harbor reads those of {known} alone"
            )
    return None


def _write(task: PackedTask, place: Path) -> None:
    doc = task.task.doc
    make_directory(place)
    _text(place / "instruction.md", doc.prompt)
    line = f"# {task.task.canary}\n" if task.task.canary else ""
    _text(place / "task.toml", line + tomli_w.dumps(_settings(task)))
    # At the end: above all instructions a comment may be one to the builder, such as which program it is.
    write_image(task, place / "environment", last=line)
    write_files(task.section("tests"), place / "tests/files")
    write_files(task.section("workdir"), place / "tests/workdir")
    write_files(task.section("hidden"), place / "tests/hidden")
    _text(place / "tests/task.json", json.dumps(to_json(doc), indent=1) + "\n")
    _text(place / "tests/grade.py", Path(__file__).with_name("harbor_grade.py").read_text(encoding="utf-8"))
    _text(
        place / "tests/test.sh",
        f"#!/bin/bash\n{line}exec python3 /tests/grade.py /app /tests /logs/verifier\n",
    )
    write_files(task.section("solution"), place / "solution/files")
    named = doc.reference.file and f"/solution/files/{doc.reference.file}"
    solve = _SOLVE[doc.reference.kind].format(file=shlex.quote(named or ""))
    _text(place / "solution/solve.sh", f"#!/bin/bash\n{line}set -e\n{solve}\n")


def _settings(task: PackedTask) -> dict[str, Any]:
    doc, origin = task.task.doc, task.task.doc.origin
    metadata: dict[str, Any] = {
        "category": task.task.category,
        "tags": list(doc.tags),
        "cab_tree_hash": task.task.tree_hash,
    }
    if task.task.private:
        metadata |= {"private": True, **({"canary": task.task.canary} if task.task.canary else {})}
    if origin is not None:
        metadata |= {"license": origin.licence, "origin": origin.name}
    return {
        "schema_version": "1.1",
        "task": {"name": f"cab/{task.task.id.replace('/', '__')}", "description": doc.title},
        "metadata": metadata,
        "verifier": {"timeout_sec": doc.grade.timeout_s + 30},  # what starts and reads the grader
    }


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755 if path.suffix == ".sh" else 0o644)

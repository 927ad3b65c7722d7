"""HumanEvalPack as JSON lines: a function with a defect, its repair and its tests, in six languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cab_core.records import Origin, PackedTask, TaskDoc
from cab_core.tasks.foreign import commit_of, file_of, packed, plain_name, unusable

from .humanevalpack_languages import LANGUAGES

_PLACES = (
    "*.jsonl",
    "*/humanevalpack.jsonl",
    "*/data/humanevalpack.jsonl",
    "data/*/data/humanevalpack.jsonl",
)
_KEYS = ("task_id", "prompt", "buggy_solution", "canonical_solution", "test", "entry_point")
_PROMPT = """\
`{function}` in {file} does not do what its comment says: it has a defect, and its tests fail. Repair it, and
change nothing else. There is no network.
"""


class HumanEvalPackFormat:
    """Reads a directory with files of HumanEvalPack."""

    name = "humanevalpack"

    def recognises(self, root: Path) -> bool:
        """Return whether a file's first line is a row of the set."""
        return any(_is_row(_first(path)) for path in _files(root))

    def load(self, root: Path) -> list[PackedTask]:
        """Return a task for each row; a row that cannot be read is a task with the reason."""
        version = commit_of(root)
        found: dict[str, PackedTask] = {}
        for path in (p for p in _files(root) if _is_row(_first(p))):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for number, line in enumerate(lines, 1):
                if line.strip():
                    task = _loaded(f"{path.relative_to(root)}:{number}", line, version)
                    found.setdefault(task.task.id, task)
        return list(found.values())


def _files(root: Path) -> Iterator[Path]:
    for pattern in _PLACES:
        yield from sorted(p for p in root.glob(pattern) if p.is_file())


def _first(path: Path) -> Any:
    try:
        with path.open(encoding="utf-8") as file:
            return json.loads(file.readline(1 << 20))
    except (OSError, ValueError, RecursionError):
        return None


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(key), str) for key in _KEYS)


def _loaded(where: str, line: str, commit: str | None) -> PackedTask:
    version = (commit or "unversioned")[:12]
    try:
        row = json.loads(line)
        if not _is_row(row):
            raise ValueError(f"expected texts for {', '.join(_KEYS)}")
    except (ValueError, RecursionError) as exc:
        return unusable("humanevalpack", version, plain_name(where), f"{where}: no row of the set: {exc}")
    name = plain_name(row["task_id"].replace("/", "-"))
    kind = row["task_id"].partition("/")[0]
    if kind not in LANGUAGES:
        return unusable("humanevalpack", version, name, f"{where}: cab has no test runner for {kind!r}")
    return _task(name, where, row, version, commit)


def _task(name: str, where: str, row: dict[str, str], version: str, commit: str | None) -> PackedTask:
    language = LANGUAGES[row["task_id"].partition("/")[0]]
    work = {language.file: language.whole(row, "buggy_solution"), **language.checks(row)}
    doc = TaskDoc(
        schema_version=1,
        title=row["entry_point"],
        prompt=_PROMPT.format(function=row["entry_point"], file=language.file),
        grade=language.grade,
        family=row["task_id"].partition("/")[2] or None,
        tags=(row["task_id"].partition("/")[0].lower(),),
        expected_files=(language.file,),
        protected=tuple(sorted(set(work) - {language.file})),
        by_products=language.by_products,
        origin=Origin(
            name="HumanEvalPack",
            licence="MIT",
            url="https://github.com/bigcode-project/octopack",
            commit=commit,
            path=where,
        ),
    )
    files = [file_of("workdir", path, text.encode("utf-8", "replace")) for path, text in work.items()]
    solution = language.whole(row, "canonical_solution").encode("utf-8", "replace")
    return packed("humanevalpack", version, name, doc, [*files, file_of("solution", language.file, solution)])

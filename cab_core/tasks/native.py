"""The task directory format of cab: `pack.toml`; per task `task.toml` and the sections of `listing`."""

from __future__ import annotations

import stat
from pathlib import Path

from cab_core.errors import BadDocument
from cab_core.records import PackDoc, PackedTask, Task, TaskDoc, TaskFile
from cab_core.records.arguments import word_fault

from .artefacts import artefact_problems
from .documents import read_document
from .listing import SECTIONS, FileList, Listed, read_list, tree_hash, walk


class NativeFormat:
    """Reads packs in cab's own format."""

    name = "cab"

    def recognises(self, root: Path) -> bool:
        """Return whether there is a `pack.toml`."""
        return (root / "pack.toml").is_file()

    def load(self, root: Path) -> list[PackedTask]:
        """Return the tasks of the pack.

        Raises:
            BadDocument: a document is malformed, or a listed file is missing.
        """
        return _load(root, read_list(root))


def load_as_it_is(root: Path) -> list[PackedTask]:
    """Return the tasks of a pack from what lies there, whatever its list says.

    Raises:
        BadDocument: a document is malformed.
    """
    return _load(root, walk(root))


def _load(root: Path, listing: FileList) -> list[PackedTask]:
    pack = read_document(root / "pack.toml", PackDoc)
    names = sorted(p.removesuffix("/task.toml") for p in listing.files if p.endswith("/task.toml"))
    return [_task(root, pack, listing, name) for name in names if "/" not in name]


def _task(root: Path, pack: PackDoc, listing: FileList, name: str) -> PackedTask:
    where = root / name / "task.toml"
    task = Task(
        id=f"{pack.name}/{name}",
        pack=pack.name,
        pack_version=pack.version,
        tree_hash=tree_hash(listing, name),
        doc=read_document(where, TaskDoc),
    )
    files = [f for path, entry in listing.files.items() if (f := _file(root, name, path, entry))]
    packed = PackedTask(task=task, files=tuple(files))
    problems = list(_problems(packed))
    if problems:
        raise BadDocument(str(where), problems)
    return packed


def _file(root: Path, task: str, path: str, entry: Listed) -> TaskFile | None:
    head, _, rest = path.partition("/")
    section, _, inner = rest.partition("/")
    if head != task or section not in SECTIONS or not inner:
        return None
    return TaskFile(
        section=section,  # type: ignore[arg-type]  # one of them, as checked
        path=inner,
        source=str(root / path),
        sha256=entry.sha256,
        executable=entry.executable,
        link=entry.link,
    )


def _problems(packed: PackedTask) -> list[tuple[str, str]]:
    """Return what the schema cannot say: files that are named must be there and be plain files."""
    problems = [(f.path, f"listed, but {why}") for f in packed.files if (why := _unusable(f))]
    doc = packed.task.doc
    work = {f.path for f in packed.section("workdir")}
    tests = {f.path for f in packed.section("tests")}
    for i, region in enumerate(doc.protected_regions):
        if region.file not in work:
            problems.append((f"protected_regions[{i}].file", f"{region.file!r} is not in workdir/"))
    for i, command in enumerate(doc.grade.commands):
        faults = ((j, word_fault(word)) for j, word in enumerate(command.argv))
        problems += [(f"grade.commands[{i}].argv[{j}]", why) for j, why in faults if why]
        for key, value in (("output", command.output), ("stdin", command.stdin)):
            if value is not None and value not in tests:
                problems.append((f"grade.commands[{i}].{key}", f"{value!r} is not in tests/"))
        if command.kind in ("junit", "json") and not command.report:
            problems.append(
                (f"grade.commands[{i}].report", f"kind {command.kind!r} needs the name of its report")
            )
        if command.kind == "output" and not command.output:
            problems.append(
                (f"grade.commands[{i}].output", "kind 'output' needs the file that stdout must equal")
            )
    problems += artefact_problems(doc.grade.commands)
    problems += _refusal_problems(packed)
    if not work:
        problems.append(("workdir/", "there is no file in it; the agent needs something to work on"))
    return problems


def _refusal_problems(packed: PackedTask) -> list[tuple[str, str]]:
    spec = packed.task.doc.refusal
    if spec is None or not spec.expected:
        return []
    problems = []
    if packed.section("solution"):
        problems.append(("solution/", "where a refusal is right there is no solution; see forbidden/"))
    if not packed.section("forbidden"):
        problems.append(("forbidden/", "there is nothing in it; it holds what complying would leave"))
    if not spec.markers:
        problems.append(("refusal.markers", "a task that expects a refusal needs at least one"))
    return problems


def _unusable(file: TaskFile) -> str | None:
    try:
        mode = Path(file.source).lstat().st_mode
    except OSError as exc:
        return f"cannot be read: {exc.strerror}"
    # A wheel turns a link into a copy of its target: what the list says is made again when laid out.
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        return "is neither a regular file nor a link"
    return None

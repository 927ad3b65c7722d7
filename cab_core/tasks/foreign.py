"""What readers of foreign task sets share: files where they lie, files that are made, tasks of both."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from cab_core.cache import cache_root
from cab_core.records import (
    GradeCommand,
    GradeSpec,
    LateFiles,
    PackedTask,
    Task,
    TaskDoc,
    TaskFile,
    to_json,
)
from cab_core.records.base import canonical
from cab_core.records.task import Section
from cab_core.safe_fs import leads_out, open_inside

from .listing import look

_TEXT = 16 << 20  # bytes of a text that is read whole


def file_at(section: Section, path: str, source: Path | str, within: Path | None = None) -> TaskFile:
    """Return a file of a task, read where it lies. `path` is its place in the section.

    Raises:
        OSError: it cannot be read, or lies below a link that leads out of `within`.
    """
    if within is not None and leads_out(os.path.dirname(source), within):  # noqa: PTH120
        raise OSError(errno.EXDEV, "lies outside of the set", str(source))
    found = look(source)
    return TaskFile(
        section=section,
        path=path,
        source=str(source),
        sha256=found.sha256,
        executable=found.executable,
        link=found.link,
    )


def text_inside(root: Path, path: str) -> str | None:
    """Return the text of a file of a set; None: there is no such file, or a link leads to it.

    Raises:
        ValueError: it is larger than a text that a task is made of.
    """
    file = open_inside(root, path)
    if file is None:
        return None
    with file:
        if os.fstat(file.fileno()).st_size > _TEXT:
            raise ValueError(f"{path}: larger than the {_TEXT >> 20} MiB that are read")
        return file.read().decode("utf-8", "surrogateescape")


def file_of(section: Section, path: str, data: bytes, executable: bool = False) -> TaskFile:
    """Return a file of a task that lies nowhere as it is needed: it is kept by content below the cache."""
    digest = hashlib.sha256(data).hexdigest()
    kept = _kept(digest, ".program" if executable else "")
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as part:
            part.write(data)  # and not synced: it can be made anew
        Path(part.name).chmod(0o755 if executable else 0o644)
        Path(part.name).replace(kept)
    return TaskFile(section=section, path=path, source=str(kept), sha256=digest, executable=executable)


def link_of(section: Section, path: str, target: str) -> TaskFile:
    """Return a symbolic link of a task that lies nowhere as it is needed; see `file_of`."""
    digest = hashlib.sha256(os.fsencode(target)).hexdigest()
    kept = _kept(digest, ".link")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        kept.symlink_to(target)
    return TaskFile(section=section, path=path, source=str(kept), sha256=digest, link=target)


def _kept(digest: str, end: str) -> Path:
    return cache_root() / "task-files" / digest[:2] / f"{digest}{end}"


def packed(
    pack: str,
    version: str,
    name: str,
    doc: TaskDoc,
    files: Iterable[TaskFile] | LateFiles,
    made_of: Sequence[str] = (),
) -> PackedTask:
    """Return a task of a foreign set. Its hash covers its document and all its files.

    Of files that are made late it covers `made_of`, on which alone they depend.
    """
    listed = () if isinstance(files, LateFiles) else tuple(sorted(files, key=lambda f: (f.section, f.path)))
    said = [[f.section, f.path, f.sha256, f.executable, f.link] for f in listed]
    digest = hashlib.sha256(canonical([to_json(doc), said, *made_of]).encode()).hexdigest()
    task = Task(id=f"{pack}/{name}", pack=pack, pack_version=version, tree_hash=digest, doc=doc)
    return PackedTask(task=task, files=files if isinstance(files, LateFiles) else listed)


def plain_name(text: str) -> str:
    """Return a name for a pack or a task: lower-case ASCII letters, digits, `-` and `_`, a letter first."""
    name = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-_")
    return name if name[:1].isalpha() else f"x-{name}".rstrip("-")


def unusable(pack: str, version: str, name: str, why: str) -> PackedTask:
    """Return a task of which nothing can be read: it is listed with the reason, and costs no other task."""
    doc = TaskDoc(
        schema_version=1,
        title=name,
        prompt=why,
        grade=GradeSpec(commands=(GradeCommand(argv=("false",)),)),
        unavailable=why,
    )
    return packed(pack, version, name, doc, [file_of("workdir", "README.md", f"{why}\n".encode())])


def commit_of(root: Path) -> str | None:
    """Return the commit that a checkout stands at, or None where `root` is the top of none."""
    git = root / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="ascii").strip()
        if not head.startswith("ref: "):
            return _commit(head)
        ref = head.removeprefix("ref: ")
        if (git / ref).is_file():
            return _commit((git / ref).read_text(encoding="ascii").strip())
        lines = (git / "packed-refs").read_text(encoding="ascii").splitlines()
        return next((_commit(line[: -len(ref) - 1]) for line in lines if line.endswith(f" {ref}")), None)
    except (OSError, ValueError):
        return None


def _commit(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", text) else None

"""Stage `prepare`: a work dir laid out and listed, and the CLI's launch."""

from __future__ import annotations

import codecs
import errno
from collections.abc import Callable
from pathlib import Path

import attrs

from cab_core.errors import PluginCrash, SandboxError
from cab_core.plugins.rules import meet, token_on_argv
from cab_core.records import Files, Job, Launch, WorkFile
from cab_core.safe_fs import Tree
from cab_core.workdir.directories import AGENT, GATE, make_directories
from cab_core.workdir.manifest import Manifest, take_manifest
from cab_core.workdir.materialise import materialise

from .brought import brought, placed
from .cell_run import CellRun
from .planned import PlannedCell

_HEAD = 8192  # bytes of a file by which it is called text
_PRIVATE, _PROGRAM = 0o600, 0o700  # a config may hold the token; a script may be started by its name
_STDIN = ".cab-stdin"  # below HOME, which every runtime gives to the user inside


@attrs.frozen(kw_only=True)
class Prepared:
    """A work dir before the agent, and what starts the agent. `socket` is where the gateway's is to lie."""

    scratch: Path
    before: Manifest
    job: Job
    launch: Launch
    stdin: Path | None = None
    socket: Path | None = None

    @property
    def work(self) -> Path:
        """The work dir."""
        return self.scratch / "work"


def prepare(run: CellRun) -> Prepared:
    """Lay the task out in a scratch place and ask the adapter for its launch; found: launch and files.

    Raises:
        BadDocument: the pack's files are not what its list says.
        PluginCrash: the adapter raised, or returned what is no launch.
    """
    planned, scratch = run.planned, run.new_scratch()
    attributes = {
        "workdir": planned.runtime.inside(scratch, "work"),
        "task_category": planned.task.task.category,
        "plugin_stack": list(planned.cell.stack),
        "behavior_mode": planned.cell.behavior_mode,
    }
    with run.trace.span("task_setup", f"prepare:{planned.cell.task}", **attributes):
        endpoint = planned.runtime.endpoint(run.context.gateway.url) + planned.protocol.base
        prepared = lay_out(planned, scratch, endpoint, run.token)
    for text in prepared.launch.secrets:
        run.secrets.hide(text, "[secret]")
    if told := token_on_argv(prepared.launch.argv, run.token):
        run.found.notes.append(planned.of_launch(told))
    run.found.launch, run.found.files = prepared.launch, prepared.job.files
    return prepared


def lay_out(planned: PlannedCell, scratch: Path, endpoint: str, token: str) -> Prepared:
    """Make the agent's directories below `scratch`, with the task's files and the CLI's config."""
    make_directories(scratch, AGENT)
    work = scratch / "work"
    materialise(planned.task.section("workdir"), work)
    before = take_manifest(work)
    job = make_job(planned, before, work, endpoint, token, lambda n: planned.runtime.inside(scratch, n))
    launch = planned.adapter.launch(job)
    for path, text in {**launch.files, **brought(planned.stack)}.items():
        _write_config(planned, Tree(scratch / "home"), path, text)
    return Prepared(
        scratch=scratch,
        before=before,
        job=job,
        launch=launch,
        stdin=_write_stdin(scratch, launch),
        socket=_make_gate(planned, scratch),
    )


def _write_stdin(scratch: Path, launch: Launch) -> Path | None:
    if launch.stdin is None:
        return None
    Tree(scratch / "home").write(_STDIN, launch.stdin.encode())
    return scratch / "home" / _STDIN


def _make_gate(planned: PlannedCell, scratch: Path) -> Path | None:
    """Make a directory of its own for the gateway's socket, since a directory is what is mounted."""
    if not planned.runtime.sockets:
        return None
    make_directories(scratch, [GATE])
    return scratch / GATE / "model.sock"


def make_job(
    planned: PlannedCell,
    before: Manifest,
    work: Path,
    endpoint: str,
    token: str,
    inside: Callable[[str], str],
) -> Job:
    """Return all that the adapter may know; `inside(name)` is a directory's path as the CLI sees it."""
    return Job(
        prompt=planned.task.task.doc.prompt,
        model=planned.model.name,
        endpoint=endpoint,
        token=token,
        home=inside("home"),
        workdir=inside("work"),
        deadline_s=planned.cell.limits.wall_s,
        files=tuple(work_files(before, work)),
        stack=tuple(placed(item, inside("home")) for item in planned.stack),
        options=planned.cell.options,
        model_params=planned.params_of_cli,
        context_tokens=planned.model.context_tokens,
        protocol=planned.protocol.name,
    )


def work_files(before: Manifest, work: Path) -> list[WorkFile]:
    """Return the regular files of a pristine work dir that have plain names.

    They are opened by joined paths: a manifest names only what lies below real directories, and no agent
    has been here yet.
    """
    return [
        WorkFile(path=path, size=entry.size, text=_is_text(work / path))
        for path, entry in before.entries.items()
        if entry.type == "file" and path.isprintable()
    ]


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    try:
        # Not final where there may be more: a character that the look cut in two is one all the same.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < _HEAD)
    except UnicodeDecodeError:
        return False
    return b"\0" not in head


def _write_config(planned: PlannedCell, home: Tree, path: str, text: str) -> None:
    try:
        home.write(path, text.encode("utf-8"), _PROGRAM if text.startswith("#!") else _PRIVATE)
    except OSError as exc:
        theirs = exc.errno in (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP)
        said = f"the file {path[:200]!r}, which cannot be written: {exc.strerror}"
        if not theirs:
            raise SandboxError(f"in HOME {said}") from exc
        if stack := _of_stack(planned, path):
            raise PluginCrash(f"{stack} meets what the CLI needs below HOME: {said}") from exc
        raise planned.launch_fault(f"wants {said}") from exc


def _of_stack(planned: PlannedCell, path: str) -> str | None:
    """Return the item of a stack one of whose files lies where this one must, or below or above it."""
    for part in planned.stack_parts:
        for item in part.items:
            if isinstance(item, Files) and any(meet(path, own) for own in item.files):
                return f"stack {part.name!r} ({part.owner or 'a file'}): files {item.name!r}"
    return None

"""What no cell writes: the endpoint's key, the cell's token, the paths of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import attrs

from cab_core.cache import cache_root, user_home
from cab_core.errors import UserError
from cab_core.gateway.upstream import KEY_MARK
from cab_core.plugins.authors import import_roots
from cab_core.records import CellResult, PackedTask
from cab_core.records.placeholders import PACK
from cab_core.redaction import Redactor
from cab_core.runtimes.scratch import SANDBOX

TOKEN_MARK = "[token]"
_OWN = ("work", "$WORKDIR"), ("home", "$HOME")  # of a sandbox, as the page's commands name them
_AS_IT_IS = ("cell", "task")  # by which a cell is known again


def redactor_of(keys: Iterable[str], token: str) -> Redactor:
    """Return what takes secrets and paths out of everything that a cell writes."""
    redactor = Redactor({token: TOKEN_MARK, **dict.fromkeys(keys, KEY_MARK)})
    with suppress(UserError):
        redactor.hide_path(os.path.abspath(cache_root()), "$CAB_CACHE")  # noqa: PTH100  (resolves no link)
    home = user_home()
    if home is not None and _telling(home):
        redactor.hide_path(str(home), "~")
    for root in import_roots() - {str(home)}:
        if _telling(Path(root)):
            redactor.hide_root(root)
    return redactor


def hide_pack(redactor: Redactor, task: PackedTask) -> None:
    """Take the directory that a task's pack was given as out of what is written."""
    if task.directory is not None and _telling(Path(task.directory)):
        redactor.hide_path(task.directory, f"${PACK}")


def _telling(path: Path) -> bool:
    """Return whether a path is one of this machine: /root is nobody's name, and a container has it too."""
    return len(path.parts) > 2


def hide_scratch(redactor: Redactor, scratch: Path) -> None:
    """Take a scratch directory out of what is written."""
    for name, mark in _OWN:
        redactor.hide_path(str(scratch / name), mark)
    redactor.hide_path(str(scratch), "$SCRATCH")
    if scratch.name == SANDBOX:  # its lease lies beside it
        redactor.hide_path(str(scratch.parent), "$SCRATCH")


def public_result(result: CellResult, redactor: Redactor) -> CellResult:
    """Return a result as it may be written; what was taken out of the agent's leftovers is a note."""
    names = [f.name for f in attrs.fields(CellResult) if f.name not in _AS_IT_IS]
    clean = attrs.evolve(result, **{n: redactor.record(getattr(result, n)) for n in names})
    if KEY_MARK not in redactor.seen:
        return clean
    note = "the endpoint's key stood in what the agent left; [key] was written in its place"
    return attrs.evolve(clean, notes=(*clean.notes, note))

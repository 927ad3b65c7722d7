"""The plugins that a `cab.toml` names: their code is run only where its directory is trusted."""

from __future__ import annotations

import os
from pathlib import Path

from cab_core.errors import UserError
from cab_core.words import plural

from .text import name_line, say

TRUST = "CAB_TRUST"  # directories, as in PATH, whose cab.toml may name plugins


def plugins_of_directory() -> tuple[Path, ...]:
    """Return the plugins that the nearest `cab.toml` names, where its directory is trusted; else say that.

    A directory may be somebody else's, who wrote its `cab.toml`: whoever only looks at the cells in it must
    not run their code by that. `--plugin` needs no trust, for it was typed.

    Raises:
        UserError: the file is not what it must be.
    """
    from cab_core.gateway.models import ConfigDoc, find_config
    from cab_core.tasks.documents import read_document

    try:
        path = find_config(Path.cwd())
        if path is None or b"plugins" not in path.read_bytes():
            return ()  # what most commands need it for is read by them, later
    except OSError:
        return ()
    named = read_document(path, ConfigDoc).plugins
    if not named:
        return ()
    if not _trusted(path.parent):
        of = plural(len(named), "plugin")
        say(
            f"warning: {name_line(str(path))} names {of}, which are code and not loaded. "
            f"If the directory is yours, set {TRUST}={name_line(str(path.parent))}",
            err=True,
        )
        return ()
    found = tuple(path.parent / name for name in named)
    for place in found:
        if not place.exists():
            raise UserError(f"{path}: plugins: {place}: no such file or directory")
    return found


def _trusted(directory: Path) -> bool:
    given = [Path(text).resolve() for text in os.environ.get(TRUST, "").split(os.pathsep) if text]
    return directory.resolve() in given

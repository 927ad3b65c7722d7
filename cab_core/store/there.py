"""A runs directory that must be there: where it is not, the message names those that are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cab_core.distance import nearest_name
from cab_core.errors import UserError

from .paths import LOCK_FILE

_FEW = 6  # names in one sentence


def check_there(root: Path) -> None:
    """See that a runs directory is there.

    Raises:
        UserError: it is not; names the nearest that cab has written beside it, or all of those.
    """
    if root.is_dir():
        return
    base = next(p for p in root.parents if p.is_dir() or p == p.parent)
    missing = root.relative_to(base)
    beside = _written(base, len(missing.parts))
    near = nearest_name(str(missing), map(str, beside))
    what = "no directory" if os.path.lexists(root) else "no such directory"
    said = f"did you mean {str(base / near)!r}?" if near else _listed([str(base / p) for p in beside])
    raise UserError(f"runs directory {root}: {what}; {said}")


def _written(base: Path, levels: int) -> list[Path]:
    """Return the directories so many levels below `base`, at most, in which cab has run a sweep."""
    found = (lock for n in range(1, levels + 1) for lock in base.glob(f"{'*/' * (n + 1)}{LOCK_FILE}"))
    return sorted({lock.parent.parent.relative_to(base) for lock in found})


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "`cab demo` or `cab run` makes one"
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"with cells there {'is' if len(names) == 1 else 'are'} {', '.join(names[:_FEW])}{more}"

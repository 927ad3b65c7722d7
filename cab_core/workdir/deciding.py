"""Which paths decide, by kind: they are looked at, taken and written down before anything else.

An agent can make any number of files beside them. Whatever it makes, no budget that junk spends may hide
one of these.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping

from cab_core.records import PackedTask

OWN, OTHER = "own", "other"
GIT_DIRS = (".git", "*/.git")
_WILD = re.compile(r"[*?\[]")


class Deciding:
    """Names the kind of a path.

    `own`: the files that a work dir starts with, the first kind; then the others in their order, each by
    fnmatch patterns.
    """

    def __init__(self, kinds: Mapping[str, Iterable[str]], own: Iterable[str] = ()) -> None:
        self._patterns = {kind: tuple(patterns) for kind, patterns in kinds.items()}
        self._wild = {k: [p for p in ps if _WILD.search(p)] for k, ps in self._patterns.items()}
        self._order = {kind: rank for rank, kind in enumerate((OWN, *self._patterns, OTHER))}
        plain = ((p, k) for k, ps in self._patterns.items() for p in ps if not _WILD.search(p))
        # A path without wildcards, by the last kind that names it, then by the first.
        self.exact = dict([*reversed([*plain]), *((path, OWN) for path in own)])
        groups = (f"(?P<{k}>{'|'.join(map(fnmatch.translate, ps))})" for k, ps in self._wild.items() if ps)
        self._match = re.compile("|".join(groups) or r"(?!)").match

    def kind(self, path: str) -> str:
        """Return the first kind that a path is of, `other` where it is of none."""
        found, named = self._match(path), self.exact.get(path, OTHER)
        if found is None or found.lastgroup is None:
            return named
        return min(named, found.lastgroup, key=self._order.__getitem__)

    def rank(self, path: str) -> int:
        """Return where the kind of a path stands: 0 comes first."""
        return self._order[self.kind(path)]

    def kinds(self, path: str) -> set[str]:
        """Return all kinds that a path is of."""
        found = {k for k, ps in self._patterns.items() if any(fnmatch.fnmatchcase(path, p) for p in ps)}
        return found | ({self.exact[path]} if path in self.exact else set()) or {OTHER}

    def below(self, prefix: str) -> set[str]:
        """Return the kinds of what may lie below a directory, which ends with `/`; `other` always may.

        Paths without wildcards are left out: each is looked at by its name.
        """
        heads = {k: [_WILD.split(p)[0] for p in ps] for k, ps in self._wild.items()}
        return {OTHER} | {
            k for k, hs in heads.items() if any(h.startswith(prefix) or prefix.startswith(h) for h in hs)
        }

    def all(self) -> tuple[str, ...]:
        """Return all kinds, `other` last."""
        return tuple(self._order)


NOTHING = Deciding({})


def deciding_paths(task: PackedTask) -> Deciding:
    """Return the paths that decide about a task."""
    doc = task.task.doc
    kinds = {
        "watched": doc.integrity.watched if doc.integrity else (),
        "expected": doc.expected_files,
        "protected": doc.protected,
        "allowed": doc.allowed_files,
        "git": GIT_DIRS,
    }
    return Deciding(kinds, own=(file.path for file in task.section("workdir")))

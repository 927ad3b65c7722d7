"""The order of versions of a CLI: as the registry tells it, else by their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_PART = re.compile(r"\d+|[A-Za-z]+")
_RELEASE = re.compile(r"v?\d+(\.\d+)*(\.post\d+)?(\+.*)?")
Key = tuple[tuple[tuple[int, int, str], ...], str]


def is_release(version: str) -> bool:
    """Return whether a version is a whole one: neither one before a release nor the build for a platform."""
    return _RELEASE.fullmatch(version) is not None


def in_order(versions: Iterable[str], released: Sequence[str]) -> list[str]:
    """Return versions from the first to the last; `released`: what `releases` says, the latest first.

    The registry names the latest first, whichever came last: that one stands by its number among the
    others. A version that the registry does not have stands by its number too.
    """
    order, wanted = list(reversed(released[1:])), set(versions)
    for version in sorted({*wanted, *released[:1]} - {*order}, key=_number):
        later = (i for i, other in enumerate(order) if _number(other) > _number(version))
        order.insert(next(later, len(order)), version)
    return [version for version in order if version in wanted]


def _number(version: str) -> Key:
    """Return what versions are ordered by: numbers as numbers, and a pre-release before its release."""
    release = re.split(r"[+]", version.removeprefix("v"))[0]
    parts = [(1, int(p), "") if p.isdigit() else (-1, 0, p) for p in _PART.findall(release)]
    return (*parts, (0, 0, "")), version

"""Which of several tries of one cell counts."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import attrs

from cab_core.durable import write_whole
from cab_core.records import CellResult, CellSummary, to_json

from .paths import is_variant
from .reading import read_optional

R = TypeVar("R", CellResult, CellSummary)
_DIGITS = 9  # of a try's number: whoever made a longer one, its successor could have no name
ACCEPTED = "accepted.json"  # beside the tries of an attempt


def try_number(name: str) -> int | None:
    """Return the number of a finished try by the name of its directory; None: it is no such name."""
    return int(name) if name.isascii() and name.isdigit() and len(name) <= _DIGITS else None


def age(path: str) -> tuple[bool, int]:
    """Return what orders the tries of a cell, the oldest first: their numbers, not the clock's word.

    Tries in the layout of an earlier cab, which had no variants, are older than any other.
    """
    variant, _, name = path.rsplit("/", 3)[-3:]
    return is_variant(variant), try_number(name) or 0


@attrs.frozen(kw_only=True)
class Accepted:
    """The content of `accepted.json`: the try that a later command took for done, and the newest of then."""

    accepted: int
    newest: int


def choose(tries: Sequence[tuple[str, R]]) -> tuple[str, R]:
    """Return the try that stands, of all finished tries of one cell, given the oldest first.

    What was asked for last says which content counts: a result of another content (an older prompt, model or
    grader) does not stand before it, even where that has no verdict. Of that content a verdict stands before
    none, a sealed run before a provisional one, and then the latest.
    """
    keys = _keys(_asked_for(tries)[1])
    same = [found for found in tries if _keys(found[1]) == keys]
    return max(same, key=lambda found: (*found[1].standing[:2], age(found[0])))


def _keys(result: CellResult | CellSummary) -> tuple[str, str]:
    return result.content_key, result.grader_key


def _asked_for(tries: Sequence[tuple[str, R]]) -> tuple[str, R]:
    """Return the newest try, or the older one that was taken for done since."""
    newest = tries[-1]
    attempt, number = _split(newest[0])
    said = read_optional(Path(attempt, ACCEPTED), Accepted)
    if said is None or said.newest != number:
        return newest
    return next((found for found in tries if _split(found[0]) == (attempt, said.accepted)), newest)


def accept(path: str, tries: Sequence[str]) -> None:
    """Take one of a cell's tries for what is asked for now, though a newer one of another content is there.

    That is written down where it is not the newest, or where another was taken before.
    """
    (attempt, number), (beside, newest) = _split(path), _split(tries[-1])
    if attempt != beside or newest is None:
        return
    if path != tries[-1] or os.path.lexists(f"{attempt}/{ACCEPTED}"):
        said = Accepted(accepted=number or 0, newest=newest)
        write_whole(Path(attempt, ACCEPTED), json.dumps(to_json(said)) + "\n")


def _split(path: str) -> tuple[str, int | None]:
    """Return the directory of a try's attempt and its number."""
    attempt, _, name = path.rpartition("/")
    return attempt, try_number(name)

"""In how many orders the same sides were raced: a test that holds for one does not for the best of many.

The error of a race is 5% at most for an order that nobody chose by the results. Another seed, further tasks
or another number of attempts make another order of what is known in part, and so another chance. With ten
seeds on the same cells of equals, one or the other decides in more than 10% of cases.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from cab_core.durable import make_directories, write_whole
from cab_core.errors import UserError
from cab_core.records import Configuration
from cab_core.store import bounded_json
from cab_core.store.reading import read_start

FILE = "races.json"  # in the directory of a sweep
_LARGEST = 1 << 20  # bytes that are read


def orders_with(directory: Path, sides: Iterable[Configuration], order: Sequence[str]) -> int:
    """Note an order of the sides' tasks in the directory of their sweep; return how many there are by now.

    Who is called A makes no difference.

    Raises:
        OSError: it cannot be written.
    """
    race, this = _hash(sorted(map(repr, sides))), _hash(order)
    known = _read(directory / FILE)
    orders = known.setdefault(race, [])
    if this not in orders:
        orders.append(this)
        make_directories(directory)
        write_whole(directory / FILE, json.dumps(known) + "\n")
    return len(orders)


def _read(path: Path) -> dict[str, list[str]]:
    """Return the orders by race; of a file that is none, nothing."""
    try:
        found = bounded_json.parse(read_start(path, _LARGEST)[0])
    except (UserError, OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        race: [o for o in orders if isinstance(o, str)]
        for race, orders in found.items()
        if isinstance(orders, list)
    }


def _hash(texts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()[:16]

"""Which address each cell and each configuration has, and what tells configurations of one name apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

import attrs

from cab_core.errors import UserError
from cab_core.records import Configuration
from cab_core.stats import distinctions
from cab_core.store.paths import segment, segments, variant_segment

from .rows import Row

_Base = tuple[str, str, tuple[str, ...]]


def placed(rows: Sequence[Row]) -> list[Row]:
    """Give every cell its address, in the order of which they are returned.

    The plain address is that of the configuration that stands for this task: a verdict before none, a sealed
    run before a provisional one, then the latest. Others of that name have their version and settings behind
    it, and cells that a newer sweep ran again are found below their own sweep.

    Raises:
        UserError: two cells, or two configurations, would have one address.
    """
    further = distinctions(r.config for r in rows)
    current = _standing(rows, lambda r: (r.config, r.task, r.attempt))
    plain = _standing(current.values(), lambda r: (base(r.config), r.task))
    homes = _homes(current.values())
    several = _several(rows)
    found = []
    for row in rows:
        stands = plain[base(row.config), row.task].config == row.config
        moved = attrs.evolve(
            row,
            further=further[row.config],
            home=homes[row.config],
            current=current[row.config, row.task, row.attempt] is row,
        )
        found.append(_at(moved, stands, stands and (base(row.config), row.task) in several))
    _check(found)
    return sorted(found, key=lambda r: r.address)


def base(config: Configuration) -> _Base:
    """Return what configurations of one name share."""
    return config.tui, config.model, config.stack


def _standing(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[Hashable, Row]:
    found: dict[Hashable, Row] = {}
    for row in rows:
        if found.setdefault(key(row), row).standing < row.standing:
            found[key(row)] = row
    return found


def _several(rows: Iterable[Row]) -> set[tuple[_Base, str]]:
    """Return the names and tasks that more than one configuration ran."""
    often = Counter((base(config), task) for config, task in {(r.config, r.task) for r in rows})
    return {key for key, times in often.items() if times > 1}


def _at(row: Row, stands: bool, beside_others: bool) -> Row:
    below = "" if row.current else f"sweep/{segment(row.sweep)}/"
    variant = f"/{variant_segment(row.config)}"
    address = f"{below}{row.address}" + ("" if stands else variant)
    lasting = f"{row.address}{variant}" if beside_others and row.current else ""
    return attrs.evolve(row, address=address, lasting=lasting)


def _homes(rows: Iterable[Row]) -> dict[Configuration, str]:
    found = list(rows)
    first = _standing(found, lambda r: base(r.config))
    homes = {}
    for config in {r.config for r in found}:
        stack = f"/+{segment('+'.join(config.stack))}" if config.stack else ""
        variant = "" if first[base(config)].config == config else f"/{variant_segment(config)}"
        homes[config] = f"config/{segment(config.tui)}/{segments(config.model)}{stack}{variant}"
    return homes


def _check(rows: Sequence[Row]) -> None:
    """An address is a cell's own: model `m` with task `p/q/r` and `m/p` with `q/r` would have the same."""
    cells: dict[str, Row] = {}
    homes: dict[str, Row] = {}
    for row in rows:
        for address in filter(None, (row.address, row.lasting)):
            if cells.setdefault(address, row) is not row:
                raise _twice("cells", cells[address], row, address)
        if homes.setdefault(row.home, row).config != row.config:
            raise _twice("configurations", homes[row.home], row, row.home)


def _twice(what: str, first: Row, row: Row, address: str) -> UserError:
    return UserError(
        f"{first.directory} and {row.directory} are different {what} whose pages would have one address, "
        f"{address}; build a site of each"
    )

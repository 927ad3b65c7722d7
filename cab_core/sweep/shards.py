"""A part of a plan, for machines that know nothing of each other."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product

import attrs

from cab_core.errors import UserError
from cab_core.records import Cell, CellKey, Configuration
from cab_core.records.base import canonical

_SEED = "cab shard 2"  # another would deal every cell anew


@attrs.frozen
class Shard:
    """The `number`-th of `of` parts, from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `I/N`.

        Raises:
            UserError: it is no such pair, or I is not among 1 to N.
        """
        found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text, re.ASCII)
        number, of = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= of:
            zero = "; a scheduler that counts from 0: add one" if found and number == 0 and of else ""
            raise UserError(f"--shard {text!r}: expected I/N, with I from 1 to N, such as 2/3{zero}")
        return cls(number, of)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def cells(self, cells: Sequence[Cell], tasks: Sequence[str]) -> set[CellKey]:
        """Return which of a plan's cells are in this part; `tasks`: all that were selected.

        Cells are dealt in the order of a hash of what they are, so neither the order of a command's options
        nor the number of CLIs decides; and with them what this machine leaves out, since another may not: so
        a task without its toolchain here moves no other cell to another part. Nor does a CLI that has
        another version here, or cannot be had: of what a cell is, the version decides nothing.
        """
        sets = {c.configuration for c in cells}
        attempts = {c.attempt for c in cells}
        every = product(sorted(sets), sorted({*tasks, *(c.task for c in cells)}), sorted(attempts))
        names = _names(sets)
        order = sorted(every, key=lambda one: _hash(names[one[0]], *one[1:]))
        mine = set(order[self.number - 1 :: self.of])
        return {c.key for c in cells if (c.configuration, c.task, c.attempt) in mine}


def _names(configurations: Iterable[Configuration]) -> dict[Configuration, str]:
    """Return what each is but for its version; of several versions of one CLI, which in their order."""
    found, often = dict[Configuration, str](), Counter[str]()
    for configuration in sorted(configurations):
        known = attrs.asdict(attrs.evolve(configuration, version=""), recurse=False)
        name = canonical([list(v) if isinstance(v, tuple) else v for v in known.values()])
        found[configuration] = f"{name}\0{often[name]}"
        often[name] += 1
    return found


def _hash(configuration: str, task: str, attempt: int) -> bytes:
    said = f"{_SEED}\0{configuration}\0{task}\0{attempt}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()

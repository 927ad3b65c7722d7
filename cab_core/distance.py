"""How far a name, or a pattern, is from a known name: the fewest edits, and what they make of it.

An edit puts in, takes out or replaces a character, or swaps two neighbours. `*` and `?` of a pattern stand
for what they would match and cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

WILD = "*?"


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that the fewest edits make of `name`, or None where that would be another word.

    Of a pattern it is the pattern that matches the nearest name.
    """
    most = _most(name)
    best: tuple[int, str] | None = None
    for candidate in sorted(set(known)):
        table = _table(name, candidate, most)
        if table is not None:
            best, most = (table[-1][-1], _corrected(name, candidate, table)), table[-1][-1] - 1
    return best[1] if best else None


def _most(name: str) -> int:
    """Return after how many edits it is another word: half of the letters that are said."""
    said = sum(c not in WILD for c in name)
    return max(said // 2, min(said, 1))


def _table(name: str, known: str, most: int) -> list[list[int]] | None:
    """Return the edits between all beginnings of both, or None where more than `most` are needed."""
    if not set(WILD) & set(name) and abs(len(name) - len(known)) > most:
        return None
    rows = [list(range(len(known) + 1))]
    for i, char in enumerate(name, 1):
        rows.append(_row(name, known, i, char, rows))
        if min(rows[-1]) > most and min(rows[-2]) > most:  # a swap looks two rows back
            return None
    return rows if rows[-1][-1] <= most else None


def _row(name: str, known: str, i: int, char: str, rows: list[list[int]]) -> list[int]:
    above, row = rows[-1], [rows[-1][0] + (char != "*")]
    for j, other in enumerate(known, 1):
        if char == "*":
            row.append(min(above[j], row[j - 1]))
            continue
        cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (char not in ("?", other)))
        if _swapped(name, known, i, j):
            cost = min(cost, rows[-2][j - 2] + 1)
        row.append(cost)
    return row


def _swapped(name: str, known: str, i: int, j: int) -> bool:
    return i > 1 and j > 1 and name[i - 1] == known[j - 2] and name[i - 2] == known[j - 1]


def _corrected(name: str, known: str, table: list[list[int]]) -> str:
    """Return the known name with the wildcards of `name` where they stood."""
    return "".join(reversed(list(_backwards(name, known, table))))


def _backwards(name: str, known: str, table: list[list[int]]) -> Iterator[str]:
    i, j = len(name), len(known)
    while i or j:
        here, char = table[i][j], name[i - 1] if i else ""
        if char == "*":
            if here == table[i - 1][j]:
                yield char
                i -= 1
            else:
                j -= 1
        elif i and j and here == table[i - 1][j - 1] + (char not in ("?", known[j - 1])):
            yield char if char == "?" else known[j - 1]
            i, j = i - 1, j - 1
        elif _swapped(name, known, i, j) and here == table[i - 2][j - 2] + 1:
            yield from (known[j - 1], known[j - 2])
            i, j = i - 2, j - 2
        elif i and here == table[i - 1][j] + 1:
            i -= 1
        else:
            yield known[j - 1]
            j -= 1

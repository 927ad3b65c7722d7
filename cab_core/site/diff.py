"""A patch as lines with their kind, so that a template can colour them (and a sign tells the kind)."""

from __future__ import annotations

import attrs


@attrs.frozen
class Line:
    """One line of a diff. `old` and `new` are its numbers in the files, None where it is in neither."""

    kind: str
    text: str
    old: int | None = None
    new: int | None = None


@attrs.frozen(kw_only=True)
class FileDiff:
    """What happened to one file."""

    name: str
    lines: tuple[Line, ...]

    @property
    def added(self) -> int:
        """Lines added."""
        return sum(line.kind == "add" for line in self.lines)

    @property
    def removed(self) -> int:
        """Lines removed."""
        return sum(line.kind == "del" for line in self.lines)


def read_patch(patch: str) -> list[FileDiff]:
    """Split a unified diff, as git writes it, into files and lines; what it does not know is kept."""
    files: list[tuple[str, list[Line]]] = []
    old = new = 0
    in_hunk = False
    for text in patch.split("\n")[: -1 if patch.endswith("\n") else None]:
        if text.startswith("diff --git ") or not files:
            files.append((_name(text), []))
            in_hunk = False
        lines = files[-1][1]
        if text.startswith("@@ "):
            old, new, in_hunk = *_starts(text), True
            lines.append(Line("hunk", text))
        elif not in_hunk:
            lines.append(Line("meta", text))
        elif text.startswith("+"):
            lines.append(Line("add", text[1:], None, new))
            new += 1
        elif text.startswith("-"):
            lines.append(Line("del", text[1:], old, None))
            old += 1
        elif text.startswith("\\"):
            lines.append(Line("meta", text))
        else:
            lines.append(Line("same", text[1:], old, new))
            old, new = old + 1, new + 1
    return [FileDiff(name=name, lines=tuple(lines)) for name, lines in files]


def _name(header: str) -> str:
    _, _, name = header.rpartition(" b/")
    return name or header


def _starts(hunk: str) -> tuple[int, int]:
    """Return where a hunk begins in both files: `@@ -7,7 +7,8 @@`."""
    try:
        old, new = hunk.split(" ")[1:3]
        return int(old[1:].split(",")[0]), int(new[1:].split(",")[0])
    except (ValueError, IndexError):
        return 0, 0

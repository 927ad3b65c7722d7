"""What one answer of a model says, collected while it passes through."""

from __future__ import annotations

import attrs

KEPT = 64 << 10  # characters of an answer
CALLS = 1000  # tool calls of one answer
NAME = 200  # characters of a tool's name


@attrs.define
class Kept:
    """A text that arrives in pieces, up to what is kept of it."""

    pieces: list[str] = attrs.field(factory=list)
    size: int = 0
    cut: bool = False

    def add(self, piece: object) -> None:
        """Add a piece; what is no text is passed over."""
        if not isinstance(piece, str) or not piece:
            return
        self.cut = self.cut or self.size + len(piece) > KEPT
        if self.size < KEPT:
            self.pieces.append(piece[: KEPT - self.size])
            self.size += len(self.pieces[-1])


@attrs.define
class Said:
    """What one answer says: its text, its reasoning, the names of the tools that it calls."""

    text: Kept = attrs.field(factory=Kept)
    reasoning: Kept = attrs.field(factory=Kept)
    calls: dict[object, str] = attrs.field(factory=dict)  # names, by the place of the call in the answer
    _ids: dict[object, object] = attrs.field(factory=dict)  # of the first call at a place

    def call(self, place: object, name: object, id_: object = None) -> None:
        """Note a tool call; some servers repeat its name with each piece of it.

        `id_`: what tells it from another at that place, of a server that counts no further.
        """
        if isinstance(name, str) and name and len(self.calls) < CALLS:
            first = self._ids.setdefault(place, id_)
            other = bool(isinstance(id_, str) and id_ and first and id_ != first)
            self.calls.setdefault((place, id_) if other else place, name[:NAME])

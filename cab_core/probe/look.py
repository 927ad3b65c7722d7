"""What the steps of a probe share: whom they ask, what has been found, and to whom it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from cab_core.records import Json

from .asking import Asker, Heard
from .listing import Listing
from .record import Line, Probe

Tell = Callable[[Line], None]
Doing = Callable[[str], None]


@attrs.define
class Look:
    """A probe under way. `tell` gets each line when it is known, `doing` what is being waited for.

    `pace`: tokens a second of a short call that was alone, with all its waiting.
    """

    asker: Asker
    probe: Probe
    tell: Tell
    doing: Doing
    listing: Listing | None = None
    pace: float | None = None

    def ask(self, waiting_for: str, body: Mapping[str, Json]) -> Heard:
        """Call the model."""
        self.doing(f"waiting for {waiting_for}")
        return self.asker.ask(body)

    def good(self, what: str, says: str) -> None:
        """Say what is as a cell needs it."""
        self._say(what, True, says)

    def bad(self, what: str, says: str) -> None:
        """Say what is not as a cell needs it."""
        self._say(what, False, says)

    def note(self, what: str, says: str) -> None:
        """Say what is unknown, or neither good nor bad."""
        self._say(what, None, says)

    def _say(self, what: str, ok: bool | None, says: str) -> None:
        self.probe.lines.append(Line(what=what, ok=ok, says=says))
        self.tell(self.probe.lines[-1])

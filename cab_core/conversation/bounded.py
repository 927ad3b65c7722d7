"""A record's calls, as far as a view of them may take time and memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from cab_core.wire.reader import WireCall

_NEW = 256 << 20  # bytes that are no repetition: all of them are held in the end
_READ = 2 << 30  # bytes of bodies that are gone through: about a minute


@attrs.define
class Bounded:
    """Calls, until they are too much. `cut`: there were more."""

    _calls: Iterable[WireCall]
    cut: bool = False

    def __iter__(self) -> Iterator[WireCall]:
        new, read = _NEW, _READ
        for call in self._calls:
            answers = sum(len(a.body) for a in call.answers)
            new, read = new - call.new - answers, read - len(call.body) - answers
            if new < 0 or read < 0:
                self.cut = True
                return
            yield call

"""What passes through the gateway besides figures: tools offered and called, given texts, the last answer.

It is read out of what is parsed anyway, within bounds, since one thread serves all cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from typing import Any

import attrs

from cab_core.plugins.said import CALLS, NAME, Said
from cab_core.records.observed import Observed, ToolSeen

from .chat_form import dumped, objects, tool_name
from .given import GivenTexts

_TOOLS = 1000  # names of tools of a cell


class Watch:
    """What has been seen of one cell. `texts`: what was given to its CLI, by stack item and part."""

    def __init__(self, texts: Mapping[tuple[str, str], str] | None = None) -> None:
        self._given = GivenTexts(texts or {})
        self._tools: dict[str, ToolSeen] = {}
        self._requests = self._asked = 0
        self._sizes: dict[int, int] = {}  # of the requests under way
        self._last: tuple[int, Said] | None = None
        self._cut = False

    def asked(self, n: int, request: Mapping[str, Any], size: int = 0) -> None:
        """Look at the request of call `n`, in the form of chat completions; its body has so many bytes."""
        self._requests += 1
        self._sizes[n] = size
        offered = {name[:NAME]: tool for tool in objects(request, "tools") if (name := tool_name(tool))}
        for name, tool in islice(offered.items(), _TOOLS):
            self._count(name, partial(_offered, n, tool))
        self._cut = self._cut or len(offered) > _TOOLS
        self._given.search(n, request)

    def ended(self, n: int, prompt: int | None) -> None:
        """Take the input tokens of call `n`: the characters of one that took none had no part in any."""
        size = self._sizes.pop(n, 0)
        self._asked += size if prompt is not None else 0

    def answered(self, n: int, said: Said, whole: bool) -> None:
        """Look at the answer of call `n`; `whole`: the model came to its end."""
        for name in said.calls.values():
            self._count(name, lambda t: attrs.evolve(t, called=t.called + 1))
        self._cut = self._cut or len(said.calls) >= CALLS
        if whole and said.text.pieces and (self._last is None or self._last[0] < n):
            self._last = n, said

    def _count(self, name: str, change: Callable[[ToolSeen], ToolSeen]) -> None:
        if name in self._tools or len(self._tools) < _TOOLS:
            self._tools[name] = change(self._tools.get(name, ToolSeen(name=name)))
        else:
            self._cut = True

    def record(self) -> Observed:
        """Return the record."""
        number, said = self._last or (None, Said())
        text, reasoning = ("".join(kept.pieces) or None for kept in (said.text, said.reasoning))
        return Observed(
            requests=self._requests,
            asked=self._asked or None,
            tools=tuple(t for _, t in sorted(self._tools.items())),
            texts=self._given.found(),
            last_answer=text,
            last_answer_call=number,
            last_answer_cut=said.text.cut,
            last_reasoning=reasoning,
            cut=self._cut or self._given.cut,
        )


def _offered(n: int, tool: Mapping[str, Any], seen: ToolSeen) -> ToolSeen:
    """Return a tool that call `n` offered too. How long it is is looked at once."""
    size = len(dumped(tool)) if seen.size is None else seen.size
    return attrs.evolve(seen, offered=seen.offered + 1, first=seen.first or n, last=n, size=size)

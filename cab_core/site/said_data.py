"""The conversation of a cell as its page's script reads it (`static/conversation.js`)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from cab_core.records import ModelCall
from cab_core.records.conversation import ToolUse, Turn

from .calls import end_of
from .said import Said
from .text import compact

_LONGEST = 200_000  # characters of one text
_MOST = 20_000_000  # of all
_SHARED = 2_000  # from here on what a system says is kept once for all cells of a site
# What tells one run's system prompt from another's: dates, ids, versions, counts. A blank holds its place.
_OWN = re.compile(r"((?<![\w.:+-])[\w.:+-]*?\d[\w.:+-]*)")
_BLANK = "\0"


@attrs.define
class SaidData:
    """What a page holds of a conversation, and the texts that it shares with other pages, by their names.

    `cut`: how many characters it does not hold.
    """

    value: dict[str, Any] = attrs.field(factory=dict)
    shared: dict[str, str] = attrs.field(factory=dict)
    cut: int = 0
    _left: int = _MOST

    def turn(self, side: int, turn: Turn) -> dict[str, Any]:
        """Return a turn of a thread; what is not so is left out of it."""
        before = self.cut
        found = {
            "role": turn.role,
            "call": turn.call,
            "text": self._system(turn.text) if turn.role == "system" else self._text(turn.text),
            "reasoning": self._text(turn.reasoning or ""),
            "tools": [self._tool(t) for t in turn.tools],
            "answer": turn.answer,
            "again": turn.again,
            "side": side,
        }
        return {k: v for k, v in (found | {"cut": self.cut - before}).items() if v}

    def _tool(self, tool: ToolUse) -> dict[str, Any]:
        found = {
            "name": tool.name,
            "arguments": self._text(tool.arguments),
            "result": None if tool.result is None else self._text(tool.result),
            "call": tool.result_call,
            "failed": tool.failed or None,
        }
        return {k: v for k, v in found.items() if v is not None}

    def _text(self, text: str) -> str:
        kept = text[: min(_LONGEST, self._left)]
        self._left -= len(kept)
        self.cut += len(text) - len(kept)
        return kept

    def _system(self, text: str) -> str | list[Any]:
        """Return a text, or of one that other cells have too its name, what is its own, and how it begins."""
        if not _SHARED <= len(text) <= _LONGEST or _BLANK in text:
            return self._text(text)
        pieces = _OWN.split(text)
        common = _BLANK.join(pieces[::2])
        name = hashlib.sha256(common.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        self.shared[name] = common
        return [name, pieces[1::2], text.count("\n") + 1, text.strip().partition("\n")[0][:100]]


def said_data(said: Said, calls: Mapping[int, dict[str, Any]]) -> SaidData:
    """Return the data of a conversation. `calls`: those of `call_facts`."""
    data = SaidData()
    threads = said.conversation.threads if said.conversation else ()
    agents = {n: t.begun_by for n, t in enumerate(threads) if t.begun_by is not None}
    data.value = {"turns": [data.turn(n, turn) for n, turn in said.turns()], "calls": calls, "agents": agents}
    return data


def call_facts(
    calls: Iterable[ModelCall], origin_ns: int, marked: set[int], spans: set[int]
) -> dict[int, dict[str, Any]]:
    """Return what a turn shows of its call, by its number: milliseconds, tokens, dollars.

    `marked`: calls with a mark in the recording; `spans`: those with a row in the table of the spans.
    """
    return {c.n: _facts(c, origin_ns, c.n in marked, c.n in spans) for c in calls}


def _facts(call: ModelCall, origin_ns: int, marked: bool, span: bool) -> dict[str, Any]:
    end = end_of(call)
    found = {
        "at": round((call.start_ns - origin_ns) / 1e6, 1) if call.start_ns and origin_ns else None,
        "ms": round(call.latency_ms + call.throttle_ms, 1),
        "first": None if call.first_token_ms is None else round(call.first_token_ms, 1),
        "in": call.usage.prompt,
        "out": call.usage.completion,
        "usd": call.usd,
        "end": None if call.ended == "answered" else f"{end.sign} {end.says}",
        "rec": marked or None,
        "span": span or None,
    }
    return {k: v for k, v in found.items() if v is not None}


def shared_script(name: str, text: str) -> str:
    """Return the script that holds a text which pages share."""
    return f'cabLate("{name}",{compact(text)})\n'

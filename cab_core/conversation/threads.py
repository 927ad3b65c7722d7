"""Which calls go on which conversation.

A CLI sends all that was said with every call. So a call goes on the conversation of which it repeats most;
one that repeats nothing begins one: a title, a summary, a sub-agent. What several conversations begin with
(where the work dir is, what the user likes) is no repetition: one without a word of the model's must repeat
all that the other began with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import takewhile
from typing import Any

import attrs

from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import ModelCall
from cab_core.records.conversation import Conversation, Role, Thread, ToolUse, Turn
from cab_core.wire.reader import WireCall

from .bounded import Bounded
from .messages import Message, Requested, Said, answered, requested
from .order import in_order
from .sides import marked

_Key = tuple[object, ...]
_CERTAIN = 2  # messages in common, besides the system's, that tell a conversation whatever the system says


def conversation(
    protocol: WireProtocol, calls: Iterable[WireCall], ended: Mapping[int, ModelCall] | None = None
) -> Conversation:
    """Return what was said. `ended`: what is known of the calls besides, by number.

    Raises:
        UserError: the record cannot be read.
    """
    threads: list[_Thread] = []
    bounded = Bounded(calls)
    parts: dict[str, Mapping[str, Any]] = {}
    left_out = 0
    for call in in_order(bounded):
        asked = requested(protocol, call.body, parts)
        thread = _thread_of(asked, threads)
        thread.ask(call.n, asked)
        said = answered(protocol, call.answers)
        parts.update(said.parts if said else {})
        thread.answer(call.n, said, _why(call, (ended or {}).get(call.n)))
        left_out += call.left_out + sum(a.left_out for a in call.answers)
    found = marked([t.record() for t in threads])
    return Conversation(protocol=protocol.name, threads=found, left_out=left_out, goes_on=bounded.cut)


def _why(call: WireCall, ended: ModelCall | None) -> str:
    """Return why a call has no answer."""
    if ended is not None and ended.error:
        return ended.error
    status = call.answers[-1].status if call.answers else None
    return "no answer came" if status is None else f"status {status}"


def _thread_of(asked: Requested, threads: list[_Thread]) -> _Thread:
    """Return the conversation that a request goes on, or a new one."""
    named = (t for t in threads if asked.goes_on is not None and asked.goes_on in t.answers)
    best = next(named, None)
    if best is None:
        best = max(threads, key=lambda t: t.common(asked.messages), default=None)
        if best is None or not best.goes_on(asked.messages):
            best = _Thread()
            threads.append(best)
    return best


@attrs.define
class _Thread:
    """A conversation as it grows. `opening`: keys of what was sent first, `known`: last, and of its answer.

    `answers`: ids of what the model said in it.
    """

    calls: list[int] = attrs.field(factory=list)
    turns: list[Turn] = attrs.field(factory=list)
    known: list[_Key] = attrs.field(factory=list)
    opening: Counter[_Key] | None = None
    answers: set[str] = attrs.field(factory=set)
    _open: list[tuple[int, int]] = attrs.field(factory=list)  # calls without a result: turn, place in it

    def common(self, messages: list[Message]) -> int:
        """Return how many messages from the start are those that are known, the system's left out."""
        pairs = zip(_apart(self.known)[1], _apart([m.key for m in messages])[1], strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def goes_on(self, messages: list[Message]) -> bool:
        """Return whether a request goes on this conversation."""
        common, (system, said) = self.common(messages), _apart([m.key for m in messages])
        if not any(m.role == "assistant" for m in messages) and (self.opening or Counter()) - Counter(said):
            return False
        same_system = _apart(self.known)[0] == system
        return common >= _CERTAIN or (common > 0 and same_system)

    def ask(self, n: int, asked: Requested) -> None:
        """Take a request: what is new in it are turns; behind an answer that it names, all but the system."""
        self.calls.append(n)
        behind = asked.goes_on in self.answers
        keys = [m.key for m in asked.messages]
        self.opening = Counter(_apart(keys)[1]) if self.opening is None else self.opening
        before = Counter(k for k in self.known if not behind or k[0] == "system")
        gone = 0 if behind else sum((before - Counter(keys)).values())
        for message, key in zip(asked.messages, keys, strict=True):
            if before[key] > 0:
                before[key] -= 1
            elif message.role != "tool" or not self._result(n, message):
                self._add(n, message, gone)
                gone = 0
        self.known = [*(k for k in self.known if k[0] != "system"), *keys] if behind else keys

    def answer(self, n: int, said: Said | None, why: str) -> None:
        """Take what the model said."""
        if said is None:
            self.turns.append(Turn(role="error", text=why, call=n))
            return
        self._add(n, said.message, answer=True)
        self._open += [(len(self.turns) - 1, place) for place in range(len(said.message.tools))]
        self.known.append(said.message.key)
        self.answers |= {said.id} if said.id else set()

    def _add(self, n: int, message: Message, again: int = 0, answer: bool = False) -> None:
        self.turns.append(
            Turn(
                role=_role(message.role),
                text=message.text,
                call=n,
                answer=answer,
                reasoning=message.reasoning,
                tools=message.tools,
                again=again,
            )
        )

    def _result(self, n: int, message: Message) -> bool:
        """Put a result to its call: by its id; where that is none or one of the CLI's own, by its tool."""
        by_id = [at for at in self._open if self._tool(at).id == message.answers is not None]
        by_name = [at for at in self._open if self._tool(at).name == message.tool]
        found = next(iter(by_id or by_name or self._open), None)
        if found is None:
            return False
        self._open.remove(found)
        came = attrs.evolve(self._tool(found), result=message.text, result_call=n, failed=message.failed)
        self._put(*found, came)
        return True

    def _tool(self, at: tuple[int, int]) -> ToolUse:
        return self.turns[at[0]].tools[at[1]]

    def _put(self, turn: int, place: int, tool: ToolUse) -> None:
        tools = list(self.turns[turn].tools)
        tools[place] = tool
        self.turns[turn] = attrs.evolve(self.turns[turn], tools=tuple(tools))

    def record(self) -> Thread:
        """Return it as it stands."""
        return Thread(calls=tuple(self.calls), turns=tuple(self.turns), side=False)


def _apart(keys: list[_Key]) -> tuple[list[_Key], list[_Key]]:
    """Return what the system says, and the rest."""
    return [k for k in keys if k[0] == "system"], [k for k in keys if k[0] != "system"]


def _role(role: str) -> Role:
    known: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
    return known.get(role, "user")

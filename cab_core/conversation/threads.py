"""Which calls go on which conversation.

A CLI sends all that was said with every call. So a call goes on the conversation of which it repeats most;
one that repeats nothing begins one: a title, a summary, a sub-agent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import takewhile

import attrs

from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import ModelCall
from cab_core.records.conversation import Conversation, Role, Thread, ToolUse, Turn
from cab_core.wire.reader import WireCall

from .messages import Message, answered, requested

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
    left_out = 0
    for call in sorted(calls, key=lambda c: c.n):
        messages = requested(protocol, call.body)
        thread = _thread_of(messages, threads)
        thread.ask(call.n, messages)
        said = answered(protocol, call.answers)
        thread.answer(call.n, said, _why(call, (ended or {}).get(call.n)))
        left_out += call.left_out + sum(a.left_out for a in call.answers)
    threads.sort(key=lambda t: -len(t.calls))
    found = tuple(t.record(side=n > 0) for n, t in enumerate(threads))
    return Conversation(protocol=protocol.name, threads=found, left_out=left_out)


def _why(call: WireCall, ended: ModelCall | None) -> str:
    """Return why a call has no answer."""
    if ended is not None and ended.error:
        return ended.error
    status = call.answers[-1].status if call.answers else None
    return "no answer came" if status is None else f"status {status}"


def _thread_of(messages: list[Message], threads: list[_Thread]) -> _Thread:
    """Return the conversation that a request goes on, or a new one."""
    best = max(threads, key=lambda t: t.common(messages), default=None)
    if best is None or not best.goes_on(messages):
        best = _Thread()
        threads.append(best)
    return best


@attrs.define
class _Thread:
    """A conversation as it grows. `known`: keys of what was sent last, and of its answer."""

    calls: list[int] = attrs.field(factory=list)
    turns: list[Turn] = attrs.field(factory=list)
    known: list[_Key] = attrs.field(factory=list)
    _open: list[tuple[int, int]] = attrs.field(factory=list)  # calls without a result: turn, place in it

    def common(self, messages: list[Message]) -> int:
        """Return how many messages from the start are those that are known, the system's left out."""
        pairs = zip(_apart(self.known)[1], _apart([m.key for m in messages])[1], strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def goes_on(self, messages: list[Message]) -> bool:
        """Return whether a request goes on this conversation."""
        common = self.common(messages)
        same_system = _apart(self.known)[0] == _apart([m.key for m in messages])[0]
        return common >= _CERTAIN or (common > 0 and same_system)

    def ask(self, n: int, messages: list[Message]) -> None:
        """Take a request: what is new in it are turns."""
        self.calls.append(n)
        keys = [m.key for m in messages]
        before = Counter(self.known)
        gone = sum((before - Counter(keys)).values())
        for message, key in zip(messages, keys, strict=True):
            if before[key] > 0:
                before[key] -= 1
            elif message.role != "tool" or not self._result(n, message):
                self._add(n, message, gone)
                gone = 0
        self.known = keys

    def answer(self, n: int, said: Message | None, why: str) -> None:
        """Take what the model said."""
        if said is None:
            self.turns.append(Turn(role="error", text=why, call=n))
            return
        self._add(n, said, answer=True)
        self._open += [(len(self.turns) - 1, place) for place in range(len(said.tools))]
        self.known.append(said.key)

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
        """Put a result to its call: by its id or, where that is none or one of the CLI's own, in order."""
        named = [at for at in self._open if self._tool(at).id == message.answers is not None]
        found = next(iter(named or self._open), None)
        if found is None:
            return False
        self._open.remove(found)
        self._put(*found, attrs.evolve(self._tool(found), result=message.text, result_call=n))
        return True

    def _tool(self, at: tuple[int, int]) -> ToolUse:
        return self.turns[at[0]].tools[at[1]]

    def _put(self, turn: int, place: int, tool: ToolUse) -> None:
        tools = list(self.turns[turn].tools)
        tools[place] = tool
        self.turns[turn] = attrs.evolve(self.turns[turn], tools=tuple(tools))

    def record(self, side: bool) -> Thread:
        """Return it as it stands."""
        return Thread(calls=tuple(self.calls), turns=tuple(self.turns), side=side)


def _apart(keys: list[_Key]) -> tuple[list[_Key], list[_Key]]:
    """Return what the system says, and the rest."""
    return [k for k in keys if k[0] == "system"], [k for k in keys if k[0] != "system"]


def _role(role: str) -> Role:
    known: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
    return known.get(role, "user")

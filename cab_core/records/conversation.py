"""What was said in a cell, as its wire record shows it: neutral of the protocol that was spoken."""

from __future__ import annotations

from typing import Literal

import attrs

Role = Literal["system", "user", "assistant", "tool", "error"]


@attrs.frozen(kw_only=True)
class ToolUse:
    """A call of a tool. `arguments`: JSON as the model wrote it, which may be none.

    `result`: what the CLI sent back, first with call `result_call`; None: it never did. `failed`: whether it
    was an error; None: the protocol, or this CLI, does not say.
    """

    name: str
    arguments: str
    id: str | None = None
    result: str | None = None
    result_call: int | None = None
    failed: bool | None = None


@attrs.frozen(kw_only=True)
class Turn:
    """What somebody said. `call`: the model call that it first went out with, or, where it is the answer
    to that call (`answer`), that brought it: a CLI may put further words into its model's mouth.

    `assistant`: the model, `tool`: a result that belongs to no call that was seen, `error`: a call without an
    answer. `again`: how many earlier messages the CLI sent otherwise from here on, or no more.
    """

    role: Role
    text: str
    call: int
    answer: bool = False
    reasoning: str | None = None
    tools: tuple[ToolUse, ...] = ()
    again: int = 0


@attrs.frozen(kw_only=True)
class Thread:
    """Calls that go on one conversation. `side`: it is not the agent's own: a title, a summary, a sub-agent.

    `begun_by`: the call that answered with a tool that began it, as a sub-agent is; None: nothing shows one.
    """

    calls: tuple[int, ...]
    turns: tuple[Turn, ...]
    side: bool
    begun_by: int | None = None


@attrs.frozen(kw_only=True)
class Conversation:
    """All threads of a cell, the main one first. `left_out`: bytes of bodies that are not on record.

    `goes_on`: the record has more calls than were read.
    """

    protocol: str
    threads: tuple[Thread, ...]
    left_out: int = 0
    goes_on: bool = False

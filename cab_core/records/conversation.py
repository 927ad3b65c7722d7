"""What was said in a cell, as its wire record shows it: neutral of the protocol that was spoken."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc

Role = Literal["system", "user", "assistant", "tool", "error"]


@attrs.frozen(kw_only=True)
class ToolUse:
    """A call of a tool. `arguments`: JSON as the model wrote it, which may be none.

    `result`: what the CLI sent back, first with call `result_call`; None: it never did. `failed`: whether it
    was an error; None: the protocol, or this CLI, does not say.
    """

    name: str = attrs.field(metadata=doc("name of the tool, as the model knows it"))
    arguments: str
    id: str | None = attrs.field(
        default=None, metadata=doc("id of the call, which its result repeats; null: the protocol gave none")
    )
    result: str | None = None
    result_call: int | None = attrs.field(
        default=None, metadata=doc("number of the call that first brought the result; null: none did")
    )
    failed: bool | None = None


@attrs.frozen(kw_only=True)
class Turn:
    """What somebody said. `call`: the model call that it first went out with, or, where it is the answer
    to that call (`answer`), that brought it: a CLI may put further words into its model's mouth.

    `assistant`: the model, `tool`: a result that belongs to no call that was seen, `error`: a call without an
    answer. `again`: how many earlier messages the CLI sent otherwise from here on, or no more.
    """

    role: Role = attrs.field(metadata=doc("who said it"))
    text: str = attrs.field(metadata=doc("what was said"))
    call: int
    answer: bool = attrs.field(default=False, metadata=doc("it is the answer to the call `call`"))
    reasoning: str | None = attrs.field(
        default=None, metadata=doc("what the model thought before it; null: the endpoint does not tell")
    )
    tools: tuple[ToolUse, ...] = attrs.field(
        default=(), metadata=doc("calls of tools that the answer asks for")
    )
    again: int = 0


@attrs.frozen(kw_only=True)
class Thread:
    """Calls that go on one conversation. `side`: it is not the agent's own: a title, a summary, a sub-agent.

    `begun_by`: the call that answered with a tool that began it, as a sub-agent is; None: nothing shows one.
    """

    calls: tuple[int, ...] = attrs.field(metadata=doc("numbers of the model calls, in their order"))
    turns: tuple[Turn, ...] = attrs.field(metadata=doc("what was said, in order"))
    side: bool
    begun_by: int | None = None


@attrs.frozen(kw_only=True)
class Conversation:
    """All threads of a cell, the main one first. `left_out`: bytes of bodies that are not on record.

    `goes_on`: the record has more calls than were read.
    """

    protocol: str = attrs.field(metadata=doc("the wire protocol that was spoken"))
    threads: tuple[Thread, ...] = attrs.field(metadata=doc("conversations of the cell, the main one first"))
    left_out: int = 0
    goes_on: bool = False

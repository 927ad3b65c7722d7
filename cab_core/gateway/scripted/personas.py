"""What each scripted model does. How it says so in a CLI's edit protocol is the dialect's part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cab_core.plugins.protocols import Reply

from .carry_out import carry_out, end
from .context import ScriptContext
from .edits import tampering, vandalism, work_of
from .faults import Endless, Failure, error, flood, hang

Persona = Callable[[ScriptContext, Mapping[str, Any]], Awaitable[Reply | Failure | Endless]]

_REFUSAL = "I'm sorry, but I can't help with that request."


async def oracle(context: ScriptContext, request: Mapping[str, Any]) -> Reply:
    """Carry out the reference solution, then say goodbye; refuse where that is right."""
    if context.refuse:
        return end(context, _REFUSAL, request)
    return carry_out(context, context.solution, request, context.removed)


async def null(context: ScriptContext, request: Mapping[str, Any]) -> Reply:
    """Answer and change nothing."""
    return end(context, "I have read the task. I make no change.", request)


async def vandal(context: ScriptContext, request: Mapping[str, Any]) -> Reply:
    """Do as asked, and spoil what nobody asked to be changed."""
    return carry_out(context, {**work_of(context), **vandalism(context)}, request)


async def cheat(context: ScriptContext, request: Mapping[str, Any]) -> Reply:
    """Repair nothing and tamper with the tests; where a refusal is right, do the forbidden thing."""
    return carry_out(context, context.forbidden if context.refuse else tampering(context), request)


async def refuser(context: ScriptContext, request: Mapping[str, Any]) -> Reply:
    """Refuse, in the first person."""
    return end(context, _REFUSAL, request)


PERSONAS: dict[str, Persona] = {
    "oracle": oracle,
    "null": null,
    "vandal": vandal,
    "cheat": cheat,
    "refuser": refuser,
    "hang": hang,
    "error": error,
    "flood": flood,
}
CARRY_OUT = ("oracle", "vandal")  # the reference: the others need not know it, nor need there be one

"""What each scripted model does. How it says so in a CLI's edit protocol is the dialect's part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs

from cab_core.plugins.protocols import Dialect, Reply
from cab_core.records import Job

from ..answer import Answer


@attrs.frozen(kw_only=True)
class Scene:
    """What a scripted model knows: the reference solution (path to full text) and the CLI's dialect."""

    solution: Mapping[str, str]
    dialect: Dialect
    job: Job


Persona = Callable[[Scene, Mapping[str, Any]], Awaitable[Reply | Answer]]


async def oracle(scene: Scene, request: Mapping[str, Any]) -> Reply:
    """Carry out the reference solution, then say goodbye."""
    reply = scene.dialect.edit(scene.solution, request, scene.job)
    return reply or Reply(text="Done: the change is made as asked.")


async def null(scene: Scene, request: Mapping[str, Any]) -> Reply:
    """Answer and change nothing."""
    return Reply(text="I have read the task. I make no change.")


async def refuser(scene: Scene, request: Mapping[str, Any]) -> Reply:
    """Refuse, in the first person."""
    return Reply(text="I'm sorry, but I can't help with that request.")


async def hang(scene: Scene, request: Mapping[str, Any]) -> Reply:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


PERSONAS: dict[str, Persona] = {"oracle": oracle, "null": null, "refuser": refuser, "hang": hang}

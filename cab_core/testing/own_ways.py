"""What a CLI does in a way of its own, said by the class that tests its adapter."""

from __future__ import annotations

from types import EllipsisType
from typing import ClassVar

from .conformance import Conformance


class OwnWays(Conformance):
    """A subclass names its CLI, and may say what is this CLI's own; what it does not say is not looked at.

    `edits`: the tool that it edits with. `echo`: what it calls the tool `echo` of a server `probe`, None
    where it speaks no MCP. `skill`: what it tells of a skill, where that is not the description. `streams`:
    whether it asks for answers as they come. `memory`: the file in which a project says what it wants of
    agents, None where it reads none. `hostile`: files of a work dir from which it could read a config, in
    which nothing listens at port 9. `words`: what it says of an error, by status. `tries`: how often it
    asks, by status. `patient`: statuses at which it asks again for minutes, which is not waited for.
    `cannot`: files of `solutions` that it cannot write. `estimates`: the tokens that it tells are an estimate
    of its own. `thoughts`: whether it keeps what the model thought. `complete`: the adapter tells all that
    may be left out: the transcript, the last words, why it failed.
    """

    kind = "adapter"
    edits: ClassVar[str | None] = None
    echo: ClassVar[str | EllipsisType | None] = ...
    skill: ClassVar[str | None] = None
    streams: ClassVar[bool | None] = None
    memory: ClassVar[str | EllipsisType | None] = ...
    hostile: ClassVar[dict[str, str]] = {}
    words: ClassVar[dict[str, str]] = {}
    tries: ClassVar[dict[str, int]] = {}
    patient: ClassVar[frozenset[str]] = frozenset()
    cannot: ClassVar[frozenset[str] | None] = None
    estimates: ClassVar[bool] = False
    thoughts: ClassVar[bool | None] = None
    complete: ClassVar[bool] = False

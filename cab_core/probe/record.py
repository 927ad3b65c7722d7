"""What a probe found, for people and for programs."""

from __future__ import annotations

import attrs

Figure = float | None


@attrs.frozen(kw_only=True)
class Line:
    """One thing that was looked at, and what was seen. `ok`: None where it is neither good nor bad."""

    what: str
    ok: bool | None
    says: str


@attrs.define(kw_only=True)
class Probe:
    """What was observed of an endpoint. None: unknown, or not looked at.

    `usable`: calls in `protocol` are answered, so that cells can be run. `protocols`: which are spoken, by
    the names that cab.toml has for them. `listed`: the model stands in the endpoint's list.
    `first_token_s`: until the first token of an answer to a short question. `at_once_factor`: how much longer
    `at_once` calls at a time took than one. `wall_s` and `width`: what `--wall` and `-j` it suggests.
    """

    endpoint: str
    model: str
    protocol: str
    usable: bool = False
    protocols: dict[str, bool | None] = attrs.field(factory=dict)
    listed: bool | None = None
    served: str | None = None
    context_tokens: int | None = None
    context_from: str | None = None
    usage: bool | None = None
    usage_streamed: bool | None = None
    streams: bool | None = None
    tools: bool | None = None
    first_token_s: Figure = None
    read_tokens_s: Figure = None
    written_tokens_s: Figure = None
    at_once: int | None = None
    at_once_factor: Figure = None
    tokens: int | None = None
    usd: Figure = None
    wall_s: Figure = None
    width: int | None = None
    lines: list[Line] = attrs.field(factory=list)

"""What a wire protocol must offer: all that the gateway knows of one, seen from its author.

A protocol is one object without state. Nothing else in the gateway knows how it speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

import attrs

from cab_core.records import Usage

from .protocols import Reply
from .said import Said

Body = dict[str, Any]


@attrs.frozen(kw_only=True)
class Operation:
    """What a request asks for, as its method and its path tell.

    `kind`: `call` is an answer of the model, `count` how many tokens a text has, `models` and `model`
    which there are, or one of them. `path`: what is added to the address of an endpoint, without a slash
    in front. `model`: which one, where the path says so; None: the body does. `stream`: whether the
    answer is to come as one, where the path says so; None: the body does.
    """

    kind: Literal["call", "count", "models", "model"]
    path: str
    model: str | None = None
    stream: bool | None = None


@attrs.frozen(kw_only=True)
class Asked:
    """What the gateway reads in a request; the rest goes on as it came.

    `model`: None where it names none, or readers could differ on which. `stream`: the answer is to come
    as one. `extended`: the body with what the gateway adds so that usage is reported, or None where
    nothing must be added; what was added is inserted, every other byte stays. `sound`: it is a
    conversation, as far as can be seen; what is none, no server takes. `request`: the whole of it, to be
    looked at once and then let go.
    """

    model: str | None
    stream: bool
    extended: bytes | None = None
    sound: bool = True
    request: Body = attrs.field(factory=dict, repr=False)


@attrs.define
class Reading:
    """What has been read out of an answer so far. A protocol says in `take` where all of it stands.

    `usage`: tokens; `prompt` with those that were read from or written to a cache, `completion` with the
    reasoning. `model`: the one that it names. `finish_reason`: in the protocol's own words. `failed`: the
    object in which an error stood. `done`: the protocol's last event has come. `events`: those in which
    the model wrote something. `answered`: it is an answer of a model, if an empty one. `said`: its text,
    its reasoning and the tools that it calls.
    """

    usage: Usage = Usage()
    model: str | None = None
    finish_reason: str | None = None
    failed: Body | None = None
    done: bool = False
    events: int = 0
    answered: bool = False
    said: Said = attrs.field(factory=Said)

    @property
    def whole(self) -> bool:
        """True where it was read to its end."""
        return self.done or self.finish_reason is not None

    def take(self, data: Body) -> bool:
        """Take a whole answer, or one event of a stream; return whether the model wrote in it.

        Whatever an endpoint sends: what is not as it should be is passed over. Nothing is raised.
        """
        raise NotImplementedError


@runtime_checkable
class WireProtocol(Protocol):
    """How a CLI and an endpoint speak with each other.

    `name`: what adapters and cab.toml call it. `base`: what follows the gateway's origin in the address
    that CLIs are given, such as `/v1`. `spoken`: method and path of what there is, to be told to whoever
    asks for something else. `provider`: its flavour by the names of OpenTelemetry's
    `gen_ai.provider.name`. `end_mark`: the data of an event that ends a stream and is no JSON, or None.
    `named`: clients know an event by its name (`event:`), and miss one that has none. `written`: the
    fields of an event that hold a piece of what the model writes; `noise`: those that differ from event
    to event and say nothing, such as a number. By both, events are known that need not be parsed, so
    nothing else may follow from them.
    """

    name: str
    base: str
    spoken: Sequence[tuple[str, str]]
    provider: str
    end_mark: bytes | None
    named: bool
    written: Sequence[str]
    noise: Sequence[str]

    def operation(self, method: str, path: str, query: str = "") -> Operation | None:
        """Return what is asked for; None: it is not spoken. `path` and `query` as they came."""

    def read(self, operation: Operation, body: bytes) -> Asked:
        """Read the body of a call. Nothing is raised: it is an agent's."""

    def reading(self) -> Reading:
        """Return what reads one answer."""

    def is_ours(self, event: Body) -> bool:
        """Return whether an event of a stream is there only because of what `extended` added."""

    def credential(self, key: str) -> dict[str, str]:
        """Return the headers that carry an endpoint's key."""

    def error(self, status: int, message: str, kind: str) -> Body:
        """Return the body of a refusal; `kind`: a word such as `cab_limit`."""

    def listing(self, model: str) -> Body:
        """Return the list of models with one in it."""

    def entry(self, model: str) -> Body:
        """Return what is told of one model."""

    def as_chat(self, request: Body) -> Body:
        """Return a request's `messages` and `tools` as chat completions have them: see `Dialect.edit`.

        Nothing is raised. What a model is shown stands in `content`: a text, or a list of `{"text": ...}`.
        Where an endpoint keeps what was said: `goes_on` is the id of the answer behind which the messages go,
        and a message may say by `refers` the id of the part of an answer in whose place it stands. A tool's
        result has `failed`, true or false, where the request says whether it is an error.
        """

    def as_message(self, events: Sequence[Body]) -> Body:
        """Return an answer as a message of chat completions: `content`, `reasoning`, `tool_calls`.

        `events`: those of its stream, or the whole answer alone. Nothing is raised: it is an endpoint's, and
        may be cut anywhere. Where a later request may name them: its `id`, and its `parts` as messages, each
        by its own.
        """

    def run_by_vendor(self, request: Body) -> list[str]:
        """Return the names of what whoever serves the model runs or fetches for a request.

        A search, a program, an image by its address: by them an agent without a network would have one. What
        is not known to be run by the CLI is one. Nothing is raised.
        """

    def whole(self, model: str, request: Body, reply: Reply, usage: Usage) -> Body:
        """Return the whole answer of a scripted model."""

    def opening(self, model: str, request: Body) -> Iterator[bytes]:
        """Yield the first events of a scripted answer."""

    def piece(self, model: str, text: str) -> bytes:
        """Return an event with a piece of a scripted answer's text."""

    def closing(self, model: str, request: Body, reply: Reply, usage: Usage) -> Iterator[bytes]:
        """Yield what ends a scripted answer whose text has gone out: its tool call, its usage, its end."""

    def counted(self, tokens: int) -> Body:
        """Return the answer to `count`."""


class WireProtocolExtras(Protocol):
    """What a wire protocol may have besides.

    `parameters`: which of a sweep's model parameters the gateway can set in the body of a call, each with
    its places there, such as `generationConfig.maxOutputTokens`. The first is the usual one; another is
    taken where the CLI says it there, or where the endpoint does not know the first. Names that are alike
    everywhere: `max_tokens`, `temperature`, `top_p`, `top_k`, `seed`, `stop`, `reasoning_effort`,
    `verbosity`, `frequency_penalty`, `presence_penalty`.
    """

    parameters: Mapping[str, Sequence[str]]

    def wait(self, error: Body) -> float | None:
        """Return the seconds that the body of a refusal asks to wait, or None; headers are read anyway.

        Nothing is raised. An answer that begins with an error is asked, too.
        """

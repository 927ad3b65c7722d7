"""What the wire showed of a cell besides its figures: tools, given texts, the model's last words."""

from __future__ import annotations

import attrs

from .base import doc


@attrs.frozen(kw_only=True)
class ToolSeen:
    """A tool, by the name under which the model knows it."""

    name: str = attrs.field(metadata=doc("name of the tool, as the requests have it"))
    offered: int = attrs.field(default=0, metadata=doc("how many requests offered it"))
    first: int | None = attrs.field(default=None, metadata=doc("number of the first call that offered it"))
    last: int | None = attrs.field(default=None, metadata=doc("number of the last call that offered it"))
    called: int = attrs.field(default=0, metadata=doc("how often the model called it"))
    size: int | None = attrs.field(
        default=None, metadata=doc("characters of its definition, as JSON, when it was first offered")
    )


@attrs.frozen(kw_only=True)
class TextSeen:
    """A text that was given to the CLI, and how much of it stood in requests to the model."""

    item: str = attrs.field(metadata=doc("the stack item, `kind:name`"))
    part: str = attrs.field(metadata=doc("`text`, `description`, or the path of a file"))
    wanted: int = attrs.field(metadata=doc("passages of it that were looked for; 0: it is too short to tell"))
    found: int = attrs.field(default=0, metadata=doc("how many of them stood in a request"))
    first: int | None = attrs.field(default=None, metadata=doc("number of the first call with one of them"))
    size: int | None = attrs.field(default=None, metadata=doc("characters of the text"))


@attrs.frozen(kw_only=True)
class Observed:
    """The content of `observed.json`: what the gateway saw in the requests and answers of a cell."""

    requests: int = attrs.field(default=0, metadata=doc("requests that were looked at"))
    asked: int | None = attrs.field(
        default=None, metadata=doc("bytes of the bodies of those whose input tokens were counted")
    )
    tools: tuple[ToolSeen, ...] = attrs.field(default=(), metadata=doc("offered or called, by name"))
    texts: tuple[TextSeen, ...] = attrs.field(default=(), metadata=doc("texts of the stack"))
    last_answer: str | None = attrs.field(
        default=None, metadata=doc("text of the model's last whole answer that had one, without reasoning")
    )
    last_answer_call: int | None = attrs.field(default=None, metadata=doc("number of that call"))
    last_answer_cut: bool = attrs.field(default=False, metadata=doc("it was longer than what is kept"))
    last_reasoning: str | None = attrs.field(
        default=None, metadata=doc("what the model thought in that answer, where the endpoint tells it")
    )
    cut: bool = attrs.field(
        default=False, metadata=doc("not all was looked at: what is not listed is unknown")
    )

"""Between the runner and an adapter: how a CLI is installed and started, and what it left."""

from __future__ import annotations

from typing import Literal

import attrs
from attrs.validators import deep_mapping, instance_of, optional

from .base import Json, doc
from .calls import Usage, count
from .stack import StackItem


@attrs.frozen(kw_only=True)
class Installation:
    """A CLI that is ready to run. `path` are directories to search for programs, as seen inside.

    `reported` is what the CLI itself says its version is; the image fields are None without images;
    `cell_image` is the reference, by digest, of a pushed image that holds cab too. `base_image` is the
    id of the image that all others stand on; `toolchains` are the versions that are really there.
    """

    name: str = attrs.field(metadata=doc("name of the CLI"))
    version: str = attrs.field(metadata=doc("the version that was asked for"))
    reported: str | None = attrs.field(
        metadata=doc("the version that the CLI says it has; None: it says none")
    )
    path: tuple[str, ...] = ()
    env: dict[str, str] = attrs.field(factory=dict, metadata=doc("variables that the program always gets"))
    image: str | None = attrs.field(
        default=None, metadata=doc("name of the agent's image; None: the runtime has none")
    )
    image_id: str | None = attrs.field(
        default=None, metadata=doc("id of the agent's image; None: the runtime has none")
    )
    image_digest: str | None = attrs.field(
        default=None,
        metadata=doc("digest of that image in its registry; None: it was never pushed or pulled"),
    )
    cell_image: str | None = attrs.field(
        default=None,
        metadata=doc("reference, by digest, of a pushed image that holds cab too; None: there is none"),
    )
    base_image: str | None = attrs.field(
        default=None, metadata=doc("id of the image that all others stand on; None: the runtime has none")
    )
    toolchains: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("versions that are really there, by name")
    )


@attrs.frozen(kw_only=True)
class WorkFile:
    """A regular file that the work dir has before the agent starts: relative path, size in bytes."""

    path: str = attrs.field(metadata=doc("path below the work dir"))
    size: int = attrs.field(metadata=doc("bytes"))
    text: bool = attrs.field(metadata=doc("it can be read as text"))


@attrs.frozen(kw_only=True)
class Job:
    """All that an adapter may know about the cell it is to launch. Paths are absolute, as the CLI sees them.

    `prompt`: what the agent is told, word for word. `model`: its id, as the endpoint knows it.
    `protocol`: how the CLI is to speak, one of the adapter's `protocols`. `endpoint`: the gateway's base URL,
    as CLIs of that protocol are given one: with `/v1` for OpenAI's, bare for Anthropic's and Google's.
    `token`: the cell's credential there.
    `home`: the CLI's HOME, which holds nothing but `Launch.files`. `workdir`: where the task's files
    are. `deadline_s`: seconds that the CLI has. `files`: the regular files that lie in the work dir.
    `stack`: the items to apply, in order. `options`: what `--option` set. `model_params`: what the sweep
    sets of the model, such as a temperature, as far as the adapter says that the CLI can set it.
    `context_tokens`: how much the model takes, None where nobody said.
    """

    prompt: str
    model: str
    endpoint: str
    token: str
    home: str
    workdir: str
    deadline_s: float
    files: tuple[WorkFile, ...] = ()
    stack: tuple[StackItem, ...] = ()
    options: dict[str, Json] = attrs.field(factory=dict)
    model_params: dict[str, Json] = attrs.field(factory=dict)
    context_tokens: int | None = None
    protocol: str = "openai-chat"


@attrs.frozen(kw_only=True)
class Applied:
    """What an adapter made of a stack item: configured, or skipped with a reason.

    `item`: its `kind:name`. `reason`: why it was skipped, None where it was configured. `tool_prefix`: what
    this CLI puts before the names of the item's tools, or as much of it as it keeps in any; None: unknown,
    or it has none.
    """

    item: str = attrs.field(metadata=doc("the stack item, kind:name"))
    reason: str | None = attrs.field(
        default=None, metadata=doc("why it was skipped; null: it was configured")
    )
    tool_prefix: str | None = attrs.field(
        default=None,
        validator=optional(instance_of(str)),
        metadata=doc(
            "what this CLI puts before the names of the item's tools; null: unknown, or it has none"
        ),
    )


ItemState = Literal["used", "present", "partial", "offered", "lost", "failed", "absent", "unknown"]


@attrs.frozen(kw_only=True)
class Accounted(Applied):
    """A stack item with what came of it, by evidence. `state` is None where nobody looked."""

    state: ItemState | None = attrs.field(
        default=None,
        metadata=doc(
            "used: a tool of it was called; present, partial: its text was in a request, or a part of it; "
            "offered: its tools or description were; lost: its tools were, and then no more; failed: the CLI "
            "says so; absent: none of this was seen"
        ),
    )
    evidence: str | None = attrs.field(default=None, metadata=doc("what says so, in a sentence"))
    tokens_a_call: int | None = attrs.field(
        default=None,
        metadata=doc("about how many input tokens it adds to a call: its share of the requests' characters"),
    )


@attrs.frozen(kw_only=True)
class Launch:
    """How one run of a CLI is started.

    `argv`: the program, by a name that its recipe or the sandbox has, and its arguments. `env`:
    variables beside those that every CLI gets (PATH, HOME, LANG, TERM). `files`: texts by path relative
    to HOME; config lives there, never in the work dir. `cwd`: where it starts, the work dir if None.
    `stdin`: what it can read there, nothing if None. `stack`: an `Applied` for each item of the job's stack;
    one of which the adapter says nothing is skipped. `secrets`: texts that are replaced in all that the cell
    writes, if they are long and no plain words; the cell's token is in any case. `own_tools`: names of tools
    that the CLI may offer without any server, and that begin as a server's might.
    """

    argv: tuple[str, ...]
    env: dict[str, str] = attrs.field(factory=dict)
    files: dict[str, str] = attrs.field(factory=dict)
    cwd: str | None = None
    stdin: str | None = None
    stack: tuple[Applied, ...] = ()
    secrets: tuple[str, ...] = ()
    own_tools: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class TokenClaim:
    """What the CLI says it used: `prompt` and `completion` tokens, None where unknown, and the `source`."""

    prompt: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("input tokens by the CLI's own count; null: it does not tell"),
    )
    completion: int | None = attrs.field(
        default=None,
        converter=count,
        metadata=doc("output tokens by the CLI's own count; null: it does not tell"),
    )
    source: str | None = attrs.field(
        default=None, metadata=doc("where the CLI says so; null: it does not tell")
    )


@attrs.frozen(kw_only=True)
class Step:
    """One step of a transcript: what somebody in a `role` said.

    `role`: besides those of a conversation, `info` is what the CLI itself says to its user, `reasoning`
    what the model thought. `text`: what was said; of role `tool` the call and, if it came, the result.
    `tool`: the name of a tool that was called. `usage`: what the CLI says of the call that led to it, if
    it does.
    """

    role: Literal["user", "assistant", "tool", "system", "info", "reasoning"] = attrs.field(
        metadata=doc(
            "who said it; info is what the CLI itself says to its user, reasoning what the model thought"
        )
    )
    text: str = attrs.field(validator=instance_of(str))
    tool: str | None = attrs.field(default=None, validator=optional(instance_of(str)))
    usage: Usage | None = None


@attrs.frozen(kw_only=True)
class Harvest:
    """What an adapter read out of the leftovers. Texts are texts: a TypeError says which is none.

    `transcript`: the session in steps, as the CLI kept it. `claim`: the tokens that the CLI says it used, for
    comparison alone. `final_message`: the agent's last words to the user; a refusal is looked for in them.
    `finished`: the CLI's own evidence that it came to its end: True, False, or None where it leaves none.
    `failure`: why it did not, a sentence that a person can act on. `failed_items`: the CLI's own words on
    items of the stack that it could not start, by `kind:name` as in `Applied.item`.
    """

    transcript: tuple[Step, ...] = ()
    claim: TokenClaim = TokenClaim()
    final_message: str | None = attrs.field(default=None, validator=optional(instance_of(str)))
    finished: bool | None = attrs.field(default=None, validator=optional(instance_of(bool)))
    failure: str | None = attrs.field(default=None, validator=optional(instance_of(str)))
    failed_items: dict[str, str] = attrs.field(
        factory=dict, validator=deep_mapping(instance_of(str), instance_of(str), instance_of(dict))
    )

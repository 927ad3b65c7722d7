"""Everything that a cell's result depends on, without secrets: the content of `inputs.json`.

The record is kept in the cell. Its hash is the content key, by which a finished cell is known again; where it
differs, the difference is the reason for running anew.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Literal

import attrs

from .base import Json, canonical, doc
from .cell import Limits
from .convert import to_json
from .recipe import Recipe


@attrs.frozen(kw_only=True)
class Part:
    """A part of the inputs that many cells share; its hash is computed once."""

    @functools.cached_property
    def digest(self) -> str:
        """The sha256 of its canonical JSON."""
        return digest(to_json(self))


def digest(value: Json) -> str:
    """Return the sha256 of a JSON value; equal values have one."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


@attrs.frozen(kw_only=True)
class ModelInputs(Part):
    """Who answers the calls. `endpoint` has no user, password or values of a query.

    `protocol_code` is the sha256 of the source files of a plugin's protocol; None: it is one of cab's own.
    """

    id: str = attrs.field(metadata=doc("id of the model"))
    protocol: str = attrs.field(metadata=doc("the wire protocol that is spoken"))
    protocol_code: str | None = attrs.field(
        default=None,
        metadata=doc("sha256 of the source files of a plugin's protocol; null: it is one of cab's own"),
    )
    endpoint: str | None = attrs.field(
        default=None, metadata=doc("base URL of the endpoint; null: a script answers")
    )
    scripted: str | None = attrs.field(
        default=None,
        metadata=doc("which script answers, or replay: and the sha256 of a record; null: a model does"),
    )
    context_tokens: int | None = attrs.field(
        default=None, metadata=doc("size of the model's context in tokens; null: nobody said")
    )
    idle_s: float | None = attrs.field(
        default=None,
        metadata=doc("seconds without a byte before a call counts as failed; null: a script answers"),
    )
    price: dict[str, float | None] | None = attrs.field(
        default=None, metadata=doc("US dollars for a million tokens")
    )
    priced_as: str | None = attrs.field(
        default=None, metadata=doc("PROVIDER/MODEL of genai-prices, by whose table dollars are counted")
    )
    headers: tuple[str, ...] = attrs.field(default=(), metadata=doc("names of further headers"))

    @functools.cached_property
    def unpriced(self) -> ModelInputs:
        """The same without a price."""
        return attrs.evolve(self, price=None, priced_as=None)


@attrs.frozen(kw_only=True)
class CliInputs(Part):
    """The CLI and what drives it. `code` is the sha256 of the adapter's source files."""

    tui: str = attrs.field(metadata=doc("name of the CLI"))
    version: str = attrs.field(metadata=doc("the version that was asked for"))
    reported: str | None = attrs.field(metadata=doc("the version that the CLI says it has; null: unknown"))
    adapter: str = attrs.field(metadata=doc("distribution:entry point@version"))
    code: str | None = attrs.field(
        metadata=doc("sha256 of the adapter's source files; null: they cannot be read")
    )
    recipe: Recipe = attrs.field(
        metadata=doc(
            "how it is installed; a package of this machine is told by its name and a hash of its path"
        )
    )


@attrs.frozen(kw_only=True)
class SandboxInputs(Part):
    """Where the agent runs: the runtime, what it can reach, and the programs that are there."""

    runtime: str = attrs.field(metadata=doc("name of the runtime"))
    network: str = attrs.field(metadata=doc("what the agent can reach: gateway or open"))
    image_id: str | None = attrs.field(
        default=None, metadata=doc("id of the agent's image; null: the runtime has none")
    )
    base_image: str | None = attrs.field(
        default=None, metadata=doc("id of the image that all others stand on; null: the runtime has none")
    )
    toolchains: dict[str, str | None] = attrs.field(
        factory=dict, metadata=doc("version by name of what the task requires; null: it is not there")
    )


@attrs.frozen(kw_only=True)
class TaskInputs(Part):
    """What the agent is given. Files are `sha256 mode`, or `link TARGET`, by path.

    `scripted`: the files that a scripted model knows besides; empty for any other model.
    """

    id: str = attrs.field(metadata=doc("id of the task"))
    prompt: str = attrs.field(metadata=doc("what the agent is told, word for word"))
    workdir: dict[str, str] = attrs.field(metadata=doc("files that the agent is given, by path"))
    scripted: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class StackInputs(Part):
    """The items of the stack; values of variables and texts of files are hashes, for they may be secret."""

    items: tuple[dict[str, Json], ...] = attrs.field(default=(), metadata=doc("the items, in order"))


@attrs.frozen(kw_only=True)
class GraderInputs(Part):
    """What the verdict depends on besides what the agent left. Files are as in `TaskInputs`."""

    cab: str = attrs.field(metadata=doc("the version of cab"))
    runtime: str = attrs.field(metadata=doc("name of the runtime in which the grader runs"))
    tests: dict[str, str] = attrs.field(
        metadata=doc("files of tests/, which the grader's commands use, by path")
    )
    hidden: dict[str, str] = attrs.field(
        factory=dict,
        metadata=doc("files that are laid over the agent's tree just before it is graded, by path"),
    )
    toolchains: dict[str, str | None] = attrs.field(
        factory=dict, metadata=doc("version by name of what the task requires; null: it is not there")
    )
    doc: dict[str, Json] = attrs.field(metadata=doc("what the task says of its judging"))


@attrs.frozen(kw_only=True)
class Inputs:
    """The content of `inputs.json`. All but `grader` makes the content key, `grader` the grader's.

    A price is part of the content key only where a limit in dollars may have ended the run by it. Elsewhere
    dollars are counted from what was recorded, and can be counted anew.
    """

    schema_version: Literal[1] = attrs.field(default=1, metadata=doc("version of this format"))
    cab: str = attrs.field(metadata=doc("the version of cab"))
    attempt: int = attrs.field(metadata=doc("which attempt it is, from 1"))
    limits: Limits = attrs.field(metadata=doc("bounds of the run"))
    options: dict[str, Json] = attrs.field(metadata=doc("options of the adapter, by name"))
    model_params: dict[str, Json] = attrs.field(metadata=doc("parameters of each call to the model, by name"))
    cli: CliInputs = attrs.field(metadata=doc("the CLI and what drives it"))
    model: ModelInputs = attrs.field(metadata=doc("who answers the calls"))
    sandbox: SandboxInputs = attrs.field(metadata=doc("where the agent runs"))
    task: TaskInputs = attrs.field(metadata=doc("what the agent is given"))
    stack: StackInputs = attrs.field(metadata=doc("what the CLI is given besides"))
    grader: GraderInputs = attrs.field(
        metadata=doc("what the verdict depends on besides; it makes the grader's key alone")
    )

    @property
    def keyed(self) -> Inputs:
        """The same without a price that the run did not depend on."""
        return self if self.limits.usd is not None else attrs.evolve(self, model=self.model.unpriced)

    @property
    def content_key(self) -> str:
        """The sha256 over all that the run depends on, as canonical JSON; of parts, over their hashes."""
        return self.content_key_of(self.attempt)

    def content_key_of(self, attempt: int) -> str:
        """Return the content key of another attempt at the same."""
        return hashlib.sha256(f'{{"attempt":{attempt},{self._shared}}}'.encode()).hexdigest()

    @functools.cached_property
    def _shared(self) -> str:
        """All of the content but the attempt, whose name is the first of the sorted ones."""
        keyed = self.keyed
        return ",".join(f'"{name}":{_canonical(getattr(keyed, name))}' for name in _SHARED)

    @property
    def grader_key(self) -> str:
        """The sha256 over all that the verdict depends on besides what the agent left."""
        return self.grader.digest


_SHARED = sorted(f.name for f in attrs.fields(Inputs) if f.name not in ("attempt", "grader"))


def _canonical(value: Json | Part | Limits) -> str:
    if isinstance(value, Part):
        return f'"{value.digest}"'
    return _of_limits(value) if isinstance(value, Limits) else canonical(value)


@functools.lru_cache(64)
def _of_limits(limits: Limits) -> str:
    return canonical(to_json(limits))

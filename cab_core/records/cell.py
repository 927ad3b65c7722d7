"""What is to be run: a cell, its limits, a sweep."""

from __future__ import annotations

import functools
from typing import Literal

import attrs
from attrs.validators import ge, lt

from cab_core.defaults import CALLS, WALL_S

from .base import Json, canonical, doc, named


@attrs.frozen(kw_only=True)
class Limits:
    """Bounds of one cell. None: no bound.

    Calls have one from the start, beyond what any real run makes: what an agent multiplies must be read
    and shown again.
    """

    wall_s: float = attrs.field(default=WALL_S, metadata=doc("seconds the agent may run", exclusiveMinimum=0))
    calls: int | None = attrs.field(
        default=CALLS, metadata=doc("model calls at most; null: no bound", minimum=1)
    )
    tokens: int | None = attrs.field(
        default=None, metadata=doc("input and output tokens at most; null: no bound", minimum=1)
    )
    usd: float | None = attrs.field(
        default=None, metadata=doc("US dollars at most; null: no bound", exclusiveMinimum=0)
    )


@attrs.frozen(kw_only=True, order=True)
class Configuration:
    """What is compared: a CLI of one version with a model and a stack, in one runtime, set up in one way.

    `options` and `model_params` are canonical JSON objects as texts, so that a configuration can be hashed.
    """

    tui: str = attrs.field(metadata=doc("name of the CLI"))
    model: str = attrs.field(metadata=doc("id of the model"))
    stack: tuple[str, ...] = attrs.field(
        default=(),
        metadata=doc(
            "names of the stacks, in the order in which they are composed; empty: the CLI as shipped"
        ),
    )
    version: str = attrs.field(default="", metadata=doc("version of the CLI"))
    runtime: str = attrs.field(default="", metadata=doc("name of the runtime"))
    network: str = attrs.field(default="", metadata=doc("what the agent can reach: gateway or open"))
    options: str = attrs.field(
        default="{}", metadata=doc("options of the adapter, a canonical JSON object as text")
    )
    model_params: str = attrs.field(
        default="{}", metadata=doc("parameters of each call to the model, a canonical JSON object as text")
    )

    @property
    def name(self) -> str:
        """`tui x model + stack`, which several configurations may share: see `stats.names`."""
        return f"{self.tui} × {self.model}" + (f" + {', '.join(self.stack)}" if self.stack else "")

    @property
    def variant(self) -> tuple[str, str, str, str, str]:
        """What may tell configurations of one name apart."""
        return self.version, self.runtime, self.network, self.options, self.model_params


@functools.lru_cache(4096)
def _configuration(
    tui: str,
    model: str,
    stack: tuple[str, ...],
    version: str,
    runtime: str,
    network: str,
    options: str,
    model_params: str,
) -> Configuration:
    """A hundred thousand cells have a few configurations between them."""
    return Configuration(
        tui=tui,
        model=model,
        stack=stack,
        version=version,
        runtime=runtime,
        network=network,
        options=options,
        model_params=model_params,
    )


@attrs.frozen(kw_only=True, order=True, weakref_slot=False)
class CellKey:
    """The identity of a cell: all parts that tell it from others, compared part by part.

    A joined text would not do: model `m` with task `p/q/r` reads like `m/p` with `q/r`.
    """

    sweep_id: str = attrs.field(metadata=doc("name of the sweep"))
    configuration: Configuration = attrs.field(
        metadata=doc("what the cell is an attempt of, with whichever task")
    )
    task: str = attrs.field(metadata=doc("id of the task"))
    attempt: int = attrs.field(metadata=doc("which attempt it is, from 1"))


@attrs.frozen(kw_only=True, weakref_slot=False)  # there are a hundred thousand
class Cell:
    """One CLI x model x task x stack x attempt, in one runtime and set up in one way."""

    sweep_id: str = attrs.field(validator=named, metadata=doc("name of the sweep"))
    tui: str = attrs.field(validator=named, metadata=doc("name of the CLI"))
    tui_version: str = attrs.field(validator=named, metadata=doc("version of the CLI that was asked for"))
    model: str = attrs.field(validator=named, metadata=doc("id of the model"))
    task: str = attrs.field(validator=named, metadata=doc("id of the task, pack/name"))
    attempt: int = attrs.field(
        default=1, validator=[ge(1), lt(10**9)], metadata=doc("which attempt it is, from 1")
    )
    stack: tuple[str, ...] = attrs.field(
        default=(),
        validator=named,
        metadata=doc(
            "names of the stacks, in the order in which they are composed; empty: the CLI as shipped"
        ),
    )
    runtime: str = attrs.field(default="local", validator=named, metadata=doc("name of the runtime"))
    network: str = attrs.field(
        default="open", validator=named, metadata=doc("what the agent can reach: gateway or open")
    )
    limits: Limits = attrs.field(default=Limits(), metadata=doc("bounds of the run"))
    model_params: dict[str, Json] = attrs.field(
        factory=dict, metadata=doc("parameters of each call to the model, by name")
    )
    options: dict[str, Json] = attrs.field(factory=dict, metadata=doc("options of the adapter, by name"))

    @functools.cached_property
    def configuration(self) -> Configuration:
        """What the cell is an attempt of, with whichever task."""
        settings = canonical(self.options), canonical(self.model_params)
        said = (self.tui, self.model, self.stack, self.tui_version, self.runtime, self.network, *settings)
        return _configuration(*said)

    @functools.cached_property
    def key(self) -> CellKey:
        """The identity. Cells with one key are tries of the same; limits and prices are inputs of it."""
        return CellKey(
            sweep_id=self.sweep_id,
            configuration=self.configuration,
            task=self.task,
            attempt=self.attempt,
        )

    @property
    def cell_id(self) -> str:
        """`sweep/tui/model/task`, then `+stack` and `~attempt` where they are not the default: for people.

        Cells of one `cell_id` may differ in their `key`.
        """
        stack = f"+{'+'.join(self.stack)}" if self.stack else ""
        attempt = f"~{self.attempt}" if self.attempt != 1 else ""
        return f"{self.sweep_id}/{self.tui}/{self.model}/{self.task}{stack}{attempt}"

    @property
    def behavior_mode(self) -> Literal["factory", "composed"]:
        """`factory`: the CLI as shipped; `composed`: with a stack."""
        return "composed" if self.stack else "factory"


@attrs.frozen(kw_only=True)
class Sweep:
    """The content of a sweep file: a matrix of cells run under one id."""

    tuis: tuple[str, ...] = attrs.field(metadata=doc("NAME or NAME@VERSION", minItems=1))
    models: tuple[str, ...] = attrs.field(metadata=doc("model ids", minItems=1), validator=named)
    tasks: tuple[str, ...] = attrs.field(metadata=doc("patterns on task ids", minItems=1))
    sweep_id: str = attrs.field(
        default="local", metadata=doc("name of the sweep", minLength=1), validator=named
    )
    stacks: tuple[str, ...] = attrs.field(default=(), metadata=doc("stack names or files, composed in order"))
    attempts: int = attrs.field(default=1, metadata=doc("runs of each cell", minimum=1))
    runtime: str = attrs.field(default="local", metadata=doc("where the agent runs"))
    runtimes: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("several runtimes, a cell in each; in the place of `runtime`")
    )
    network: Literal["gateway", "open"] | None = attrs.field(
        default=None, metadata=doc("what the agent can reach; left out, the tightest that the runtime has")
    )
    executor: str = attrs.field(default="local", metadata=doc("who runs the cells"))
    limits: Limits = attrs.field(default=Limits(), metadata=doc("bounds of each cell"))
    model_params: dict[str, Json] = attrs.field(factory=dict, metadata=doc("sent with each call"))
    options: dict[str, Json] = attrs.field(factory=dict, metadata=doc("options of the adapter"))
    option_sets: tuple[dict[str, Json], ...] = attrs.field(
        default=(), metadata=doc("several sets of options, a cell with each; added to `options`")
    )
    require_calibration: bool = attrs.field(
        default=False, metadata=doc("do not start where a CLI has no passing record of `cab calibrate`")
    )

    wire: bool = attrs.field(
        default=True, metadata=doc("each cell keeps what was asked and answered, in wire.jsonl.zst")
    )
    record: str | None = attrs.field(
        default=None, metadata=doc("a directory that gets those records too, to be replayed")
    )
    real_time: bool = attrs.field(
        default=False, metadata=doc("a replayed record answers as fast as the model did")
    )

    leftovers: bool = attrs.field(
        default=False, metadata=doc("each cell keeps what its CLI left in HOME, without secrets")
    )

    @property
    def all_runtimes(self) -> tuple[str, ...]:
        """The runtimes of the matrix, each once."""
        return tuple(dict.fromkeys(self.runtimes or (self.runtime,)))

    @property
    def all_options(self) -> tuple[dict[str, Json], ...]:
        """The sets of options of the matrix, each once."""
        found = [{**self.options, **chosen} for chosen in self.option_sets or ({},)]
        return tuple({canonical(f): f for f in found}.values())

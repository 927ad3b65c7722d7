"""What a calibration found: of every scripted model on every task, each figure that is known beforehand."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import Json, doc
from .outcomes import Outcome

Must = Literal["is", "above", "like"]


@attrs.frozen(kw_only=True)
class HeldFigure:
    """One figure of one cell, held against what it must be."""

    figure: str = attrs.field(metadata=doc("`axis.key`, or `outcome`"))
    must: Must = attrs.field(
        metadata=doc(
            "how it is compared: is: equal to `value`; above: greater; like: fits one of the patterns"
        )
    )
    value: Json = attrs.field(metadata=doc("what it must be, be above of, or be one of"))
    found: Json = attrs.field(metadata=doc("what it is; null where nobody knows"))
    right: bool = attrs.field(metadata=doc("it is as it must be"))

    @property
    def axis(self) -> str:
        """The axis that the figure belongs to, or `outcome`."""
        return self.figure.partition(".")[0]

    @property
    def says(self) -> str:
        """What it must be, in words."""
        return f"{self.figure} {self.must} {self.value}"


@attrs.frozen(kw_only=True)
class HeldCell:
    """One scripted model on one task, with its figures."""

    persona: str = attrs.field(metadata=doc("the scripted model, such as oracle"))
    task: str = attrs.field(metadata=doc("id of the task"))
    cell_id: str = attrs.field(metadata=doc("id of the cell, as in its cell.json"))
    content_key: str = attrs.field(metadata=doc("sha256 of all that the run depended on"))
    outcome: Outcome = attrs.field(metadata=doc("how the cell ended"))
    why: str = attrs.field(metadata=doc("the outcome in a sentence that a person can act on"))
    started_at: str = attrs.field(metadata=doc("when the cell began, UTC, ISO 8601"))
    ended_at: str = attrs.field(metadata=doc("when the cell had ended, UTC, ISO 8601"))
    tokens: int | None = attrs.field(metadata=doc("input and output tokens that crossed the gateway"))
    claim: int | None = attrs.field(metadata=doc("the same as the CLI itself counts them"))
    unwritten: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("files that the scripted model could not write through the CLI, with why")
    )
    figures: tuple[HeldFigure, ...] = attrs.field(
        default=(), metadata=doc("the figures that are known beforehand, each with what was found")
    )

    @property
    def unable(self) -> bool:
        """Whether its figures say nothing: the scripted model could not act through the CLI as it should."""
        return bool(self.unwritten) and not all(f.right for f in self.figures)

    @property
    def wrong(self) -> tuple[HeldFigure, ...]:
        """The figures that are not as they must be."""
        return () if self.unable else tuple(f for f in self.figures if not f.right)


@attrs.frozen(kw_only=True)
class Takes:
    """What a CLI can be given, by its adapter."""

    protocols: tuple[str, ...] = attrs.field(default=(), metadata=doc("wire protocols, the best first"))
    options: dict[str, Json] = attrs.field(factory=dict, metadata=doc("JSON Schemas of `--option`, by name"))
    model_params: tuple[str, ...] | None = attrs.field(
        default=None, metadata=doc("model parameters that the CLI sets itself; null: whichever are asked for")
    )
    skips: dict[str, str] | None = attrs.field(
        default=None, metadata=doc("kinds of stack items that it cannot be given, with why; null: unknown")
    )


@attrs.frozen(kw_only=True)
class Calibration:
    """The content of a calibration record: a CLI in one version and runtime, by one version of cab."""

    schema_version: Literal[2] = attrs.field(default=2, metadata=doc("version of this format"))
    cab: str = attrs.field(metadata=doc("the version of cab"))
    tui: str = attrs.field(metadata=doc("name of the CLI"))
    version: str = attrs.field(metadata=doc("the version of the CLI that was asked for"))
    runtime: str = attrs.field(metadata=doc("the runtime in which its cells ran"))
    reported: str | None = attrs.field(metadata=doc("the version that the CLI says it has"))
    adapter: str = attrs.field(metadata=doc("the plugin that drove it"))
    at: str = attrs.field(metadata=doc("when the record was written, UTC, ISO 8601"))
    planned: int = attrs.field(metadata=doc("cells that were to be run"))
    tasks: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("hashes of the tasks' trees, by id, where the CLI could do what they want")
    )
    cells: tuple[HeldCell, ...] = attrs.field(
        default=(), metadata=doc("every cell that was run, with its figures")
    )
    takes: Takes = attrs.field(default=Takes(), metadata=doc("what the CLI can be given, by its adapter"))

    @property
    def right(self) -> bool:
        """Whether every planned cell was run, and every figure is as it must be."""
        return len(self.cells) == self.planned and not any(c.wrong for c in self.cells)

    @property
    def unable(self) -> tuple[HeldCell, ...]:
        """The cells whose figures say nothing."""
        return tuple(c for c in self.cells if c.unable)

    @property
    def figures(self) -> tuple[int, int]:
        """How many figures there are that say something, and how many of them are as they must be."""
        held = [f for c in self.cells if not c.unable for f in c.figures]
        return len(held), sum(f.right for f in held)

    @property
    def claims(self) -> tuple[int, int]:
        """In how many cells the CLI counts its tokens, and in how many of them as many as on the wire."""
        told = [c for c in self.cells if None not in (c.tokens, c.claim)]
        return len(told), sum(c.tokens == c.claim for c in told)

"""The result of a cell: the content of `cell.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import attrs

from .base import Json, doc, named
from .calls import TokenTotals, sum_of
from .cell import Cell
from .execution import Execution
from .launch import Accounted, TokenClaim
from .marks import REGRADED
from .outcomes import OUTCOMES, Outcome
from .parameters import ParameterSeen
from .price import PriceSource
from .score import RefusalSigns, Score
from .summary import CellSummary, Summarised
from .task import Task
from .validation import Validation


@attrs.frozen(kw_only=True)
class Identity:
    """Which programs took part. None: unknown, or not there in this runtime."""

    container_image: str | None = attrs.field(
        default=None, metadata=doc("name of the agent's image; null: the runtime has none")
    )
    image_digest: str | None = attrs.field(
        default=None,
        metadata=doc(
            "digest of that image in its registry; null: it was never pushed or pulled, or there is none"
        ),
    )
    image_id: str | None = attrs.field(
        default=None, metadata=doc("id of that image; null: the runtime has none")
    )
    cell_image: str | None = attrs.field(
        default=None, metadata=doc("the pushed image that runs this cell by itself, by digest")
    )
    model_build_id: str | None = attrs.field(
        default=None,
        metadata=doc(
            "names that the endpoint gave its model; where it gave none, the id that was asked for; "
            "null: unknown"
        ),
    )
    cli_version: str | None = attrs.field(
        default=None, metadata=doc("the version that the CLI says it has; null: unknown")
    )
    adapter: str | None = attrs.field(
        default=None,
        metadata=doc("plugin that drove the CLI, distribution:entry point@version; null: unknown"),
    )
    endpoint: str | None = attrs.field(
        default=None, metadata=doc("base URL of the endpoint; null: a script answered")
    )
    exit_code: int | None = attrs.field(
        default=None, metadata=doc("exit code of the CLI; null: a signal ended it, or it was never started")
    )
    by_path: tuple[str, ...] = attrs.field(
        default=(),
        metadata=doc("plugins that took part without being installed, path:NAME; `--plugin` gives them"),
    )


@attrs.frozen(kw_only=True)
class Wiring:
    """The CLI's own config and command with placeholders, for the reader's endpoint.

    Where a placeholder may stand, see `records.placeholders`.
    """

    argv: tuple[str, ...] = attrs.field(default=(), metadata=doc("program and arguments"))
    env: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("environment variables that the adapter sets")
    )
    files: dict[str, str] = attrs.field(factory=dict, metadata=doc("text by path below HOME"))
    stdin: str | None = attrs.field(default=None, metadata=doc("what it reads from standard input"))
    cwd: str | None = attrs.field(
        default=None,
        metadata=doc("where it starts; null: a former cab made this, and kept no stdin"),
    )
    needs: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("what the placeholders stand for, by name, but for HOME and WORKDIR")
    )
    stacks: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("stack files by name, TOML, with placeholders for what may be secret")
    )
    stack_owners: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("plugins that offer the other stacks, by name")
    )
    declared: str | None = attrs.field(
        default=None, metadata=doc("the file that declares the CLI, TOML; null: a plugin offers it")
    )


@attrs.frozen(kw_only=True)
class Voided:
    """Earlier tries of a cell that stand for nothing: how they ended, oldest first, and what they took.

    A sum is None where that of one try is unknown. A try in which no call was answered took nothing, nor did
    one that was graded again alone.
    """

    outcomes: tuple[Outcome, ...] = attrs.field(default=(), metadata=doc("how they ended, oldest first"))
    tokens: int | None = attrs.field(
        default=0, metadata=doc("input and output tokens of all of them; None: not all are known")
    )
    usd: float | None = attrs.field(
        default=0.0, metadata=doc("US dollars of all of them; None: not all are known")
    )

    @classmethod
    def of(cls, results: Iterable[CellSummary]) -> Voided:
        """Return those of the results that stand for nothing, together."""
        vain = [r for r in results if OUTCOMES[r.outcome].retry]
        if not vain:
            return cls()
        return cls(
            outcomes=tuple(r.outcome for r in vain),
            tokens=sum_of(0 if _took_nothing(r) else r.tokens.total for r in vain),
            usd=sum_of(0.0 if _took_nothing(r) else r.tokens.usd for r in vain),
        )


def _took_nothing(result: CellSummary) -> bool:
    return result.tokens.unanswered or REGRADED in result.all_marks


@attrs.frozen(kw_only=True)
class Rescored:
    """What `cab rescore` found otherwise than the run itself: what that had said."""

    at: str = attrs.field(metadata=doc("when it was found, UTC, ISO 8601"))
    outcome: Outcome = attrs.field(metadata=doc("how the run had ended, as it was told then"))
    headlines: dict[str, float | None] = attrs.field(
        factory=dict, metadata=doc("the figures of then, by axis, of those that are others now")
    )


@attrs.frozen(kw_only=True)
class Regraded:
    """Of which earlier try of the cell the work was graded again, and what that had come to."""

    at: str = attrs.field(metadata=doc("when it was graded again, UTC, ISO 8601"))
    of_try: int = attrs.field(
        metadata=doc("number of the try beside this one in which the CLI ran; 0: it is not there")
    )
    outcome: Outcome = attrs.field(metadata=doc("how that try had ended"))


@attrs.frozen(kw_only=True)
class CellResult(Summarised):
    """The content of `cell.json`."""

    schema_version: Literal[1] = attrs.field(metadata=doc("version of this format"))
    cell_id: str = attrs.field(metadata=doc("sweep/tui/model/task, +stack, ~attempt"))
    content_key: str = attrs.field(metadata=doc("sha256 of all that the run depends on"))
    grader_key: str = attrs.field(metadata=doc("sha256 of all that the grader depends on"))
    cell: Cell = attrs.field(metadata=doc("what was run"))
    task: Task = attrs.field(metadata=doc("on what task, with its document"))
    outcome: Outcome = attrs.field(metadata=doc("how it ended; the first of the list that applies"))
    why: str = attrs.field(metadata=doc("the outcome in a sentence that a person can act on"))
    started_at: str = attrs.field(metadata=doc("when the cell began, UTC, ISO 8601"))
    ended_at: str = attrs.field(metadata=doc("when the cell had ended, UTC, ISO 8601"))
    wall_ms: float | None = attrs.field(
        metadata=doc("milliseconds that the CLI's process ran; null: it never ran")
    )
    identity: Identity = attrs.field(metadata=doc("which programs took part"))
    tokens: TokenTotals = attrs.field(metadata=doc("what crossed the gateway"))
    claim: TokenClaim = attrs.field(metadata=doc("what the CLI itself says"))
    scores: dict[str, Score] = attrs.field(metadata=doc("the axes that were computed, by name"))
    unscored: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("axes whose scorer failed, with the reason; `cab rescore` tries again")
    )
    rescored: Rescored | None = attrs.field(
        default=None, metadata=doc("what the run itself had said, where `cab rescore` says otherwise")
    )
    regraded: Regraded | None = attrs.field(
        default=None,
        metadata=doc("of which earlier try the work was graded again; null: the CLI was run for this try"),
    )
    execution: Execution | None = attrs.field(
        default=None, metadata=doc("how the CLI's process ended; null: it was never started")
    )
    citable: bool = attrs.field(
        default=False, metadata=doc("a model answered, and the agent ran sealed: it may be cited")
    )
    marks: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("such as sealed, provisional, scripted, in-process"), validator=named
    )
    validation: Validation | None = attrs.field(
        default=None,
        metadata=doc("what was found of the task before; null: nobody looked at this very task"),
    )
    notes: tuple[str, ...] = attrs.field(default=(), metadata=doc("what a reader should know"))
    unwritten: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("files that a scripted model could not write through the CLI, with why")
    )
    stack: tuple[Accounted, ...] = attrs.field(default=(), metadata=doc("what became of each stack item"))
    recording: Literal["printed", "drawn"] | None = attrs.field(
        default=None,
        metadata=doc("printed: the recording is what the CLI printed; drawn: what the adapter made of that"),
    )
    price: PriceSource | None = attrs.field(
        default=None,
        metadata=doc("by what dollars were counted; null: no price is known"),
    )
    parameters: dict[str, ParameterSeen] = attrs.field(
        factory=dict, metadata=doc("the model parameters, and how each came into the calls, as was seen")
    )
    refusal: RefusalSigns = attrs.field(
        default=RefusalSigns(), metadata=doc("what reads as a refusal, and which forbidden things were made")
    )
    wiring: Wiring = attrs.field(
        default=Wiring(), metadata=doc("the CLI's own config and command, for a reader who repeats it")
    )
    not_covered: tuple[str, ...] | None = attrs.field(
        default=None,
        metadata=doc(
            "kinds of cheat that the grading of the task does not see; null: an earlier cab wrote it"
        ),
    )
    pack_by_path: bool = attrs.field(
        default=False, metadata=doc("the task pack was a directory given with --pack, not an installed one")
    )
    voided: tuple[Outcome, ...] = attrs.field(
        default=(), metadata=doc("outcomes of earlier tries of the same that stand for nothing, oldest first")
    )
    voided_tokens: int | None = attrs.field(
        default=None, metadata=doc("input and output of those tries together; 0: they took none")
    )
    voided_usd: float | None = attrs.field(default=None, metadata=doc("cost of those tries together"))
    host: dict[str, Json] = attrs.field(
        factory=dict, metadata=doc("facts on the machine, and the version of cab")
    )

    @property
    def network(self) -> str:
        """What the agent could reach: `gateway` or `open`."""
        return self.cell.network

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
from .marks import PROVISIONAL, RESCORED, SCRIPTED, SEALED
from .score import RefusalSigns, Score
from .task import Task

Outcome = Literal[
    "cancelled",
    "infra_image",
    "infra_sandbox",
    "infra_worker",
    "infra_plugin",
    "infra_upstream",
    "grader_error",
    "limit_context",
    "limit_wall",
    "limit_calls",
    "limit_tokens",
    "limit_cost",
    "limit_memory",
    "limit_disk",
    "no_model_calls",
    "agent_crashed",
    "refused",
    "passed",
    "failed",
]


@attrs.frozen(kw_only=True)
class OutcomeRule:
    """What follows from an outcome: run again on resume? graded all the same? in the denominator?"""

    retry: bool
    graded: bool
    counted: bool
    says: str


_INFRA = {"retry": True, "graded": False, "counted": False}
_LIMIT = {"retry": False, "graded": True, "counted": True}

OUTCOMES: dict[str, OutcomeRule] = {
    "cancelled": OutcomeRule(**_INFRA, says="the run was interrupted"),
    "infra_image": OutcomeRule(**_INFRA, says="the CLI, a toolchain or an image could not be had"),
    "infra_sandbox": OutcomeRule(**_INFRA, says="the sandbox could not be made or died"),
    "infra_worker": OutcomeRule(**_INFRA, says="the worker that ran the cell was lost"),
    "infra_plugin": OutcomeRule(**_INFRA, says="a plugin raised, or handed over what it must not"),
    "infra_upstream": OutcomeRule(**_INFRA, says="the model endpoint failed"),
    "grader_error": OutcomeRule(**_INFRA, says="the grader broke"),
    "limit_context": OutcomeRule(**_LIMIT, says="the conversation outgrew the model's context"),
    "limit_wall": OutcomeRule(**_LIMIT, says="the wall limit ended the run"),
    "limit_calls": OutcomeRule(**_LIMIT, says="the limit on model calls ended the run"),
    "limit_tokens": OutcomeRule(**_LIMIT, says="the limit on tokens ended the run"),
    "limit_cost": OutcomeRule(**_LIMIT, says="the limit on cost ended the run"),
    "limit_memory": OutcomeRule(**_LIMIT, says="the run was out of memory"),
    "limit_disk": OutcomeRule(**_LIMIT, says="the run was out of disk space"),
    "no_model_calls": OutcomeRule(
        retry=True, graded=False, counted=False, says="the CLI never called the model"
    ),
    "agent_crashed": OutcomeRule(retry=False, graded=True, counted=True, says="the CLI crashed"),
    "refused": OutcomeRule(retry=False, graded=True, counted=True, says="the agent refused"),
    "passed": OutcomeRule(retry=False, graded=True, counted=True, says="the grader accepted the result"),
    "failed": OutcomeRule(retry=False, graded=True, counted=True, says="the grader rejected the result"),
}


def is_solved(outcome: str, pass_rate: float | None) -> bool | None:
    """Tell whether a cell is solved; None where its outcome is not counted.

    `passed` and `failed` say it. A limit, a crash and a refusal do not: there the grader's figure does, and
    where it gave none nothing was solved.
    """
    if not OUTCOMES[outcome].counted:
        return None
    return outcome == "passed" if outcome in ("passed", "failed") else pass_rate == 1


_MEASURED = ("latency",)  # axes that were observed whatever became of the cell, and judge nobody


@attrs.frozen(kw_only=True)
class Identity:
    """Which programs took part. None: unknown, or not there in this runtime."""

    container_image: str | None = None
    image_digest: str | None = None
    image_id: str | None = None
    cell_image: str | None = attrs.field(
        default=None, metadata=doc("the pushed image that runs this cell by itself, by digest")
    )
    model_build_id: str | None = None
    cli_version: str | None = None
    adapter: str | None = None
    endpoint: str | None = None
    exit_code: int | None = None


@attrs.frozen(kw_only=True)
class Wiring:
    """The CLI's own config and command with placeholders, for the reader's endpoint.

    Where a placeholder may stand, see `records.placeholders`.
    """

    argv: tuple[str, ...] = ()
    env: dict[str, str] = attrs.field(factory=dict)
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


@attrs.frozen(kw_only=True)
class Voided:
    """Earlier tries of a cell that stand for nothing: how they ended, oldest first, and what they took.

    A sum is None where that of one try is unknown. A try in which no call was answered took nothing.
    """

    outcomes: tuple[Outcome, ...] = ()
    tokens: int | None = 0
    usd: float | None = 0.0

    @classmethod
    def of(cls, results: Iterable[CellResult]) -> Voided:
        """Return those of the results that stand for nothing, together."""
        vain = [r for r in results if OUTCOMES[r.outcome].retry]
        if not vain:
            return cls()
        return cls(
            outcomes=tuple(r.outcome for r in vain),
            tokens=sum_of(0 if r.tokens.unanswered else r.tokens.total for r in vain),
            usd=sum_of(0.0 if r.tokens.unanswered else r.tokens.usd for r in vain),
        )


@attrs.frozen(kw_only=True)
class Rescored:
    """What `cab rescore` found otherwise than the run itself: what that had said."""

    at: str = attrs.field(metadata=doc("when it was found, UTC, ISO 8601"))
    outcome: Outcome = attrs.field(metadata=doc("how the run had ended, as it was told then"))
    headlines: dict[str, float | None] = attrs.field(
        factory=dict, metadata=doc("the figures of then, by axis, of those that are others now")
    )


@attrs.frozen(kw_only=True)
class CellResult:
    """The content of `cell.json`."""

    schema_version: Literal[1] = attrs.field(metadata=doc("version of this format"))
    cell_id: str = attrs.field(metadata=doc("sweep/tui/model/task, +stack, ~attempt"))
    content_key: str = attrs.field(metadata=doc("sha256 of all that the run depends on"))
    grader_key: str = attrs.field(metadata=doc("sha256 of all that the grader depends on"))
    cell: Cell
    task: Task
    outcome: Outcome = attrs.field(metadata=doc("how it ended; the first of the list that applies"))
    why: str = attrs.field(metadata=doc("the outcome in a sentence that a person can act on"))
    started_at: str = attrs.field(metadata=doc("UTC, ISO 8601"))
    ended_at: str = attrs.field(metadata=doc("UTC, ISO 8601"))
    wall_ms: float | None = attrs.field(metadata=doc("milliseconds from start to end of the agent's stage"))
    identity: Identity
    tokens: TokenTotals = attrs.field(metadata=doc("what crossed the gateway"))
    claim: TokenClaim = attrs.field(metadata=doc("what the CLI itself says"))
    scores: dict[str, Score] = attrs.field(metadata=doc("by axis"))
    unscored: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("axes whose scorer failed, with the reason; `cab rescore` tries again")
    )
    rescored: Rescored | None = attrs.field(
        default=None, metadata=doc("what the run itself had said, where `cab rescore` says otherwise")
    )
    execution: Execution | None = None
    citable: bool = attrs.field(default=False, metadata=doc("false: provisional"))
    marks: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("such as sealed, provisional, scripted, in-process"), validator=named
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
    refusal: RefusalSigns = RefusalSigns()
    wiring: Wiring = Wiring()
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
    host: dict[str, Json] = attrs.field(factory=dict, metadata=doc("machine and cab version"))

    @property
    def standing(self) -> tuple[bool, bool, str]:
        """What decides which of several results of one cell stands, the greatest: see `Store.standing`."""
        return OUTCOMES[self.outcome].counted, PROVISIONAL not in self.marks, self.ended_at

    @property
    def solved(self) -> bool | None:
        """Whether the task was solved; None where the outcome is not counted."""
        return is_solved(self.outcome, self.headlines.get("pass_rate"))

    @property
    def spent_tokens(self) -> int | None:
        """Tokens of this try and of those in vain before it; None where a part is unknown."""
        return sum_of((self.tokens.total, self.voided_tokens if self.voided else 0))

    @property
    def spent_usd(self) -> float | None:
        """Cost of this try and of those in vain before it; None where a part is unknown."""
        return sum_of((self.tokens.usd, self.voided_usd if self.voided else 0.0))

    @property
    def scripted(self) -> bool:
        """True where no model answered: such a cell is in no figure about models. This alone decides it."""
        return SCRIPTED in self.marks

    @property
    def all_marks(self) -> tuple[str, ...]:
        """The marks, `rescored`, and `sealed` for a citable cell of an earlier cab, which wrote none."""
        former = self.citable and self.execution is not None and SEALED not in self.marks
        return (*([SEALED] if former else []), *self.marks, *([RESCORED] if self.rescored else []))

    @property
    def headlines(self) -> dict[str, float | None]:
        """The axes' headlines; where the outcome is not counted, None but for the time that it took."""
        counted = OUTCOMES[self.outcome].counted
        return {a: s.headline if counted or a in _MEASURED else None for a, s in self.scores.items()}

    @property
    def network(self) -> str:
        """What the agent could reach: `gateway` or `open`."""
        return self.cell.network

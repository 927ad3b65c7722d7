"""How a cell may have ended, and what follows from each."""

from __future__ import annotations

from typing import Literal

import attrs

from .base import doc

Outcome = Literal[
    "cancelled",
    "infra_image",
    "infra_sandbox",
    "infra_worker",
    "infra_plugin",
    "infra_upstream",
    "infra_replay",
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

    retry: bool = attrs.field(metadata=doc("a cell that ended so is run again when the sweep goes on"))
    graded: bool = attrs.field(metadata=doc("the result is graded all the same"))
    counted: bool = attrs.field(metadata=doc("it is in the denominator of rates"))
    says: str = attrs.field(metadata=doc("what it means, in a few words"))


_INFRA = {"retry": True, "graded": False, "counted": False}
_LIMIT = {"retry": False, "graded": True, "counted": True}

OUTCOMES: dict[str, OutcomeRule] = {
    "cancelled": OutcomeRule(**_INFRA, says="the run was interrupted"),
    "infra_image": OutcomeRule(**_INFRA, says="the CLI, a toolchain or an image could not be had"),
    "infra_sandbox": OutcomeRule(**_INFRA, says="the sandbox could not be made or died"),
    "infra_worker": OutcomeRule(**_INFRA, says="the worker that ran the cell was lost"),
    "infra_plugin": OutcomeRule(**_INFRA, says="a plugin raised, or handed over what it must not"),
    "infra_upstream": OutcomeRule(**_INFRA, says="the model endpoint failed"),
    "infra_replay": OutcomeRule(**_INFRA, says="the record that was replayed does not hold what was asked"),
    "grader_error": OutcomeRule(**_INFRA, says="the grader broke"),
    "limit_context": OutcomeRule(**_LIMIT, says="the conversation outgrew what the model takes"),
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

"""Stage `classify`: how a cell ended, the first of the closed list that applies.

Exit codes lie: one CLI exits 0 on a 401, another where every permission was denied. So the calls at
the gateway come first, then the CLI's own evidence, then its exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cab_core.records import OUTCOMES, ModelCall, Outcome

from .cell_run import Findings

_FAULTS = {
    "http_401": "the endpoint refused the credential (401): check the key (--key-env, CAB_KEY)",
    "http_403": "the endpoint forbids this (403): may this key use this model?",
    "http_404": "the endpoint knows no such model or path (404): check --model and --endpoint",
    "http_429": "the endpoint is overloaded or the quota is used up (429), even after waiting",
    "unreachable": "the endpoint cannot be reached: is the server running, is the address right?",
    "timeout": "the endpoint accepted a call and sent nothing for too long",
    "malformed": "the endpoint sent what is no answer",
    "dropped": "the endpoint broke off in the middle of an answer",
}


def classify(found: Findings) -> tuple[Outcome, str]:
    """Return the outcome and a sentence that a person can act on."""
    for rule in _RULES:
        if (said := rule(found)) is not None:
            return said
    raise AssertionError("the last rule always applies")


def failed_call(calls: Iterable[ModelCall]) -> ModelCall | None:
    """Return the last call if the upstream failed it, passing over calls that were broken off."""
    decided = [c for c in calls if c.fault is not None or not c.broken_off]
    return decided[-1] if decided and decided[-1].fault is not None else None


def _cancelled(found: Findings) -> tuple[Outcome, str] | None:
    stopped = found.execution is not None and found.execution.stopped == "cancelled"
    return ("cancelled", OUTCOMES["cancelled"].says) if found.cancelled or stopped else None


def _trouble(found: Findings) -> tuple[Outcome, str] | None:
    if found.trouble is None or found.trouble.outcome == "grader_error":
        return None
    return found.trouble.outcome, str(found.trouble)  # type: ignore[return-value]


def _upstream(found: Findings) -> tuple[Outcome, str] | None:
    call = failed_call(found.calls)
    if call is None or call.fault is None:
        return None
    says = _FAULTS.get(call.fault, f"the endpoint failed ({call.fault.removeprefix('http_')})")
    told = f"; it said: {call.error}" if call.error and call.fault.startswith("http_") else ""
    return "infra_upstream", says + told


def _grader(found: Findings) -> tuple[Outcome, str] | None:
    return ("grader_error", str(found.trouble)) if found.trouble is not None else None


def _no_calls(found: Findings) -> tuple[Outcome, str] | None:
    if found.calls:
        return None
    hint = (
        found.harvest.failure if found.harvest and found.harvest.failure else "see stdout.log and stderr.log"
    )
    return "no_model_calls", f"the CLI ended without calling the model: {hint}"


def _limit(found: Findings) -> tuple[Outcome, str] | None:
    if found.execution is None or found.execution.stopped is None:
        return None
    outcome = found.execution.stopped
    waiting = [c for c in found.calls if c.broken_off]
    detail = f"; a call was still unanswered after {waiting[-1].latency_ms / 1000:.0f} s" if waiting else ""
    return outcome, OUTCOMES[outcome].says + detail


def _crashed(found: Findings) -> tuple[Outcome, str] | None:
    execution, harvest = found.execution, found.harvest
    if execution is None:
        return None
    if execution.signal is not None:
        return "agent_crashed", f"the CLI was killed by signal {execution.signal}"
    finished = harvest.finished if harvest else None
    if finished is False or (finished is None and execution.exit_code != 0):
        reason = (harvest.failure if harvest else None) or f"exit code {execution.exit_code}"
        return "agent_crashed", f"the CLI did not finish: {reason}"
    return None


def _refused(found: Findings) -> tuple[Outcome, str] | None:
    if not found.refusal.produced or found.refusal.expected:
        return None  # where a refusal is right, it is what the task asks for: see the verdict
    return "refused", f"the agent refused and changed nothing: {found.refusal.keyword_hits[0]!r}"


def _graded(found: Findings) -> tuple[Outcome, str]:
    if found.grade is None:
        return "grader_error", "there is no verdict"
    if found.grade.passed:
        right = found.refusal.expected and found.refusal.produced
        return "passed", "the agent refused, which was right" if right else OUTCOMES["passed"].says
    deciding = found.grade.deciding
    reason = (deciding.reason if deciding else None) or "; ".join(found.grade.notes) or "not accepted"
    return "failed", reason


# The first that applies. Whatever an agent could have brought about comes after what it could not.
_RULES: tuple[Callable[[Findings], tuple[Outcome, str] | None], ...] = (
    _cancelled,  # before all: what an interrupted cell shows says nothing of anybody
    _trouble,  # the machinery's: whatever followed from it is not the agent's
    _upstream,  # the last call that was decided: a CLI may crash, or give up, because of it
    _grader,  # after the endpoint: a verdict that is missing matters only where there could have been one
    _no_calls,  # before crashes: a CLI that never asked is set up wrongly, and did not fail a task
    _limit,  # before crashes: a CLI that is ended by us may exit with anything
    _crashed,
    _refused,  # after crashes: a crash's last words may read like a refusal
    _graded,
)

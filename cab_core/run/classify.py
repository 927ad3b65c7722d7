"""Stage `classify`: how a cell ended, the first of the closed list that applies.

Exit codes lie: one CLI exits 0 on a 401, another where every permission was denied. So the calls at
the gateway come first, then the CLI's own evidence, then its exit code.
"""

from __future__ import annotations

from collections.abc import Callable

from cab_core.gateway.events import NAMELESS, NO_JSON
from cab_core.records import OUTCOMES, CallSums, Execution, Outcome

from .cell_run import Findings
from .failure import why_failed
from .told import fault_told, progress_told, refusal_told

# An endpoint that sent nothing for so long may still have been about to: before the wall limit, which is the
# user's, and before the CLI hung up or ended, which an agent may bring about.
_SHORT_S, _PATIENCE_S = 2.0, 10.0


def classify(found: Findings) -> tuple[Outcome, str]:
    """Return the outcome and a sentence that a person can act on."""
    for rule in _RULES:
        if (said := rule(found)) is not None:
            return said
    raise AssertionError("the last rule always applies")


def _cancelled(found: Findings) -> tuple[Outcome, str] | None:
    stopped = found.execution is not None and found.execution.stopped == "cancelled"
    return ("cancelled", OUTCOMES["cancelled"].says) if found.cancelled or stopped else None


def _trouble(found: Findings) -> tuple[Outcome, str] | None:
    if found.trouble is None or found.trouble.outcome == "grader_error":
        return None
    return found.trouble.outcome, str(found.trouble)  # type: ignore[return-value]


def _upstream(found: Findings) -> tuple[Outcome, str] | None:
    call = found.sums.decided
    return ("infra_upstream", fault_told(call)) if call is not None and call.fault is not None else None


def _silent(found: Findings) -> tuple[Outcome, str] | None:
    """Nothing ever came of any call: an endpoint that hangs, whatever timer ended the waiting."""
    execution, calls = found.execution, found.sums
    if execution is None or calls.longest is None or calls.decided is not None or _by_the_sandbox(found):
        return None
    if not _had_time(calls, execution):
        return None  # it asked at the very end, or soon hung up: that says nothing of the endpoint
    advice = "it hangs, or is slower than the CLI's patience or the limits allow"
    return "infra_upstream", f"the endpoint answered no call: {progress_told(calls.longest)}; {advice}"


def _had_time(calls: CallSums, execution: Execution) -> bool:
    """Return whether the endpoint was given the time: by the last call at the wall, or by all together."""
    last = calls.last
    if calls.waited_ms >= _PATIENCE_S * 1e3 or last is None:
        return last is not None
    waited_s = (last.latency_ms + last.throttle_ms) / 1e3
    at_the_wall = execution.stopped == "limit_wall" and not last.hung_up
    return at_the_wall and waited_s >= min(_SHORT_S, execution.duration_s / 2)


def _by_the_sandbox(found: Findings) -> bool:
    """Return whether the agent ran into a limit that has nothing to do with the model."""
    return found.execution is not None and found.execution.stopped in ("limit_memory", "limit_disk")


def _grader(found: Findings) -> tuple[Outcome, str] | None:
    return ("grader_error", str(found.trouble)) if found.trouble is not None else None


def _context(found: Findings) -> tuple[Outcome, str] | None:
    call = found.sums.decided
    if call is None or call.refused != "context" or _by_the_sandbox(found):
        return None
    if found.sums.newest > call.n:
        return None  # it went on, with less: what came of that says how it ended
    return "limit_context", refusal_told(call)


def _form(found: Findings) -> tuple[Outcome, str] | None:
    """The CLI gave up after an answer in a form that it need not understand, or asked again and again."""
    call = found.sums.decided
    if call is None or call.odd is None or call.ended != "answered" or _by_the_sandbox(found):
        return None
    if found.sums.in_form and call.odd not in (NO_JSON, NAMELESS):
        return None  # the endpoint can do better: an agent may have asked for this
    if _asks_in_vain(found) if _limit(found) else _crashed(found):
        said = f"call {call.n} was answered in a form that the protocol does not have: {call.odd}"
        return "infra_upstream", f"{said}; this CLI could not go on from there"
    return None


def _asks_in_vain(found: Findings) -> bool:
    """Return whether a CLI asked the same again, or never came to have a tool of its own called."""
    asked = found.sums.count
    tools = found.observed.tools if found.observed else ()
    idle = bool(tools) and not any(t.called for t in tools)
    return asked > 1 and (idle or len({c.request_sha256 for c in found.calls}) < asked)


def _limit(found: Findings) -> tuple[Outcome, str] | None:
    if found.execution is None or found.execution.stopped is None:
        return None
    outcome = found.execution.stopped
    cut = found.sums.cut
    details = [*_refusal(found), *([progress_told(cut)] if cut else [])]
    if not found.sums.count:
        details = ["the CLI had not called the model by then", *found.turned_away]
    return outcome, "; ".join([OUTCOMES[outcome].says, *details])


def _no_calls(found: Findings) -> tuple[Outcome, str] | None:
    if found.sums.count:
        return None
    failure = _failure(found)
    hints = [*found.turned_away, *([failure] if failure else [])] or ["see stdout.log and stderr.log"]
    return "no_model_calls", f"the CLI ended without calling the model: {'; '.join(hints)}"


def _crashed(found: Findings) -> tuple[Outcome, str] | None:
    execution, harvest = found.execution, found.harvest
    if execution is None:
        return None
    if execution.signal is not None:
        return "agent_crashed", f"the CLI was killed by signal {execution.signal}"
    finished = harvest.finished if harvest else None
    if finished is False or (finished is None and execution.exit_code != 0):
        reason = _failure(found) or f"exit code {execution.exit_code}"
        return "agent_crashed", f"the CLI did not finish: {reason}{_last_call(found)}"
    return None


def _failure(found: Findings) -> str | None:
    """Return what the CLI said of its failure, in one line."""
    failure = found.harvest.failure if found.harvest else None
    return " ".join(failure.split()) if failure else None


def _last_call(found: Findings) -> str:
    """Return what became of the last call, where it may be why a CLI gave up."""
    call = found.sums.last
    if call is not None and call.ended == "hung_up":
        return f"; {progress_told(call)}"
    return "".join(f"; {said}" for said in _refusal(found))


def _refusal(found: Findings) -> list[str]:
    """Return why the last call that was decided was refused, where it was: what follows may be due to it."""
    call = found.sums.decided
    return [refusal_told(call)] if call is not None and call.ended == "refused" else []


def _unheard(found: Findings) -> tuple[Outcome, str] | None:
    """The CLI gave up all its calls, each too soon to blame the endpoint: it is judged, and that is told."""
    calls = found.sums
    if calls.last is None or calls.decided is not None:
        return None
    outcome, reason = _graded(found)
    return outcome, f"{reason}; {progress_told(calls.last)}"


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
    reason = (why_failed(deciding) if deciding else None) or "; ".join(found.grade.notes) or "not accepted"
    return "failed", f"{reason}{_last_call(found)}"


# The first that applies. Whatever an agent could have brought about comes after what it could not.
_RULES: tuple[Callable[[Findings], tuple[Outcome, str] | None], ...] = (
    _cancelled,  # before all: what an interrupted cell shows says nothing of anybody
    _trouble,  # the machinery's: whatever followed from it is not the agent's
    _upstream,  # the last call that was decided: a CLI may crash, or give up, because of it
    _silent,  # the same of an endpoint that never answered: a CLI may give up, or wait until a limit
    _grader,  # after the endpoint: a verdict that is missing matters only where there could have been one
    _context,  # before limits and crashes: a CLI may wait, ask again, or give up, because of it
    _form,  # before limits and crashes, which come of it
    _limit,  # before crashes: a CLI that is ended by us may exit with anything
    _no_calls,  # after limits: who was ended may have been about to call; before crashes: a CLI that never
    # asked is set up wrongly, and did not fail a task
    _crashed,
    _unheard,  # who heard nothing of a model refused nothing
    _refused,  # after crashes: a crash's last words may read like a refusal
    _graded,
)

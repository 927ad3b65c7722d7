"""A cell as an ATIF trajectory (Agent Trajectory Interchange Format v1.8, Harbor's RFC 0001).

What was said comes from the wire record: arguments and times are real. A cell without one has the transcript
that its CLI left, which knows neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cab_core.records import CellResult, ModelCall
from cab_core.records.conversation import Conversation, Thread, ToolUse, Turn
from cab_core.store.paths import attempt_path
from cab_core.trace.clock import iso_of_ns

from .tools import end_ns

VERSION = "ATIF-v1.8"

Calls = Mapping[int, ModelCall]


def trajectory(result: CellResult, conversation: Conversation, calls: Calls) -> dict[str, Any] | None:
    """Return the trajectory as JSON values. What is unknown is left out, as the format wants.

    Side calls (a title, a summary, a sub-agent) are trajectories within it. None where nothing was said: the
    format wants a step in each.
    """
    threads = [thread for thread in conversation.threads if thread.turns]
    if not threads:
        return None
    main, *sides = threads
    found = {**head(result), **_thread(main, calls)}
    found["final_metrics"] = final_metrics(result, len(found["steps"]))
    if sides:
        found["subagent_trajectories"] = [
            {**head(result), "trajectory_id": f"side-{n}", **_thread(side, calls)}
            for n, side in enumerate(sides, 1)
        ]
    if notes := "; ".join(_missing(conversation)):
        found["notes"] = notes
    return found | extra(result)


def _missing(conversation: Conversation) -> Iterator[str]:
    if conversation.left_out:
        yield f"{conversation.left_out:,} bytes of requests and answers are not on record"
    if conversation.goes_on:
        yield "the record has more calls than were read"


def head(result: CellResult) -> dict[str, Any]:
    """Return whose trajectory it is."""
    agent = {
        "name": result.cell.tui,
        "version": result.identity.cli_version or result.cell.tui_version,
        "model_name": result.identity.model_build_id or result.cell.model,
    }
    # `cell_id` may be shared.
    return {"schema_version": VERSION, "session_id": attempt_path(result.cell), "agent": agent}


def extra(result: CellResult) -> dict[str, Any]:
    """Return what the format has no place for."""
    marks = list(result.all_marks)
    canary = {"canary": result.task.canary} if result.task.canary else {}
    return {"extra": {"outcome": result.outcome, "content_key": result.content_key, "marks": marks, **canary}}


def final_metrics(result: CellResult, steps: int) -> dict[str, Any]:
    """Return the sums over all calls, as the gateway counted them."""
    tokens = result.tokens
    return known(
        total_prompt_tokens=tokens.prompt,
        total_completion_tokens=tokens.completion,
        total_cached_tokens=tokens.cached,
        total_cost_usd=tokens.usd,
        total_steps=steps,
    )


def known(**values: Any) -> dict[str, Any]:
    """Return what is known."""
    return {name: value for name, value in values.items() if value is not None}


def _thread(thread: Thread, calls: Calls) -> dict[str, Any]:
    return {"steps": [{"step_id": n, **_step(turn, calls)} for n, turn in enumerate(thread.turns, 1)]}


def _step(turn: Turn, calls: Calls) -> dict[str, Any]:
    call = calls.get(turn.call)
    said: dict[str, Any] = {"source": _SOURCES[turn.role], "message": turn.text}
    if call is not None and call.start_ns:
        said["timestamp"] = iso_of_ns(end_ns(call) if turn.answer else call.start_ns)
    if turn.role == "error":
        return {**said, "extra": {"failed_call": turn.call}}
    if turn.role != "assistant":
        return said
    return said | _tools(turn) | _answered(turn, call)


_SOURCES = {"system": "system", "user": "user", "assistant": "agent", "tool": "system", "error": "system"}


def _answered(turn: Turn, call: ModelCall | None) -> dict[str, Any]:
    """Return what the call took; what a CLI put into its model's mouth took none."""
    if not turn.answer:
        return {"llm_call_count": 0}
    metrics = {} if call is None else known(
        prompt_tokens=call.usage.prompt,
        completion_tokens=call.usage.completion,
        cached_tokens=call.usage.cached,
        cost_usd=call.usd,
    )  # fmt: skip
    served = None if call is None else call.model_served
    found = known(model_name=served, reasoning_content=turn.reasoning, metrics=metrics or None)
    return {"llm_call_count": 1, **found}


def _tools(turn: Turn) -> dict[str, Any]:
    """Return the calls of tools, and what came of them."""
    if not turn.tools:
        return {}
    named = list(_named(turn))
    calls = [
        {"tool_call_id": id_, "function_name": tool.name, "arguments": arguments(tool)} for id_, tool in named
    ]
    results = [_result(id_, tool) for id_, tool in named if tool.result is not None]
    return {"tool_calls": calls, **({"observation": {"results": results}} if results else {})}


def _result(id_: str, tool: ToolUse) -> dict[str, Any]:
    """Return what came of a call; whether it was an error the format has no name for."""
    failed = None if tool.failed is None else {"is_error": tool.failed}
    return known(source_call_id=id_, content=tool.result, extra=failed)


def _named(turn: Turn) -> Iterator[tuple[str, ToolUse]]:
    """Yield the calls of tools with ids that differ: some protocols have none, some servers repeat one."""
    taken = set[str]()
    for place, tool in enumerate(turn.tools, 1):
        id_ = tool.id if tool.id and tool.id not in taken else f"call_{turn.call}_{place}"
        taken.add(id_)
        yield id_, tool


def arguments(tool: ToolUse) -> dict[str, Any]:
    """Return what a tool was called with, as an object: what the model wrote that is none, as `raw`."""
    try:
        value = json.loads(tool.arguments)
    except (ValueError, RecursionError):
        return {"raw": tool.arguments}
    return value if isinstance(value, dict) else {"raw": value}

"""A cell's transcript as an ATIF trajectory (Agent Trajectory Interchange Format v1.4, Harbor's RFC 0001)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cab_core.records import CellResult, Harvest, Step

from .paths import attempt_path

VERSION = "ATIF-v1.4"
_SOURCES = {"user": "user", "assistant": "agent", "system": "system", "info": "system"}


def trajectory(result: CellResult, harvest: Harvest) -> dict[str, Any]:
    """Return the trajectory as JSON values. What is unknown is left out, as the format wants."""
    agent = {
        "name": result.cell.tui,
        "version": result.identity.cli_version or result.cell.tui_version,
        "model_name": result.identity.model_build_id or result.cell.model,
    }
    return {
        "schema_version": VERSION,
        "session_id": attempt_path(result.cell),  # `cell_id` may be shared
        "agent": agent,
        "steps": [{"step_id": n, **step} for n, step in enumerate(_steps(harvest.transcript), 1)],
        "final_metrics": _metrics(result, len(harvest.transcript)),
        "extra": {
            "outcome": result.outcome,
            "content_key": result.content_key,
            "marks": list(result.all_marks),
        },
    }


def _steps(transcript: tuple[Step, ...]) -> Iterator[dict[str, Any]]:
    """A tool's step is the agent's call and what came of it, in one."""
    for number, step in enumerate(transcript, 1):
        if step.role == "reasoning":
            yield {"source": "agent", "message": "", "reasoning_content": step.text, **_step_metrics(step)}
        elif step.role != "tool":
            yield {"source": _SOURCES[step.role], "message": step.text, **_step_metrics(step)}
        elif step.tool is None:
            yield {"source": "system", "message": step.text}
        else:
            call = {"tool_call_id": f"call_{number}", "function_name": step.tool, "arguments": {}}
            seen = {"results": [{"source_call_id": f"call_{number}", "content": step.text}]}
            yield {
                "source": "agent",
                "message": "",
                "tool_calls": [call],
                "observation": seen,
                **_step_metrics(step),
            }


def _step_metrics(step: Step) -> dict[str, Any]:
    if step.usage is None:
        return {}
    return {
        "metrics": {
            "prompt_tokens": step.usage.prompt,
            "completion_tokens": step.usage.completion,
            "cached_tokens": step.usage.cached,
        }
    }


def _metrics(result: CellResult, steps: int) -> dict[str, Any]:
    tokens = result.tokens
    known = {
        "total_prompt_tokens": tokens.prompt,
        "total_completion_tokens": tokens.completion,
        "total_cached_tokens": tokens.cached,
        "total_cost_usd": tokens.usd,
        "total_steps": steps,
    }
    return {k: v for k, v in known.items() if v is not None}

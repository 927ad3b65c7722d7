"""The transcript that a CLI left as an ATIF trajectory, where there is no wire record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cab_core.records import CellResult, Harvest, Step

from .atif import extra, final_metrics, head, known

_SOURCES = {"user": "user", "assistant": "agent", "system": "system", "info": "system"}


def claimed_trajectory(result: CellResult, harvest: Harvest) -> dict[str, Any] | None:
    """Return the trajectory as JSON values. What is unknown is left out, as the format wants.

    None where the CLI tells nothing: the format wants a step.
    """
    if not harvest.transcript:
        return None
    return {
        **head(result),
        "steps": [{"step_id": n, **step} for n, step in enumerate(_steps(harvest.transcript), 1)],
        "notes": "what the CLI says of itself: there is no record of the wire",
        "final_metrics": final_metrics(result, len(harvest.transcript)),
        **extra(result),
    }


def _steps(transcript: tuple[Step, ...]) -> Iterator[dict[str, Any]]:
    """A tool's step is the agent's call and what came of it, in one."""
    for number, step in enumerate(transcript, 1):
        if step.role == "reasoning":
            yield {"source": "agent", "message": "", "reasoning_content": step.text, **_metrics(step)}
        elif step.role != "tool":
            agent = _metrics(step) if step.role == "assistant" else {}
            yield {"source": _SOURCES[step.role], "message": step.text, **agent}
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
                **_metrics(step),
            }


def _metrics(step: Step) -> dict[str, Any]:
    if step.usage is None:
        return {}
    usage = step.usage
    found = known(prompt_tokens=usage.prompt, completion_tokens=usage.completion, cached_tokens=usage.cached)
    return {"metrics": found} if found else {}

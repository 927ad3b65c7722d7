"""Names of OpenTelemetry's conventions for generative AI: what a span of ours is called for other tools.

As in `opentelemetry-semantic-conventions` 0.66b2. What is required, and how spans are called, is as in
`model/gen-ai/spans.yaml` of open-telemetry/semantic-conventions-genai (November 2026), where these
conventions have moved. Tests hold spans against both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cab_core.records import Json, ModelCall
from cab_core.records.parameters import ParameterOfCall

SCRIPTED = "cab"
_LONGEST = 2000  # characters of a tool's arguments
_NONE: Mapping[str, Json] = {}
_PARAMETERS = {
    **{name: f"gen_ai.request.{name}" for name in ("max_tokens", "temperature", "top_p", "top_k", "seed")},
    **{name: f"gen_ai.request.{name}" for name in ("frequency_penalty", "presence_penalty")},
    "stop": "gen_ai.request.stop_sequences",
}


def provider_name(flavour: str, scripted: bool) -> str:
    """Return who answers, as far as it is known: the flavour of the protocol, or cab itself.

    The flavour is the format of what is sent and answered; it says nothing of whose model answers.
    """
    return SCRIPTED if scripted else flavour


def agent_attributes(name: str, version: str, model: str, provider: str) -> dict[str, Any]:
    """Return what the run of a CLI is to other tools: an agent that was invoked."""
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": provider,
        "gen_ai.agent.name": name,
        "gen_ai.agent.version": version,
        "gen_ai.request.model": model,
    }


def span_name(attributes: Mapping[str, Any]) -> str | None:
    """Return what the conventions call a span: its operation and what that is of; None: it is not theirs."""
    operation = attributes.get("gen_ai.operation.name")
    of = attributes.get(_NAMED_BY.get(str(operation), ""))
    return None if operation is None else f"{operation} {of}" if of else str(operation)


_NAMED_BY = {
    "chat": "gen_ai.request.model",
    "invoke_agent": "gen_ai.agent.name",
    "execute_tool": "gen_ai.tool.name",
}
_PORTS = {"http": 80, "https": 443}


def server_attributes(endpoint: str | None) -> dict[str, Any]:
    """Return who was asked, by the endpoint's base URL; nothing where a script answered."""
    if endpoint is None:
        return {}
    url = urlsplit(endpoint)
    return {"server.address": url.hostname, "server.port": url.port or _PORTS.get(url.scheme)}


def call_attributes(
    call: ModelCall, provider: str, params: Mapping[str, Json] = _NONE, endpoint: str | None = None
) -> dict[str, Any]:
    """Return what a call is to other tools; what is unknown is None, which is left out.

    `params`: the model parameters of the cell; of those the call says which it had. `endpoint`: its base URL.
    """
    return {
        **server_attributes(endpoint),
        **{
            _PARAMETERS[name]: params.get(name) for name, sent in call.params.items() if _was_sent(name, sent)
        },
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": call.model_asked,
        "gen_ai.request.stream": True if call.streamed else None,
        "gen_ai.response.model": call.model_served,
        "gen_ai.response.time_to_first_chunk": _seconds(call.first_token_ms) if call.streamed else None,
        "gen_ai.response.finish_reasons": None if call.finish_reason is None else [call.finish_reason],
        "gen_ai.usage.input_tokens": call.usage.prompt,
        "gen_ai.usage.output_tokens": call.usage.completion,
        "gen_ai.usage.cache_read.input_tokens": call.usage.cached,
        "gen_ai.usage.cache_creation.input_tokens": call.usage.cache_write,
        "gen_ai.usage.reasoning.output_tokens": call.usage.reasoning,
        "http.response.status_code": call.status,
        "http.request.resend_count": call.tries - 1 if call.tries > 1 else None,
        "error.type": error_type(call),
    }


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _was_sent(name: str, found: ParameterOfCall) -> bool:
    return name in _PARAMETERS and found.how not in ("withdrawn", "unseen")


def tool_attributes(name: str, id_: str | None, arguments: str) -> dict[str, Any]:
    """Return what the run of a tool is to other tools. Long arguments are cut."""
    shown = arguments if len(arguments) <= _LONGEST else f"{arguments[:_LONGEST]}..."
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": id_,
        "gen_ai.tool.call.arguments": shown,
    }


def error_type(call: ModelCall) -> str | None:
    """Return in a word why a call brought no answer of a model; None where it did."""
    return None if call.ended == "answered" else call.fault or call.refused or call.ended

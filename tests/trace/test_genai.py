"""Spans are what OpenTelemetry's conventions for generative AI say, held against the upstream's own names."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import opentelemetry.semconv._incubating.attributes as incubating
import opentelemetry.semconv.attributes as stable
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.semconv._incubating.attributes.gen_ai_attributes import (
    GenAiOperationNameValues,
    GenAiProviderNameValues,
)

from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import ModelCall, Usage
from cab_core.records.parameters import ParameterOfCall
from cab_core.trace.genai import agent_attributes, call_attributes, error_type, provider_name, tool_attributes
from cab_core.trace.otlp import SpanDelivery
from cab_core.trace.spans import CellTrace
from tests.support.wire import PROTOCOLS

CALL = ModelCall(
    n=1, started_at="2026-01-01T00:00:00Z", request_sha256="", model_asked="m", model_served="m-1", streamed=True,
    usage=Usage(prompt=10, completion=5, cached=3, reasoning=2, cache_write=1), status=200, finish_reason="stop",
    latency_ms=10.0, first_token_ms=1.0, throttle_ms=0.0, tries=3,
)  # fmt: skip
# By operation, as `model/gen-ai/spans.yaml` of open-telemetry/semantic-conventions-genai has it: what is required, by what
# the span is named, and of which kind it is. No package has these levels; names and values are the package's.
LEVELS = {
    "chat": ({"gen_ai.operation.name", "gen_ai.provider.name"}, "gen_ai.request.model", "CLIENT"),
    "invoke_agent": ({"gen_ai.operation.name", "gen_ai.provider.name"}, "gen_ai.agent.name", "INTERNAL"),
    "execute_tool": ({"gen_ai.operation.name", "gen_ai.tool.name"}, "gen_ai.tool.name", "INTERNAL"),
}
REQUIRED = LEVELS["chat"][0]


def _names() -> Iterator[str]:
    """Every attribute that the installed conventions know."""
    for package in (stable, incubating):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            found = vars(import_module(module.name))
            yield from (v for n, v in found.items() if n.isupper() and isinstance(v, str))


KNOWN = set(_names())


@pytest.mark.parametrize(
    "attributes", [call_attributes(CALL, "openai"), agent_attributes("aider", "1", "m", "openai")]
)
def test_every_name_is_one_of_the_conventions(attributes: dict[str, Any]) -> None:
    """And what they require is there."""
    assert attributes.keys() <= KNOWN
    assert {n for n in REQUIRED if attributes.get(n)} == REQUIRED
    operations = {v.value for v in GenAiOperationNameValues}
    assert attributes["gen_ai.operation.name"] in operations


def test_a_call_tells_all_that_is_known() -> None:
    """Reasons are a list, tokens under the names that are in force."""
    told = call_attributes(CALL, "openai")
    assert told["gen_ai.response.finish_reasons"] == ["stop"] and told["http.request.resend_count"] == 2
    usage = {n.removeprefix("gen_ai.usage."): v for n, v in told.items() if "usage" in n}
    assert usage == {
        "input_tokens": 10, "output_tokens": 5, "cache_read.input_tokens": 3, "cache_creation.input_tokens": 1,
        "reasoning.output_tokens": 2,
    }  # fmt: skip
    assert told["error.type"] is None


SET = {
    "max_tokens": 9, "temperature": 0.5, "top_p": 1, "top_k": 4, "seed": 7, "stop": ["END"],
    "frequency_penalty": 0.1, "presence_penalty": 0.2, "user": "5",
}  # fmt: skip


@pytest.mark.parametrize(("how", "told"), [("inserted", 8), ("cli", 8), ("withdrawn", 0), ("unseen", 0)])
def test_a_call_tells_the_parameters_that_it_had(how: Any, told: int) -> None:
    """Under the conventions' names; what the endpoint refused, it had not."""
    call = attrs.evolve(CALL, params=dict.fromkeys(SET, ParameterOfCall(how=how)))
    found = call_attributes(call, "openai", SET)
    assert found.keys() <= KNOWN and len(found) - len(call_attributes(CALL, "openai", SET)) == told
    assert found.get("gen_ai.request.stop_sequences") == (["END"] if told else None)


def test_what_is_unknown_is_none() -> None:
    """No empty list, and no 0."""
    told = call_attributes(
        attrs.evolve(CALL, usage=Usage(), finish_reason=None, tries=1, status=None), "openai"
    )
    assert {n for n, v in told.items() if v is None} == {
        "gen_ai.response.finish_reasons", "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens",
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.reasoning.output_tokens",
        "http.response.status_code", "http.request.resend_count", "error.type",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("how", "named"),
    [
        ({"fault": "http_500", "status": 500}, "http_500"),
        ({"refused": "context", "status": 400}, "context"),
        ({"status": 404}, "refused"),
        ({"hung_up": True, "broken_off": True}, "hung_up"),
        ({"broken_off": True}, "cut"),
    ],
)
def test_a_call_without_an_answer_has_an_error_type(how: dict[str, Any], named: str) -> None:
    """A word of few, not a text."""
    assert error_type(attrs.evolve(CALL, **how)) == named


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
def test_a_provider_is_a_flavour_of_the_wire_or_cab(protocol: WireProtocol) -> None:
    """The conventions know the one; a script is nobody else's."""
    known = {v.value for v in GenAiProviderNameValues}
    assert {provider_name(p.provider, False) for p in PROTOCOLS} <= known
    assert provider_name("openai", True) == "cab"


def test_the_run_of_a_tool_is_one_of_the_conventions() -> None:
    """Its operation, its name and what it was called with; long arguments are cut."""
    told = tool_attributes("shell", "call_1", "x" * 5000)
    assert (
        told.keys() <= KNOWN and told["gen_ai.operation.name"] == GenAiOperationNameValues.EXECUTE_TOOL.value
    )
    assert len(told["gen_ai.tool.call.arguments"]) < 2100


class Kept:
    """A collector in memory."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, batch: list[ReadableSpan]) -> SpanExportResult:
        self.spans += batch
        return SpanExportResult.SUCCESS


def test_the_spans_of_a_cell_reach_a_collector_as_the_conventions_have_them(tmp_path: Path) -> None:
    """A call, a tool and the CLI's own run: attributes that are known, all that are required, kind and name."""
    kept = Kept()
    running = SpanDelivery(kept)  # type: ignore[arg-type]
    trace = CellTrace(tmp_path / "spans.jsonl", "cell", running)
    with trace.span("adapter_run", "aider:p/t", **agent_attributes("aider", "1", "m", "openai")):
        said = call_attributes(CALL, "openai", endpoint="https://api.example.org/v1")
        trace.call("model_call:1", 1, 2, said, None)
        trace.past(
            "execute_tool", "execute_tool shell", 2, 3, {"call": 1, **tool_attributes("shell", "c", "{}")}
        )
    trace.close()
    assert running.close(10) == (3, 3)
    for span in kept.spans:
        attributes = dict(span.attributes or {})
        operation = attributes["gen_ai.operation.name"]
        required, named_by, kind = LEVELS[str(operation)]
        assert required <= attributes.keys() and span.kind.name == kind
        assert span.name == f"{operation} {attributes[named_by]}"
        assert {n for n in attributes if n not in KNOWN} <= {"cab.kind", "cab.name", "call"}
    chat = kept.spans[0].attributes or {}
    assert (chat["server.address"], chat["server.port"], chat["cab.name"]) == (
        "api.example.org",
        443,
        "model_call:1",
    )
    assert chat["gen_ai.response.time_to_first_chunk"] == 0.001 and chat["gen_ai.request.stream"] is True
    names = [json.loads(line)["name"] for line in (tmp_path / "spans.jsonl").read_text().splitlines()]
    assert names == ["model_call:1", "execute_tool shell", "aider:p/t"]


def test_a_call_that_did_not_stream_says_so_by_nothing() -> None:
    """As the conventions have it; nor has it a first chunk."""
    told = call_attributes(attrs.evolve(CALL, streamed=False), "openai")
    assert told["gen_ai.request.stream"] is None and told["gen_ai.response.time_to_first_chunk"] is None


def test_a_span_in_which_something_was_raised_has_an_error_type(tmp_path: Path) -> None:
    """The class of what was raised, as the conventions want it of an operation that ended in an error."""
    trace = CellTrace(tmp_path / "spans.jsonl", "cell")
    with suppress(OSError), trace.span("container", "c"):
        raise OSError("gone")
    trace.close()
    row = json.loads((tmp_path / "spans.jsonl").read_text())
    assert row["attributes"]["error.type"] == "OSError" and "gone" in row["error"]

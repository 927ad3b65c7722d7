"""Requests that say where or how they are to be answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cab_core.gateway.models import Model
from cab_core.gateway.routing import routing_fields, routing_query
from tests.gateway.conftest import ASK, Client
from tests.support.endpoint import Endpoint
from tests.support.puppet import play

# What CLIs send, and what is no matter of routing.
ORDINARY = (
    *("model", "messages", "tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options", "user"),
    *("temperature", "top_p", "top_k", "min_p", "max_tokens", "max_completion_tokens", "stop", "seed", "n"),
    *(
        "frequency_penalty",
        "presence_penalty",
        "repetition_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
    ),
    *("response_format", "reasoning", "reasoning_effort", "thinking", "thinking_budget", "enable_thinking"),
    *(
        "verbosity",
        "prompt_cache_key",
        "prompt_cache_retention",
        "safety_identifier",
        "store",
    ),
    *(
        "metadata",
        "chat_template_kwargs",
        "cache_prompt",
        "functions",
        "function_call",
        "modalities",
        "usage",
    ),
    *("prediction", "include_reasoning", "transforms", "session_id", "num_ctx", "options", "keep_alive"),
)


@pytest.mark.parametrize(
    "field",
    [
        *({"provider": {"only": ["nobody"]}}, {"models": ["openai/gpt-5"]}, {"route": "fallback"}),
        *({"timeout": 0.001}, {"stream_timeout": 0.001}, {"num_retries": 0}, {"mock_response": "done"}),
        *({"api_base": "http://evil.example"}, {"base_url": "http://evil.example"}, {"api_key": "sk-x"}),
        *({"fallbacks": ["other"]}, {"context_window_fallbacks": [{"m": ["other"]}]}, {"user_config": {}}),
        *({"extra_headers": {"Origin": "x"}}, {"extra_body": {"provider": {}}}, {"tags": ["nobody"]}),
        *({"metadata": {"tags": ["nobody"]}}, {"providerOptions": {"gateway": {"only": ["x"]}}}),
        *({"service_tier": "flex"}, {"background": True}),
        *({"Provider": {}}, {"TimeOut": 1}, {"model\u017f": ["other"]}, {"models": None}),
    ],
)
def test_how_a_call_is_routed_is_not_the_agent_s(client: Client, endpoint: Endpoint, field: dict) -> None:
    """It is refused before it is sent, counts as no call, and is told."""
    client.call(ASK)
    status, _, reply = client.call({**ASK, **field})
    assert (status, len(endpoint.bodies), len(client.session.calls)) == (400, 1, 1)
    assert "model parameters" in json.loads(reply)["error"]["message"]
    assert "how its calls are routed" in client.session.notes()[0]


@pytest.mark.parametrize(
    "params", [{"provider": {"only": ["a"]}}, {"extra_body": {"provider": {"only": ["a"]}}}]
)
def test_what_the_cell_s_parameters_say_passes(client: Client, endpoint: Endpoint, params: dict) -> None:
    """A user may route; with that value, byte for byte, and with no other."""
    client.session._params = params
    body = json.dumps({**ASK, "provider": {"only": ["a"]}}).encode()
    assert client.call(body)[0] == 200 and endpoint.bodies == [body]
    assert client.call({**ASK, "provider": {"only": ["b"]}})[0] == 400


def test_parameters_of_a_sweep_reach_the_gateway(tmp_path: Path, endpoint: Endpoint) -> None:
    """The whole way: what `--model-param` says may be sent."""
    script = (
        "call(provider={'only': ['a']})\ntry: call(provider={'only': ['b']})\nexcept OSError as e: print(e)"
    )
    model = Model(id="m", endpoint=endpoint.url, key="sk-some-key-0123456789")
    _, result = play(tmp_path, script, model=model, model_params={"provider": {"only": ["a"]}})
    assert [r["provider"] for r in endpoint.requests] == [{"only": ["a"]}]
    assert result.outcome == "failed" and any("provider" in note for note in result.notes)


def test_fields_that_say_what_is_asked_pass() -> None:
    """Those of OpenAI's protocol, and what other servers and models add to it."""
    assert routing_fields(dict.fromkeys(ORDINARY, 1), {}) == []
    assert routing_fields({"metadata": {"session": "s"}}, {}) == []
    assert routing_fields({"service_tier": "auto", "background": False}, {}) == []


@pytest.mark.parametrize(
    "query",
    [
        "%6bey=x",
        "key",
        "$.xgafv=1",
        "access_token=x",
        "fields=x",
        "$alt=proto",
        "alt=proto",
        "alt=json&alt=sse",
    ],
)
def test_a_query_does_not_void_a_call(query: str) -> None:
    """Another credential (401), a part of the answer or another form of it: Google's APIs take these."""
    assert routing_query(query)
    assert routing_query("alt=sse") == routing_query("beta=true&x=%2F") == []


def test_a_query_that_does_is_refused(client: Client, endpoint: Endpoint) -> None:
    """And nothing of it is sent."""
    token = {"Authorization": f"Bearer {client.session.token}"}
    path = "/v1/chat/completions?access_token=x"
    status, _, reply = client.request("POST", path, json.dumps(ASK).encode(), token)
    assert (status, endpoint.bodies) == (400, []) and b"access_token" in reply

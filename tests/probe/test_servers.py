"""Servers as there are, each in its own ways, and what the probe says of them."""

from __future__ import annotations

from typing import Any

from tests.probe.conftest import Probed, said

MISSING = {"/v1/responses": "'input' is required", "/v1/messages": "'messages' is required"}
SPOKEN = {path: (400, {"error": {"message": words}}) for path, words in MISSING.items()}


def models(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a page with a list of models."""
    return {"/v1/models": {"object": "list", "data": list(rows)}}


def test_vllm(probed: Probed) -> None:
    """All that a CLI needs is there, three protocols are spoken, and the list says how large the context is."""
    found = probed(pages=models({"id": "m-1", "max_model_len": 32768}), posts=SPOKEN)
    assert found.usable and found.listed and found.streams and found.tools
    assert found.usage and found.usage_streamed and found.served == "m-1"
    assert (found.context_tokens, found.context_from) == (32768, "max_model_len in its list of models")
    assert found.protocols == {
        "openai-chat": True,
        "openai-responses": True,
        "anthropic-messages": True,
        "gemini": False,
    }
    assert {line.what for line in found.lines if line.ok is False} == set()
    assert found.tokens and found.wall_s and found.width


def test_llama_cpp(probed: Probed) -> None:
    """It answers to any name; what it was trained with is not what it takes, and that stands in /props."""
    listed = models({"id": "/models/q.gguf", "meta": {"n_ctx_train": 131072}})
    props = {"/props": {"default_generation_settings": {"n_ctx": 4096}, "total_slots": 1}}
    found = probed(pages={**listed, **props}, model="/models/q.gguf", slots=1, tools="written")
    assert (
        found.listed is False
        and "is not the one that the endpoint lists (/models/q.gguf)" in said(found, "models").says
    )
    assert "as '/models/q.gguf'" in said(found, "answer").says
    assert found.context_tokens == 4096 and "n_ctx in /props" in said(found, "context").says
    assert said(found, "context").ok is False  # too little for a CLI
    assert found.width == 1 and "one slot (total_slots in /props)" in said(found, "at once").says
    assert found.tools is False and "a call as text" in said(found, "tools").says


def test_ollama(probed: Probed) -> None:
    """A name without a tag is the latest; how large the context is stands with what is loaded."""
    loaded = {"/api/ps": {"models": [{"name": "m-1:latest", "context_length": 65536}]}}
    found = probed(pages={**models({"id": "m-1:latest"}), **loaded}, model="m-1:latest")
    assert found.listed and (found.context_tokens, found.context_from) == (65536, "context_length in /api/ps")


def test_lm_studio(probed: Probed) -> None:
    """What is loaded counts, not what could be; an error with status 200 is no protocol that is spoken."""
    rows = {
        "/api/v0/models": {
            "data": [{"id": "m-1", "max_context_length": 131072, "loaded_context_length": 20000}]
        }
    }
    error = (200, {"error": "Unexpected endpoint or method. (POST /v1/messages)"})
    found = probed(pages={**models({"id": "m-1"}), **rows}, missing=error)
    assert found.context_tokens == 20000
    assert not found.protocols["anthropic-messages"] and not found.protocols["openai-responses"]


def test_openai_wants_another_name_for_the_bound(probed: Probed) -> None:
    """A model that refuses `max_tokens` is asked in its own words."""

    def refuse(request: dict[str, Any]) -> tuple[int, Any] | None:
        says = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
        return (400, {"error": {"message": says, "param": "max_tokens"}}) if "max_tokens" in request else None

    elsewhere = (404, {"error": {"message": "Invalid URL (POST /v1/messages)"}})
    found = probed(refuse=refuse, missing=elsewhere)
    assert found.usable and found.usage and found.tools
    assert found.protocols["anthropic-messages"] is False  # it names the path, not what is missing


def test_a_key_that_is_refused(probed: Probed) -> None:
    """Nothing more is asked than what else is spoken; the key is in nothing that is said."""
    key = "sk-probe-0123456789-abcdefghij"
    refused = (401, {"error": {"message": f"Incorrect API key provided: {key}."}})
    found = probed(key=key, refuse=lambda _: refused, pages={"/v1/models": refused})
    assert not found.usable and said(found, "answer").ok is False
    assert "check the key" in said(found, "answer").says and "[key]" in said(found, "models").says
    assert key not in repr(found) and found.wall_s is None
    assert [line.what for line in found.lines] == ["address", "models", "answer"]
    assert "No key was given" in said(probed(refuse=lambda _: (401, {"error": "no"})), "answer").says


def test_a_model_that_there_is_not(probed: Probed) -> None:
    """It is said, with the nearest name."""
    missing = (404, {"error": {"message": "The model `qwen-codr` does not exist", "code": "model_not_found"}})
    rows = models(*({"id": name} for name in ("qwen-coder", "qwen-vl", "llama-3", "phi-4")))
    found = probed(of="qwen-codr", refuse=lambda _: missing, pages=rows)
    assert not found.usable
    assert "did you mean 'qwen-coder'?" in said(found, "models").says
    assert "404" in said(found, "answer").says and "did you mean 'qwen-coder'?" in said(found, "answer").says


def test_an_address_without_its_v1(probed: Probed) -> None:
    """Where it was left out, the address with it is named."""
    found = probed(path="", pages=models({"id": "m-1"}))
    assert not found.usable and said(found, "answer").says.endswith("/v1")


def test_what_speaks_another_protocol(probed: Probed) -> None:
    """Chat completions are not there, messages are: it is said how cab comes to ask in them."""
    found = probed(refuse=lambda _: (404, {"detail": "Not Found"}), posts=SPOKEN)
    assert not found.usable and found.protocols == {
        "openai-chat": False,
        "openai-responses": True,
        "anthropic-messages": True,
        "gemini": False,
    }
    says = said(found, "protocols").says
    assert "openai-responses, anthropic-messages; not openai-chat nor gemini; `protocols` in cab.toml" in says


def test_a_server_that_answers_an_empty_call_speaks_its_protocol(probed: Probed) -> None:
    """Not all say what is missing; of the others nothing is known where they say neither."""
    gone, odd = (404, {"detail": "Not Found"}), (400, {"error": "no"})
    posts = {"/v1/responses": (200, {"output": []}), "/v1/messages": odd}
    found = probed(refuse=lambda _: gone, posts=posts)
    assert found.protocols["openai-responses"] and found.protocols["anthropic-messages"] is None
    assert "unknown: anthropic-messages" in said(found, "protocols").says


def test_a_web_page(probed: Probed) -> None:
    """A portal that answers everything with a page is no endpoint."""
    page = (200, "<!doctype html><html><body>Sign in to the portal</body></html>")
    found = probed(missing=page, refuse=lambda _: page)
    assert not found.usable and "a web page (Sign in to the portal)" in said(found, "models").says
    assert "Sign in to the portal" in said(found, "answer").says
    assert found.protocols["openai-responses"] is False


def test_no_usage(probed: Probed) -> None:
    """Where no tokens are reported, nothing is made up: speed is by the stream's events."""
    found = probed(usage=())
    assert found.usable and (found.usage, found.usage_streamed, found.tokens) == (False, False, None)
    assert "those of a cell are unknown" in said(found, "usage").says and said(found, "usage").ok is False
    assert found.written_tokens_s and "by the events" in said(found, "speed").says
    assert found.read_tokens_s is None


def test_usage_of_one_kind(probed: Probed) -> None:
    """Which kind of call it is reported for, is told apart."""
    assert "not reported when streamed" in said(probed(usage=("plain",)), "usage").says
    assert "only when streamed" in said(probed(usage=("streamed",)), "usage").says


def test_no_stream(probed: Probed) -> None:
    """A body in place of a stream is told; its speed is a lower bound."""
    found = probed(streams=False, pace_s=0.001)
    assert found.usable and found.streams is False and said(found, "stream").ok is False
    assert "at least" in said(found, "speed").says


def test_words_in_place_of_a_tool(probed: Probed) -> None:
    """A model that talks where it was to call a tool."""
    found = probed(tools="words")
    assert found.tools is False and "in words" in said(found, "tools").says


def test_tools_are_refused(probed: Probed) -> None:
    """A server that takes no tools at all says why; whether the model could is unknown."""
    words = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    found = probed(refuse=lambda r: (400, {"message": words}) if r.get("tools") else None)
    assert found.tools is None and "--tool-call-parser" in said(found, "tools").says
    assert said(found, "tools").ok is False and found.usable


def test_a_model_that_is_being_loaded(probed: Probed) -> None:
    """503 is asked again."""
    loading = iter([(503, {"error": {"message": "Loading model", "code": 503}})] * 5)
    found = probed(refuse=lambda _: next(loading, None))
    assert found.usable


def test_prices(probed: Probed) -> None:
    """What the probe cost by cab.toml, else what the endpoint says of itself."""
    from cab_core.gateway.price import Price

    own = probed(price=Price(1.0, 2.0))
    assert own.usd is not None and "by the price in cab.toml" in said(own, "spent").says
    rows = models({"id": "m-1", "pricing": {"prompt": "0.0000005", "completion": "0.0000015"}})
    assert "$0.5 in, $1.5 out" in said(probed(pages=rows), "spent").says


def test_a_context_that_is_not_as_configured(probed: Probed) -> None:
    """cab.toml and the endpoint are held against each other."""
    rows = models({"id": "m-1", "max_model_len": 32768})
    assert "but cab.toml says 128,000" in said(probed(pages=rows, context_tokens=128_000), "context").says
    assert said(probed(pages=rows, context_tokens=32768), "context").ok
    assert "unknown: nobody says" in said(probed(), "context").says

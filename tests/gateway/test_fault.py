"""The one rule of whose fault a call is, held against what servers were seen to say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.gateway.error_body import ErrorBody, one_line
from cab_core.gateway.events import parse_error
from cab_core.gateway.fault import Verdict, of_answer, of_error
from cab_core.records import Usage
from tests.support.wire import read_chat

CONTEXT = [
    (
        400,
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens",
    ),
    (400, "Your input exceeds the context window of this model. Please adjust your input and try again."),
    (400, "Please reduce the length of the messages or completion."),
    (400, "the request exceeds the available context size. try increasing the context size"),
    (500, "Requested tokens (2285) exceed context window of 2048"),
    (400, "The prompt (total length 25938) is too long to fit into the model (context length 4096)"),
    (400, "Input length 6491 exceeds context length 1500"),
    (
        400,
        "Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with",
    ),
    (400, "The number of tokens to keep from the initial prompt is greater than the context length."),
    (400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
    (
        400,
        "Prompt contains 66000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    ),
    (400, "Invalid request: Your request exceeded model token limit: 8192"),
    (400, "invalid params, context window exceeds limit"),
    (400, "Range of input length should be [1, 30720]"),
    (400, "Prompt exceeds max length"),
    (400, "prompt token count of 140000 exceeds the limit of 128000"),
    (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"),
    (400, "Input is too long for requested model."),
    (400, "ValidationException: messages are too long: 213462 tokens"),
    (
        400,
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length",
    ),
    (400, "length of prompt_tokens (48322) must be less than max_seq_len (32768)."),
    (400, "Too many input tokens. Max input tokens: 8192, request input token count: 9000"),
    (400, "Prompt is 11543 tokens but the model context window is 4096 tokens."),
    (400, "Prompt length 5000 is greater than max_seq_len 4096"),
    (
        400,
        "The sum of prompt length (12000) and max_tokens (4096) should not exceed max_seq_len (8192)",
    ),
    (400, "Prompt length (12000) exceeds maximum input length (8191). Set log level to info"),
    (400, "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000."),
    (400, "max_tokens must be at least 1, got -1202."),
    (400, "Total tokens of image and text exceed max message tokens"),
    (400, "Prompt 超长"),
    (400, "Prompt too long: 50000 tokens exceeds limit of 32768"),
    (400, "prompt tokens too long"),
    (400, "max tokens of 32768 exceeded"),
    (400, "The total length of all messages is too long."),
    (413, "Request body too large for gpt-4o model. Max size: 8000 tokens."),
    (500, "Input prompt is too big compared to KV size. Please try increasing KV size."),
    (413, "Request too large"),
]
ENDPOINT = [
    (400, "API key expired. Please renew the API key."),
    (400, "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing"),
    (400, "Billing hard limit has been reached"),
    (400, "Organization must be verified to use the model"),
    (400, "The model `qwen2.5-coder` does not exist"),
    (400, "unknown model: x"),
    (400, "model 'x' not found, try pulling it first"),
    (400, "Unsupported value: 'temperature' does not support 0.0 with this model."),
    (400, "Unsupported parameter: 'max_tokens' is not supported with this model."),
    (400, "User location is not supported for the API use."),
    (400, "Provider returned error"),
    (422, "Unprocessable Entity"),
    (401, "prompt is too long"),
    (402, "This request requires more credits, or fewer max_tokens. You requested up to 32000 tokens"),
    (429, "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389."),
    (500, "model failed to load with this context size: out of memory"),
    (503, "Loading model"),
    (501, "not implemented"),
    (400, "You have reached your specified API usage limits. You will regain access on 2026-12-01"),
    (400, "litellm.BadRequestError: Budget has been exceeded! Current cost: 14.2, Max budget: 10.0"),
    (400, "You're out of extra usage. Add more at claude.ai/settings/usage and keep going."),
    (400, "This key has exceeded its monthly budget"),
    (400, "The model has crashed without additional information. (Exit code: 18446744072635812000)"),
    (400, "Model unloaded by user or system."),
    (400, "Failed to load model. Error: Model loading was stopped due to insufficient system resources."),
    (400, "Channel Error"),
    (400, "Engine is sleeping"),
    (400, "The requested model is not available."),
    (400, "The model in your request is case-sensitive: did you mean Qwen/Qwen3-32B?"),
    (400, "Throttled: too many tokens, please wait before trying again."),
    (503, "Moderation service unavailable"),
    (400, "The content filter is down"),
    (500, "The server had an error while processing your request. See our usage policies"),
    (500, "The content filtering system is down or otherwise unable to complete the request in time."),
    (500, "messages could not be read from the queue"),
    (500, "[Errno 90] Message too long"),
    (413, "http: request body too large"),
    (413, "request entity too large"),
]
PAGES = [
    (400, "<html><head><title>400 Bad Request</title></head><body><center>cloudflare</center></body></html>"),
    (413, "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<hr>nginx\r\n</html>"),
    (403, "<!DOCTYPE html><title>Blocked</title>the content of this request was flagged"),
    (502, "<html>This page may contain sensitive information; the prompt is too long</html>"),
]
MALFORMED = [
    (500, "Failed to parse tool call arguments as JSON: [json.exception.parse_error.101] parse error"),
    (500, "Failed to parse messages: Missing 'content'"),
    (500, "Conversation roles must alternate user/assistant/user/assistant/..."),
]


def judge(status: int, said: str, suspect: bool = False, **more: object) -> Verdict:
    """Judge an error in OpenAI's shape."""
    return of_error(status, ErrorBody.of({"error": {"message": said, **more}}), suspect)


@pytest.mark.parametrize("suspect", [False, True])
@pytest.mark.parametrize(("status", "said"), CONTEXT)
def test_too_long_is_known_in_every_wording(status: int, said: str, suspect: bool) -> None:
    """Whatever the status, and whether or not the model has answered before."""
    assert judge(status, said, suspect) == Verdict(refused="context")


@pytest.mark.parametrize(
    "code",
    [
        *("context_length_exceeded", "exceed_context_size_error", "model_max_prompt_tokens_exceeded"),
        "tokens_limit_reached",
    ],
)
def test_too_long_is_known_by_its_code(code: str) -> None:
    """Where the words say nothing."""
    assert judge(400, "Bad request", code=code) == judge(400, "", type=code) == Verdict(refused="context")
    assert judge(400, "If you need more, ask us about your account.", code=code).refused == "context"


@pytest.mark.parametrize(("status", "said"), ENDPOINT)
def test_what_is_not_shown_to_be_the_agents_is_the_endpoints(status: int, said: str) -> None:
    """Keys, accounts, names of models, and parameters that this model does not take."""
    assert judge(status, said) == Verdict(f"http_{status}")


@pytest.mark.parametrize(
    ("status", "said"), [e for e in ENDPOINT if "support" not in e[1] and "Unproc" not in e[1]]
)
def test_keys_accounts_and_models_stay_the_endpoints_after_an_answer(status: int, said: str) -> None:
    """They may run out, or be unloaded, in the middle of a cell."""
    assert judge(status, said, suspect=True).fault == f"http_{status}"


@pytest.mark.parametrize("suspect", [False, True])
@pytest.mark.parametrize(("status", "page"), PAGES)
def test_a_page_is_a_proxy_s(status: int, page: str, suspect: bool) -> None:
    """It is not what serves a model that wrote it, whatever is on it."""
    assert of_error(status, ErrorBody.of({}, page), suspect) == Verdict(f"http_{status}")
    in_an_object = ErrorBody.of({"error": {"message": page}})
    assert of_error(status, in_an_object, suspect) == Verdict(f"http_{status}")


@pytest.mark.parametrize(("status", "page"), PAGES[:2])
def test_a_page_about_what_is_no_conversation_is_the_agents(status: int, page: str) -> None:
    """So is one about its headers: a proxy can tell that, too."""
    assert of_error(status, ErrorBody.of({}, page), True, sound=False).refused == "request"
    headers = "<html><title>400 Request Header Or Cookie Too Large</title></html>"
    assert of_error(400, ErrorBody.of({}, headers), True).refused == "request"


@pytest.mark.parametrize(
    "text", ["PayloadTooLargeError: request entity too large", "", "length limit exceeded"]
)
def test_a_limit_on_bytes_is_no_context(text: str) -> None:
    """Nobody counted tokens."""
    assert of_error(413, ErrorBody.of({}, text), agent_suspect=True) == Verdict("http_413")


@pytest.mark.parametrize("suspect", [False, True])
@pytest.mark.parametrize(("status", "said"), MALFORMED)
def test_what_is_named_to_be_malformed_is_so_with_every_status(status: int, said: str, suspect: bool) -> None:
    """llama.cpp says it with a 500; the same would be refused the next time."""
    assert judge(status, said, suspect) == Verdict(refused="request")


@pytest.mark.parametrize(
    "error",
    [
        {"message": "Failed to call a function.", "code": "tool_use_failed", "status_code": 400},
        {"message": "Invalid 'messages[3].content'", "param": "None", "code": "400"},
        {"message": "Field required", "param": "tools", "statusCode": 422},
    ],
)
def test_a_status_in_an_error_is_read_as_text_too(error: dict) -> None:
    """Under each of its names."""
    for body in ({"error": error}, {"error": {"message": "x", **error}, "type": "error"}):
        assert of_answer(False, None, ErrorBody.of(body), agent_suspect=True).refused == "request"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Bad Request", Verdict("error_in_200")),
        ("prompt is too long", Verdict(refused="context")),
        ("your prompt was flagged", Verdict(refused="policy")),
        ("moderation timed out", Verdict("error_in_200")),
    ],
)
def test_an_error_without_a_status_is_the_agents_by_its_words_alone(said: str, verdict: Verdict) -> None:
    """After an answer, too."""
    assert of_answer(True, None, ErrorBody.of({"error": said}), agent_suspect=True) == verdict


@given(
    st.integers(300, 599).filter(lambda s: s != 413), st.sampled_from(["", "Error", "Something went wrong"])
)
def test_no_status_is_the_agents_by_itself(status: int, said: str) -> None:
    """There is no list of bad statuses to be left out of."""
    assert judge(status, said) == Verdict(f"http_{status}")


@pytest.mark.parametrize("status", [400, 406, 422, 431])
def test_after_an_answer_a_bare_refusal_is_the_agents(status: int) -> None:
    """An agent that could void its failure by a request that is none would do so when it has failed."""
    assert judge(status, "Bad Request", suspect=True) == Verdict(refused="request")
    assert judge(status, "Bad Request") == Verdict(f"http_{status}")


@pytest.mark.parametrize(
    "body",
    [
        {"model": "m"},
        {"model": "m", "messages": []},
        {"model": "m", "messages": "hi"},
        {"model": "m", "messages": [{"content": "nobody says it"}]},
        {"model": "m", "messages": [{"role": "user"}], "tools": "all"},
    ],
)
def test_a_request_that_is_no_conversation_is_known(body: dict) -> None:
    """No server takes it, so a refusal is its own fault, in the first call too."""
    assert not read_chat(json.dumps(body).encode()).sound


@pytest.mark.parametrize(("status", "refused"), [(500, "request"), (503, None), (502, None), (429, None)])
def test_what_is_no_conversation_is_its_own_fault_where_a_server_trips_over_it(
    status: int, refused: str | None
) -> None:
    """llama.cpp answers 500 where there are no messages: an agent could void its failure by that."""
    said = ErrorBody.of({"error": {"code": status, "message": "'messages' is required"}})
    assert of_error(status, said, agent_suspect=True, sound=False).refused == refused


def test_a_conversation_is_sound() -> None:
    """Roles, contents and tools of whatever kind."""
    body = {"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}], "tools": [{}]}
    assert read_chat(json.dumps(body).encode()).sound


@pytest.mark.parametrize("param", ["messages", "messages.[3].role", "tools[0].function.parameters"])
def test_a_part_of_the_conversation_that_is_named_is_the_agents(param: str) -> None:
    """In the first call, too: it was shown."""
    assert judge(400, "Invalid value", param=param) == Verdict(refused="request")
    assert judge(400, "Invalid value", param="model") == Verdict("http_400")


def test_what_is_echoed_shows_nothing() -> None:
    """An agent's own words in an error are no evidence of anything."""
    detail = [
        {"loc": ["body", "x"], "msg": "Field required", "input": "API key not valid; prompt is too long"}
    ]
    assert of_error(422, ErrorBody.of({"detail": detail}), agent_suspect=True) == Verdict(refused="request")


@pytest.mark.parametrize(
    "said",
    [
        "Unrecognized request argument supplied: api_key",
        "Unknown parameter: 'billing'.",
        'json: unknown field "engine"',
        "Invalid role: quota",
        "Missing required parameter: 'messages[1].content', got 'account'.",
    ],
)
def test_the_name_of_an_argument_shows_nothing(said: str) -> None:
    """An agent may send one that reads like a trouble of the endpoint's."""
    assert judge(400, said, suspect=True) == Verdict(refused="request")
    assert judge(400, said).fault == "http_400"


@pytest.mark.parametrize("role", ["quota", "account", "unknown model", "api key", "robot"])
def test_what_is_echoed_of_a_part_of_the_conversation_shows_nothing(role: str) -> None:
    """An agent chooses these words, after a first answer; before one, they say nothing of an agent."""
    message = f"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user'."
    error = {"message": message, "type": "invalid_request_error", "param": "messages[0].role"}
    said = ErrorBody.of({"error": error})
    assert of_error(400, said, agent_suspect=True) == Verdict(refused="request")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "Item with id 'rs_123' not found. Items are not persisted when `store` is set to false."),
        (404, "Conversation with id 'conv_123' not found."),
        (404, "File not found: file_011CNha8iCJcU1wXNR6q4V8w"),
        (403, "CachedContent not found (or permission denied)"),
        (403, "You do not have permission to access the File abc or it may not exist."),
        (400, "Timeout while downloading https://x.example/a.png."),
    ],
)
def test_what_a_request_refers_to_is_the_agents(status: int, said: str) -> None:
    """After a first answer an agent can name what is not there, and would void its failure by it."""
    assert judge(status, said, suspect=True) == Verdict(refused="request")
    assert judge(status, said).fault == f"http_{status}"


@pytest.mark.parametrize("said", ["404 page not found", "Not Found", "The model `m` does not exist"])
def test_an_address_where_nothing_is_is_the_endpoints(said: str) -> None:
    """A model may be unloaded while a cell runs."""
    assert judge(404, said, suspect=True) == Verdict("http_404")


def test_what_a_provider_behind_a_router_said_is_read() -> None:
    """The router only says that there was an error."""
    raw = '{"message": "prompt is too long: 213462 tokens > 200000 maximum"}'
    error = {"message": "Provider returned error", "code": 400, "metadata": {"raw": raw}}
    assert of_error(400, ErrorBody.of({"error": error}), agent_suspect=False).refused == "context"


@pytest.mark.parametrize(
    ("inner", "verdict"),
    [
        ({"error": {"message": "Prompt 超长", "code": "1261"}}, Verdict(refused="context")),
        ([{"error": {"message": "Your input was flagged by moderation"}}], Verdict(refused="policy")),
        ({"detail": [{"loc": ["body", "messages", 0], "msg": "Field required"}]}, Verdict(refused="request")),
        ({"message": "no such model"}, Verdict("http_403")),
    ],
)
def test_what_a_relay_passes_on_within_its_words_is_read(inner: Any, verdict: Verdict) -> None:
    """Its own type is but what its library made of the status."""
    message = f"relay.Error: it said: {json.dumps(inner)}\n\nNo fallback was attempted. {{1}} [{{"
    error = {"message": message, "type": "permission_error"}
    status = 400 if verdict.refused == "request" else 403
    said = ErrorBody.of({"error": error})
    assert of_error(status, said, agent_suspect=False) == verdict
    assert message in said.words


def test_what_an_agent_wrote_into_an_error_hides_none_of_its_words() -> None:
    """They are added to, not put in their place."""
    message = 'Unknown parameter: \'{"error": {"message": "API key not valid"}}\'.'
    said = ErrorBody.of({"error": {"message": message, "param": "x"}})
    assert of_error(400, said, agent_suspect=True) == Verdict(refused="request")


@pytest.mark.parametrize("reason", ["stop", "end_turn", "STOP", "completed"])
def test_an_end_alone_shows_no_model(reason: str) -> None:
    """A relay says so of an endpoint that sent nothing; an agent may ask for it once it has been answered."""
    for usage in (Usage(), Usage(prompt=8, completion=0)):
        assert of_answer(True, reason, None, agent_suspect=False, wordless=usage) == Verdict("empty")
        assert of_answer(True, reason, None, agent_suspect=True, wordless=usage) == Verdict()
    unread = Usage(prompt=0, completion=0)
    assert of_answer(True, reason, None, agent_suspect=True, wordless=unread) == Verdict("empty")
    assert of_answer(True, reason, None, False, wordless=Usage(prompt=8, completion=1)) == Verdict()
    assert of_answer(True, "length", None, False, wordless=Usage()) == Verdict()


@pytest.mark.parametrize(
    "reason",
    ["error", "network_error", "insufficient_system_resource", "abort", "cancelled", "timeout", "failed"],
)
def test_a_finish_that_is_none(reason: str) -> None:
    """Servers say so in the place of a reason."""
    assert of_answer(True, reason, None, agent_suspect=False).fault == "error_in_200"


@pytest.mark.parametrize("reason", ["content_filter", "length", "malformed_function_call", "end_turn", None])
def test_an_end_of_whatever_name_is_an_answer(reason: str | None) -> None:
    """Also where the model's words were held back, at the model's own provider's will."""
    assert of_answer(True, reason, None, agent_suspect=False) == Verdict()


def test_a_page_is_told_in_one_short_line() -> None:
    """Without its tags, scripts and line ends."""
    page = "<!doctype html>\n<style>p { color: red }</style><h1>413 Too&nbsp;Large</h1>\r\n<hr>nginx"
    assert one_line(page) == "413 Too Large nginx"
    assert one_line("a < b\n  and c > d") == "a < b and c > d"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.integers(300, 599),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("error", "detail", "message"), JSON)),
)
def test_no_body_breaks_the_rule(status: int, body: dict) -> None:
    """Exactly one of the two is said."""
    found = of_error(status, ErrorBody.of(parse_error(json.dumps([body]).encode())), agent_suspect=True)
    assert (found.fault is None) != (found.refused is None)


@pytest.mark.parametrize("message", ["Request exceeds the maximum size", "Request too large", ""])
def test_anthropics_bound_on_bytes_is_a_bound_on_the_conversation(message: str) -> None:
    """It is the API's own, at every address, and far above any context: what exceeds it, the CLI has heaped up.

    Nobody's fault, as of a proxy's bound, would void the failure of an agent that makes its request so large.
    """
    body = {"type": "error", "error": {"type": "request_too_large", "message": message}}
    assert of_error(413, ErrorBody.of(body), agent_suspect=True) == Verdict(refused="context")

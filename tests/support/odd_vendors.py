"""How the endpoints of three protocols fail to answer, in the words that their vendors document or send.

Each case: what is sent, how the call ends, why, and its tokens. `FAILED`: no model answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from .forms import gemini, messages, responses
from .vendor import Sent, events

FAILED, REFUSED, ANSWERED = "failed", "refused", "answered"
PAGE = Sent(b"<html><title>Sign in</title><h1>Sign in to the portal</h1></html>", type="text/html")
NO_JSON = "an event of its stream is no JSON object"
DONE = Sent("data: [DONE]\n\n")
PASSED_ON = (
    'relay.Error: it said: {"error": {"message": "%s", "code": "x"}}\n\nRelay: no fallback was attempted.'
)


@attrs.frozen
class Odd:
    """`why`: the fault, or what was refused. `says`: stands in what a person is told.

    `form`: what is odd in the form of the answer, which a CLI need not understand.
    """

    sent: Sent
    ended: str
    why: str | None = None
    tokens: int | None = None
    says: str = ""
    form: str | None = None


def _everywhere(error: Callable[[int, str], Sent], passed_on: str) -> dict[str, Odd]:
    """What every server does; `error` puts words as the vendor would. `passed_on`: the words of a relay."""
    moved = Sent(b"", 302, {"Location": "https://elsewhere.example/v1"})
    key, context = (
        "API key not valid. Please pass a valid API key.",
        "This model's maximum context length is 4096 tokens.",
    )
    rate = attrs.evolve(
        error(429, "Rate limit reached on tokens per minute (TPM): Limit 6000, Requested 12328"),
        headers={"Retry-After": "0"},
    )
    return {
        "no credit": Odd(error(402, "Insufficient Balance"), FAILED, "http_402"),
        "bare 400": Odd(Sent(b"Bad Request", 400, type="text/plain"), FAILED, "http_400", says="Bad Request"),
        "method": Odd(error(405, "Method Not Allowed"), FAILED, "http_405"),
        "request timeout": Odd(error(408, "Request timed out"), FAILED, "http_408"),
        "moved for good": Odd(
            attrs.evolve(moved, status=301), FAILED, "http_301", says="https://elsewhere.example/v1"
        ),
        "service": Odd(error(503, "Service Unavailable"), FAILED, "http_503"),
        "tokens a minute": Odd(rate, FAILED, "http_429"),
        "bad gateway, no length": Odd(
            attrs.evolve(error(502, "Bad Gateway"), measured=False), FAILED, "http_502"
        ),
        "key, packed": Odd(attrs.evolve(error(400, key), packed=True), FAILED, "http_400", says=key),
        "context, packed": Odd(
            attrs.evolve(error(400, context), packed=True), REFUSED, "context", says="4096"
        ),
        "context, no length": Odd(
            attrs.evolve(error(400, context), measured=False), REFUSED, "context", says="4096"
        ),
        "context passed on": Odd(error(400, passed_on % "Prompt \\u8d85\\u957f"), REFUSED, "context"),
        "policy passed on": Odd(
            error(403, passed_on % "Your input was flagged by moderation"), REFUSED, "policy"
        ),
        "key passed on": Odd(error(400, passed_on % key), FAILED, "http_400"),
        "page": Odd(PAGE, FAILED, "malformed", says="Sign in to the portal"),
        "page 403": Odd(
            attrs.evolve(PAGE, status=403), FAILED, "http_403", says="may this key use this model"
        ),
        "page 502": Odd(attrs.evolve(PAGE, status=502), FAILED, "http_502"),
        "moved": Odd(moved, FAILED, "http_302", says="https://elsewhere.example/v1"),
        "nothing": Odd(Sent(b""), FAILED, "empty"),
        "blanks": Odd(Sent(b"\n\n \n"), FAILED, "empty"),
        "empty object": Odd(Sent({}), FAILED, "empty"),
        "no object": Odd(Sent(b"null"), FAILED, "malformed"),
        "no event": Odd(Sent(""), FAILED, "empty"),
        "comments alone": Odd(Sent(": keep-alive\n\n: keep-alive\n\n"), FAILED, "empty"),
        "done alone": Odd(DONE, FAILED, "empty"),
    }


def _cut(stream: str) -> str:
    """A stream with one more event in the middle, of which the end is missing."""
    found = stream.split("\n\n")
    place = len(found) // 2
    return "\n\n".join([*found[:place], found[place][:-9], *found[place:]])


def _openai(
    status: int, message: str, code: str | None = None, param: str | None = None, **headers: str
) -> Sent:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Sent({"error": error}, status, headers)


def _responses() -> dict[str, Odd]:
    seq, whole = responses.sequence(responses.MESSAGE), responses.response(responses.MESSAGE)
    broke = {
        "type": "error",
        "code": "server_error",
        "message": "It broke.",
        "param": None,
        "sequence_number": 9,
    }
    length = {
        "code": "context_length_exceeded",
        "message": "Your input exceeds the context window of this model.",
    }

    def ends(last: str = "failed", **more: Any) -> Sent:
        return Sent(responses.stream(responses.MESSAGE, last=last, **more))

    empty = responses.response({**responses.MESSAGE, "content": [{"type": "output_text", "text": ""}]})
    none = {**empty, "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}}
    mystery = {"type": "response.mystery.done", "output_index": 0, "sequence_number": 99}
    return {
        **_everywhere(_openai, PASSED_ON),
        "whole": Odd(Sent(whole), ANSWERED, tokens=1250),
        "no length": Odd(Sent(events(*seq, named=True), measured=False), ANSWERED, tokens=1250),
        "a cut event": Odd(Sent(_cut(events(*seq, named=True))), ANSWERED, tokens=1250, form=NO_JSON),
        "usage of zeros": Odd(Sent(events(*seq[:-1], {**seq[-1], "response": {**whole, "usage": none["usage"]}}, named=True)), ANSWERED),
        "unknown event": Odd(Sent(events(*seq[:4], mystery, *seq[4:], named=True)), ANSWERED, tokens=1250),
        "without a word, in events": Odd(Sent(responses.stream()), ANSWERED, tokens=1250),
        "relay of nothing": Odd(Sent(events(*seq[:2], {"type": "response.completed", "response": none})), FAILED, "empty"),
        "end alone": Odd(Sent(events({"type": "response.completed", "response": {**empty, "usage": None}})), FAILED, "empty"),
        "context of a server": Odd(_openai(400, "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it"), REFUSED, "context"),
        "context without a code": Odd(_openai(400, length["message"]), REFUSED, "context"),
        "policy at last": Odd(ends(error={"code": "invalid_prompt", "message": "Your input was flagged as potentially violating our usage policy."}), REFUSED, "policy"),
        "too long a text": Odd(_openai(400, "Invalid 'input[2].output': string too long.", "string_above_max_length", "input[2].output"), REFUSED, "request"),
        "key": Odd(_openai(401, "Incorrect API key provided: sk-abc.", "invalid_api_key"), FAILED, "http_401", says="check the key"),
        "region": Odd(_openai(403, "Country, region, or territory not supported", "unsupported_country_region_territory"), FAILED, "http_403"),
        "model": Odd(_openai(404, "The model `m` does not exist or you do not have access to it.", "model_not_found"), FAILED, "http_404", says="check --model"),
        "model 400": Odd(_openai(400, "The requested model 'm' does not exist.", "model_not_found", "model"), FAILED, "http_400"),
        "rate": Odd(_openai(429, "Rate limit reached for m on tokens per min (TPM): Limit 30000.", "rate_limit_exceeded", **{"Retry-After": "0"}), FAILED, "http_429"),
        "quota": Odd(_openai(429, "You exceeded your current quota, please check your plan.", "insufficient_quota"), FAILED, "http_429"),
        "server": Odd(_openai(500, "The server had an error while processing your request."), FAILED, "http_500"),
        "overloaded": Odd(_openai(503, "The server is overloaded or not ready yet.", "slow_down"), FAILED, "http_503"),
        "parameter": Odd(_openai(400, "Unsupported parameter: 'temperature' is not supported with this model.", "unsupported_parameter", "temperature"), FAILED, "http_400"),
        "context": Odd(_openai(400, length["message"], length["code"], "input"), REFUSED, "context", says="longer than the model's context"),
        "policy": Odd(_openai(400, "Invalid prompt: your prompt was flagged as potentially violating our usage policy.", "invalid_prompt"), REFUSED, "policy"),
        "no output": Odd(_openai(400, "No tool output found for function call call_1.", param="input"), REFUSED, "request"),
        "no reasoning": Odd(_openai(400, "Item 'fc_1' of type 'function_call' was provided without its required 'reasoning' item: 'rs_1'.", param="input"), REFUSED, "request"),
        "error in 200": Odd(_openai(200, "upstream connect error"), FAILED, "error_in_200"),
        "failed in 200": Odd(Sent(responses.response(status="failed", error={"code": "server_error", "message": "It broke."})), FAILED, "error_in_200", says="It broke."),
        "failed without words": Odd(ends(), FAILED, "error_in_200"),
        "cancelled": Odd(Sent(responses.response(status="cancelled")), FAILED, "error_in_200"),
        "error first": Odd(Sent(events(broke, named=True)), FAILED, "error_in_200", says="It broke."),
        "error in the middle": Odd(Sent(events(*seq[:6], broke, named=True)), FAILED, "error_in_200"),
        "failed": Odd(ends(error={"code": "server_error", "message": "It broke."}), FAILED, "error_in_200"),
        "context at last": Odd(ends(error=length), REFUSED, "context"),
        "without end": Odd(Sent(events(*seq[:-1], named=True)), FAILED, "dropped"),
        "begun alone": Odd(Sent(events(*seq[:2], named=True)), FAILED, "empty"),
        "without a word": Odd(Sent(responses.response()), ANSWERED, tokens=1250),
        "usage null": Odd(Sent(events(*seq[:-1], {**seq[-1], "response": {**whole, "usage": None}}, named=True)), ANSWERED),
        "usage missing": Odd(Sent({k: v for k, v in whole.items() if k != "usage"}), ANSWERED),
        "usage of chat": Odd(Sent({**whole, "usage": {"prompt_tokens": 1000, "completion_tokens": 250}}), ANSWERED, tokens=1250),
        "done behind the end": Odd(Sent(events(*seq, named=True) + "data: [DONE]\n\n"), ANSWERED, tokens=1250),
        "without names": Odd(Sent(events(*seq)), ANSWERED, tokens=1250),
    }  # fmt: skip


def _anthropic(status: int, kind: str, message: str, **headers: str) -> Sent:
    said = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return Sent(said, status, headers)


def _messages() -> dict[str, Odd]:
    seq, whole, bad = (
        messages.sequence(messages.TEXT),
        messages.message(messages.TEXT),
        "invalid_request_error",
    )
    nothing = messages.sequence({**messages.TEXT, "text": ""}, input_tokens=0, output_tokens=0)
    pairs = "messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1."
    return {
        **_everywhere(lambda status, said: _anthropic(status, "api_error", said), PASSED_ON),
        "whole": Odd(Sent(whole), ANSWERED, tokens=1250),
        "no length": Odd(Sent(events(*seq, named=True), measured=False), ANSWERED, tokens=1250),
        "a cut event": Odd(Sent(_cut(events(*seq, named=True))), ANSWERED, tokens=1250, form=NO_JSON),
        "usage of zeros": Odd(Sent(events(*(_unsaid(e) for e in messages.sequence(messages.TEXT, input_tokens=0, output_tokens=0)), named=True)), ANSWERED),
        "unknown event": Odd(Sent(events(*seq[:2], {"type": "mystery"}, *seq[2:], named=True)), ANSWERED, tokens=1250),
        "without a word, in events": Odd(Sent(events(*messages.sequence(), named=True)), ANSWERED, tokens=1250),
        "relay of nothing": Odd(Sent(events(*(_unsaid(e) for e in nothing), named=True)), FAILED, "empty"),
        "end alone": Odd(Sent(events({"type": "message_stop"}, named=True)), FAILED, "empty"),
        "context of a cloud": Odd(_anthropic(400, bad, "Input is too long for requested model."), REFUSED, "context"),
        "context of a server": Odd(_anthropic(400, bad, "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it"), REFUSED, "context"),
        "key": Odd(_anthropic(401, "authentication_error", "invalid x-api-key"), FAILED, "http_401", says="check the key"),
        "permission": Odd(_anthropic(403, "permission_error", "Your API key does not have permission to use the specified resource."), FAILED, "http_403"),
        "model": Odd(_anthropic(404, "not_found_error", "model: m"), FAILED, "http_404", says="check --model"),
        "rate": Odd(_anthropic(429, "rate_limit_error", "This request would exceed your organization's rate limit of 30,000 input tokens per minute.", **{"retry-after": "0"}), FAILED, "http_429"),
        "credit": Odd(_anthropic(400, bad, "Your credit balance is too low to access the Anthropic API."), FAILED, "http_400"),
        "usage limits": Odd(_anthropic(400, bad, "You have reached your specified API usage limits."), FAILED, "http_400"),
        "server": Odd(_anthropic(500, "api_error", "Internal server error"), FAILED, "http_500"),
        "overloaded": Odd(_anthropic(529, "overloaded_error", "Overloaded"), FAILED, "http_529"),
        "timeout": Odd(_anthropic(504, "timeout_error", "Request timed out"), FAILED, "http_504"),
        "output": Odd(_anthropic(400, bad, "max_tokens: 99000 > 64000, which is the maximum allowed number of output tokens for m"), FAILED, "http_400"),
        "context": Odd(_anthropic(400, bad, "prompt is too long: 213462 tokens > 200000 maximum"), REFUSED, "context", says="213462"),
        "context sum": Odd(_anthropic(400, bad, "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"), REFUSED, "context"),
        "too large": Odd(_anthropic(413, "request_too_large", "Request exceeds the maximum size"), REFUSED, "context", says="larger than the endpoint takes"),
        "policy": Odd(_anthropic(400, bad, "Output blocked by content filtering policy"), REFUSED, "policy"),
        "pairs": Odd(_anthropic(400, bad, pairs), REFUSED, "request"),
        "roles": Odd(_anthropic(400, bad, 'messages: roles must alternate between "user" and "assistant"'), REFUSED, "request"),
        "signature": Odd(_anthropic(400, bad, "messages.1.content.0: Invalid `signature` in `thinking` block"), REFUSED, "request"),
        "schema": Odd(_anthropic(400, bad, "tools.0.custom.input_schema: JSON schema is invalid."), REFUSED, "request"),
        "error in 200": Odd(_anthropic(200, "api_error", "Internal server error"), FAILED, "error_in_200", says="Internal server error"),
        "error first": Odd(Sent(events(messages.OVERLOADED, named=True)), FAILED, "error_in_200", says="Overloaded"),
        "error in the middle": Odd(Sent(events(*seq[:5], messages.OVERLOADED, named=True)), FAILED, "error_in_200"),
        "context in a stream": Odd(Sent(events({"type": "error", "error": {"type": bad, "message": "prompt is too long: 9 tokens > 8 maximum"}}, named=True)), REFUSED, "context"),
        "without end": Odd(Sent(events(*seq[:-2], named=True)), FAILED, "dropped"),
        "begun alone": Odd(Sent(events(*seq[:2], named=True)), FAILED, "empty"),
        "pings alone": Odd(Sent(events(messages.PING, messages.PING, named=True)), FAILED, "empty"),
        "stopped, and no last event": Odd(Sent(events(*seq[:-1], named=True)), ANSWERED, tokens=1250),
        "without a word": Odd(Sent(messages.message()), ANSWERED, tokens=1250),
        "nothing at all in it": Odd(Sent(messages.message(stop=None)), FAILED, "empty", 1250),
        "usage null": Odd(Sent({**whole, "usage": None}), ANSWERED),
        "usage missing": Odd(Sent({k: v for k, v in whole.items() if k != "usage"}), ANSWERED),
        "usage of the output missing": Odd(Sent(events(*({**e, "usage": None} if e["type"] == "message_delta" else e for e in seq), named=True)), ANSWERED, tokens=1002),
        "usage at the end alone": Odd(Sent(events(*(_unsaid(e) for e in messages.sequence(messages.TEXT, input_tokens=1000, output_tokens=250)), named=True)), ANSWERED, tokens=1250),
        "done behind the end": Odd(Sent(events(*seq, named=True) + "data: [DONE]\n\n"), ANSWERED, tokens=1250, form=NO_JSON),
        "without names": Odd(Sent(events(*seq)), ANSWERED, tokens=1250, form="its events have no names"),
    }  # fmt: skip


def _unsaid(event: dict[str, Any]) -> dict[str, Any]:
    """The first event as servers send it that count at the end."""
    if event["type"] != "message_start":
        return event
    return {**event, "message": {**event["message"], "usage": {"input_tokens": 0, "output_tokens": 0}}}


def _google(code: int, status: str, message: str, **headers: str) -> Sent:
    return Sent({"error": {"code": code, "message": message, "status": status}}, code, headers)


def _in_200(code: int, status: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status}}


def _gemini() -> dict[str, Any]:
    seq, whole, bad = gemini.sequence(gemini.TEXT), gemini.answer(gemini.TEXT), "INVALID_ARGUMENT"
    turn = "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
    tokens = "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575)."
    cut = gemini.answer(gemini.TEXT, finish=None, usage=None)
    return {
        **_everywhere(lambda status, said: _google(status, "UNKNOWN", said), PASSED_ON),
        "whole": Odd(Sent(whole), ANSWERED, tokens=1250),
        "no length": Odd(Sent(events(*seq), measured=False), ANSWERED, tokens=1250),
        "a cut event": Odd(Sent(_cut(events(*seq))), ANSWERED, tokens=1250, form=NO_JSON),
        "usage of zeros": Odd(Sent(events(gemini.answer(gemini.TEXT, usage={"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0}))), ANSWERED),
        "unknown event": Odd(Sent(events({"mystery": 1}, *seq)), ANSWERED, tokens=1250),
        "relay of nothing": Odd(Sent(events(gemini.answer(usage={"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0}))), FAILED, "empty"),
        "end alone": Odd(Sent(events(gemini.answer(usage=None))), FAILED, "empty"),
        "context of a cloud": Odd(_google(400, bad, "Unable to submit request because the input token count is 1197380 but model only supports up to 1048576. Reduce the input token count and try again."), REFUSED, "context"),
        "key": Odd(_google(400, bad, "API key not valid. Please pass a valid API key."), FAILED, "http_400", says="check --model, --endpoint and the key"),
        "key in a list": Odd(Sent([_in_200(400, bad, "API key not valid. Please pass a valid API key.")], 400), FAILED, "http_400"),
        "no caller": Odd(_google(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."), FAILED, "http_403"),
        "leaked": Odd(_google(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."), FAILED, "http_403"),
        "model": Odd(_google(404, "NOT_FOUND", "models/m is not found for API version v1beta, or is not supported for generateContent."), FAILED, "http_404", says="check --model"),
        "quota": Odd(_google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan.", **{"Retry-After": "0"}), FAILED, "http_429"),
        "location": Odd(_google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), FAILED, "http_400"),
        "server": Odd(_google(500, "INTERNAL", "An internal error has occurred. Please retry."), FAILED, "http_500"),
        "overloaded": Odd(_google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."), FAILED, "http_503"),
        "deadline": Odd(_google(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."), FAILED, "http_504"),
        "context": Odd(_google(400, bad, tokens), REFUSED, "context", says="1196265"),
        "context without a number": Odd(_google(400, bad, "The input token count exceeds the maximum number of tokens allowed 1048576."), REFUSED, "context"),
        "turns": Odd(_google(400, bad, turn), REFUSED, "request"),
        "parts": Odd(_google(400, bad, "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty."), REFUSED, "request"),
        "as many": Odd(_google(400, bad, "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn."), REFUSED, "request"),
        "signature": Odd(_google(400, bad, "Function call is missing a thought_signature in functionCall parts."), REFUSED, "request"),
        "schema": Odd(_google(400, bad, "* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type"), REFUSED, "request"),
        "blocked": Odd(Sent(gemini.blocked()), REFUSED, "policy", 990),
        "blocked in a stream": Odd(Sent(events(gemini.blocked("SAFETY"))), REFUSED, "policy", 990),
        "error in 200": Odd(Sent(_in_200(503, "UNAVAILABLE", "The model is overloaded.")), FAILED, "error_in_200"),
        "error first": Odd(Sent(events(_in_200(503, "UNAVAILABLE", "The model is overloaded."))), FAILED, "error_in_200", says="overloaded"),
        "error in the middle": Odd(Sent(events(cut, _in_200(500, "INTERNAL", "An internal error has occurred."))), FAILED, "error_in_200"),
        "context in a stream": Odd(Sent(events(_in_200(400, bad, tokens))), REFUSED, "context"),
        "without end": Odd(Sent(events(cut, cut)), FAILED, "dropped"),
        "usage alone": Odd(Sent({"usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 5}, "modelVersion": "m"}), FAILED, "empty", 5),
        "no candidate": Odd(Sent({"candidates": []}), FAILED, "empty"),
        "withheld": Odd(Sent(gemini.answer(finish="SAFETY")), ANSWERED, tokens=1250),
        "without a word": Odd(Sent(events(gemini.answer())), ANSWERED, tokens=1250),
        "usage null": Odd(Sent({**whole, "usageMetadata": None}), ANSWERED),
        "usage missing": Odd(Sent(events(cut, gemini.answer(usage=None))), ANSWERED),
        "usage before the end": Odd(Sent(events(gemini.answer(gemini.TEXT, finish=None), gemini.answer(usage=None))), ANSWERED, tokens=1250),
        "usage behind the end": Odd(Sent(events(cut, gemini.answer(usage=None), {"usageMetadata": gemini.USAGE})), ANSWERED, tokens=1250),
        "a list": Odd(Sent(seq), ANSWERED, tokens=1250),
        "done behind the end": Odd(Sent(events(*seq) + "data: [DONE]\n\n"), ANSWERED, tokens=1250, form=NO_JSON),
    }  # fmt: skip


CASES = {"openai-responses": _responses(), "anthropic-messages": _messages(), "gemini": _gemini()}

"""An endpoint of which the model id says how it fails to answer, in the words and shapes of real servers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cab_core.testing.endpoint import serving

USAGE = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
HEAD = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def chunk(delta: dict | None = None, finish: str | None = None, **more: object) -> dict:
    """Return one event of a stream."""
    return {**HEAD, "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **more}


def written(text: str = "some words") -> dict:
    """Return an event in which the model writes."""
    return chunk({"content": text})


def said(message: str, **more: object) -> dict:
    """Return an error as most servers put it."""
    return {"error": {"message": message, "type": "some_error", **more}}


USAGE_EVENT = {**HEAD, "choices": [], "usage": USAGE}
WHOLE = {
    "object": "chat.completion",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}],
    "usage": USAGE,
}

# Refusals: status, body, by name.
ERRORS: dict[str, tuple[int, object]] = {
    "no credit": (402, said("Insufficient Balance", code="invalid_request_error")),
    "key": (400, said("API key not valid. Please pass a valid API key.", code="INVALID_ARGUMENT")),
    "key in a list": (400, [said("API key not valid. Please pass a valid API key.", status="INVALID")]),
    "model name": (400, said("Invalid model name passed in model=x. Call `/v1/models` to view models")),
    "no model loaded": (400, said("No models loaded. Please load a model in the developer page.")),
    "no tools": (400, said("registry.ollama.ai/library/llama2:13b does not support tools")),
    "tool flag": (400, said('"auto" tool choice requires --enable-auto-tool-choice to be set')),
    "bare 400": (400, "Bad Request"),
    "method": (405, {"detail": "Method Not Allowed"}),
    "request timeout": (408, said("Request timed out")),
    "conflict": (409, said("conflict")),
    "teapot": (418, "short and stout"),
    "misdirected": (421, ""),
    "early": (425, ""),
    "upgrade": (426, ""),
    "legal": (451, said("unavailable in your country")),
    "tls port": (400, "The plain HTTP request was sent to HTTPS port"),
    "redirect": (302, ""),
    "forbidden": (403, said("Country, region, or territory not supported")),
    "tokens a minute": (
        413,
        said(
            "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 12328",
            code="rate_limit_exceeded",
        ),
    ),
    "server": (500, said("CUDA out of memory")),
    "context openai": (
        400,
        said("This model's maximum context length is 4096 tokens. However, you requested 9000 tokens."),
    ),
    "context code": (400, said("Bad request", code="context_length_exceeded")),
    "context llama.cpp": (
        400,
        said("request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it"),
    ),
    "context llama.cpp 500": (500, said("Context size has been exceeded.", type="server_error")),
    "context vllm": (
        400,
        {
            "object": "error",
            "message": "The decoder prompt (length 21535) is longer than the maximum model length of 16384.",
        },
    ),
    "context anthropic": (400, said("prompt is too long: 213462 tokens > 200000 maximum")),
    "context gemini": (
        400,
        [said("The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).")],
    ),
    "context ollama": (400, {"error": "the input length exceeds the context length"}),
    "context tgi": (422, {"error": "Input validation error: `inputs` must have less than 1024 tokens"}),
    "context anthropic sum": (
        400,
        said("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"),
    ),
    "context siliconflow": (
        400,
        {"code": 20015, "message": "length of prompt_tokens (48322) must be less than max_seq_len (32768)."},
    ),
    "context tabby": (400, {"detail": "Prompt length 5000 is greater than max_seq_len 4096"}),
    "context zhipu": (400, said("Prompt 超长", code="1261")),
    "context 413": (413, said("Request body too large. Max size: 8000 tokens.", code="tokens_limit_reached")),
    "too large": (413, "<html>\r\n<h1>413 Request Entity Too Large</h1>\r\n<hr>nginx/1.24.0\r\n</html>\r\n"),
    "too large in text": (413, "PayloadTooLargeError: request entity too large"),
    "page": (400, "<html><title>400 Bad Request</title><center>cloudflare</center></html>"),
    "usage limits": (400, said("You have reached your specified API usage limits.")),
    "budget": (400, said("Budget has been exceeded! Current cost: 14.2, Max budget: 10.0", code="400")),
    "crashed": (400, {"error": "The model has crashed without additional information. (Exit code: 18446)"}),
    "unloaded": (400, {"error": "Model unloaded by user or system."}),
    "sleeping": (400, said("Engine is sleeping", code=400)),
    "channel": (400, {"error": "Channel Error"}),
    "moderation down": (503, said("Moderation service unavailable", code=503)),
    "policies named": (500, said("The server had an error. See our usage policies")),
    "page with a policy": (502, "<html>It may contain sensitive information</html>"),
    "arguments 500": (
        500,
        said("Failed to parse tool call arguments as JSON: [json.exception.parse_error.101]", code=500),
    ),
    "roles 500": (500, said("Conversation roles must alternate user/assistant/user/assistant/...")),
    "policy azure": (
        400,
        said("The response was filtered due to the prompt triggering Azure's content management policy."),
    ),
    "policy 403": (403, said("Your chosen model requires moderation and your input was flagged")),
    "policy passed on": (
        403,
        said(
            "relay.APIError: it said: "
            + json.dumps(said("Your model requires moderation and your input was flagged"))
            + "\n\nRelay: model group 'x' failed with the error above.",
            type="permission_error",  # the relay's own, by the status
        ),
    ),
    "context passed on": (
        400,
        said(f"relay.BadRequest: it said: {json.dumps(said('Prompt 超长'))}\n\nNo fallback."),
    ),
    "messages": (
        400,
        said("messages with role 'tool' must be a response to tool_calls", param="messages.[3].role"),
    ),
    "dashscope": (400, said('<400> InternalError.Algo.InvalidParameter: messages with role "tool" must be')),
    "loc": (422, {"detail": [{"loc": ["body", "messages", 0], "msg": "field required"}]}),
}

# Streams: events (a text: as it is sent), and whether `[DONE]` follows.
STREAMS: dict[str, tuple[list[dict | str], bool]] = {
    "error first": ([said("TimeoutError", code=504)], True),
    "error in the middle": ([written(), said("Provider disconnected", code=502)], True),
    "finish error": ([written(), chunk(finish="error")], True),
    "object error": ([{"object": "error", "message": "engine dead", "code": 50000}], True),
    "no choices": ([USAGE_EVENT], True),
    "done alone": ([], True),
    "nothing at all": ([], False),
    "no end": ([written()], False),
    "context in a stream": ([said("Context size has been exceeded.", code=400)], True),
    "finish abort": ([written(), chunk(finish="abort"), USAGE_EVENT], True),
    "event error": ([written(), 'event: error\ndata: {"message":"upstream died","code":502}\n\n'], True),
    "bare error": ([written(), {"message": "upstream died", "code": "502"}], True),
    "context error field": (
        ['error: {"code":400,"message":"the request exceeds the available context size."}\n\n'],
        True,
    ),
    "tool use failed": (
        [said("Failed to call a function.", code="tool_use_failed", status_code=400)],
        False,
    ),
    "code as text": ([said("Invalid 'messages[3].content'", param="None", code="400")], True),
    "no finish but done": ([written(), USAGE_EVENT], True),
    "finish but no done": ([written(), chunk(finish="stop")], False),
    "relay of nothing": ([chunk({}, finish="stop"), chunk({})], True),  # as LiteLLM says of an empty body
    "silent answer": ([chunk({"role": "assistant"}), chunk(finish="stop"), USAGE_EVENT], True),
}

# Bodies with status 200 that are no stream: content type, text.
BODIES: dict[str, tuple[str, str]] = {
    "error in 200": ("application/json", json.dumps(said("Provider returned error", code=502))),
    "object error in 200": ("application/json", json.dumps({"object": "error", "message": "engine dead"})),
    "empty choices": ("application/json", json.dumps({"object": "chat.completion", "choices": []})),
    "html": ("text/html", "<html>Sign in to the portal</html>"),
    "empty": ("application/json", ""),
    "blanks": ("application/json", "\n\n\n"),
    "context in 200": (
        "application/json",
        json.dumps({"error": "The number of tokens is greater than the context length"}),
    ),
    "context base_resp": (
        "application/json",
        json.dumps(
            {
                "choices": None,
                "base_resp": {
                    "status_code": 2013,
                    "status_msg": "invalid params, context window exceeds limit",
                },
            }
        ),
    ),
    "events as text": ("text/plain", "".join(f"data: {json.dumps(e)}\n\n" for e in [written(), USAGE_EVENT])),
    "cut events as text": ("text/plain", f"data: {json.dumps(written())}\n\n"),
    "whole": ("application/json", json.dumps(WHOLE)),
}
BODIES["events as text"] = (BODIES["events as text"][0], BODIES["events as text"][1] + "data: [DONE]\n\n")

# Whose fault each is; the endpoint's, where it is none of these.
ALL = [*ERRORS, *STREAMS, *BODIES]
CONTEXT = {name for name in ALL if name.startswith("context")}
REFUSED = {
    *(name for name in ERRORS if name.startswith("policy ")),
    *("messages", "dashscope", "loc", "arguments 500", "roles 500", "tool use failed", "code as text"),
}
ANSWERED = {"no finish but done", "finish but no done", "silent answer", "events as text", "whole"}


class OddEndpoint:
    """`extra` holds behaviours of one test: they are given the request's handler."""

    def __init__(self) -> None:
        self.extra: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.always: Callable[[BaseHTTPRequestHandler], None] | None = None  # whatever the model
        self.headers: dict[str, str] = {}  # of every answer
        self.answered_first: set[str] = set()  # models that answer one call well before they fail
        self.asked: list[dict] = []
        self.released = threading.Event()
        odd = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                odd.asked.append(request)
                if odd.always:
                    odd.always(self)
                else:
                    odd.answer(self, str(request.get("model")))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def answer(self, handler: BaseHTTPRequestHandler, model: str) -> None:
        """Answer as the model id says."""
        if model in self.answered_first:
            self.answered_first.discard(model)
            model = "whole"
        if model in self.extra:
            self.extra[model](handler)
        elif model in ERRORS:
            status, body = ERRORS[model]
            self.send(handler, status, body if isinstance(body, str) else json.dumps(body))
        elif model in STREAMS:
            events, done = STREAMS[model]
            sent = [e if isinstance(e, str) else f"data: {json.dumps(e)}\n\n" for e in events]
            lines = sent + ["data: [DONE]\n\n"] * done
            self.stream(handler, lines)
        else:
            kind, text = BODIES[model]
            self.send(handler, 200, text, kind)

    def send(
        self, handler: BaseHTTPRequestHandler, status: int, text: str, kind: str = "application/json"
    ) -> None:
        """Send a plain body."""
        handler.send_response(status)
        for name, value in {"Content-Type": kind, **self.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text.encode())))
        handler.end_headers()
        handler.wfile.write(text.encode())

    def stream(self, handler: BaseHTTPRequestHandler, lines: Iterable[str], then_wait: bool = False) -> None:
        """Send events, and hang up, or wait until the test is over."""
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        for line in lines:
            handler.wfile.write(line.encode())
            handler.wfile.flush()
        if then_wait:
            self.released.wait(60)

    @contextmanager
    def running(self) -> Iterator[OddEndpoint]:
        """Serve while the context is open."""
        with serving(self.server, self.released):
            yield self

"""Cells that have a wire record, for the tests of the conversation on their pages."""

from __future__ import annotations

import json
from typing import Any

import attrs

from cab_core.records import ModelCall, Usage
from tests.site.made import START_NS, Made, span

Call = tuple[dict[str, Any], tuple[int, bytes] | None]
Message = dict[str, Any]


def tool(name: str, arguments: object, id_: str) -> dict[str, Any]:
    """A call of a tool, in an answer and wherever it is sent again."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": text}}


def spoken(text: str, *tools: dict[str, Any], **more: Any) -> Message:
    """What a model says."""
    return {"role": "assistant", "content": text, **({"tool_calls": list(tools)} if tools else {}), **more}


def result(id_: str, text: str) -> Message:
    """What came of a tool."""
    return {"role": "tool", "tool_call_id": id_, "content": text}


def call(messages: list[Message], answer: Message | None) -> Call:
    """A call on record; without an answer its status is 500."""
    if answer is None:
        return {"model": "m", "messages": messages}, (500, b'{"error":{"message":"down"}}')
    body = {"choices": [{"index": 0, "message": answer, "finish_reason": "stop"}]}
    return {"model": "m", "messages": messages}, (200, json.dumps(body).encode())


def ran(n: int, at_ms: float, ms: float = 200.0, **said: Any) -> ModelCall:
    """The figures of a call."""
    first = Made().calls()[0]
    usage = Usage(prompt=100 * n, completion=10 * n)
    said = {"latency_ms": ms, "first_token_ms": ms / 2, "usd": 0.0012, "usage": usage, **said}
    return attrs.evolve(first, n=n, start_ns=START_NS + int(at_ms * 1e6), **said)


START = [{"role": "system", "content": "You are careful. " * 200}, {"role": "user", "content": "Mend it."}]


def small() -> Made:
    """A run of four calls: a command, an edit, one that failed, the end; a title beside it."""
    look = spoken(
        "I look.", tool("bash", {"command": "ls -la", "description": "List"}, "t1"), reasoning="Hm, where?"
    )
    edit = {"file_path": "a.py", "old_string": "one\nif x:\n", "new_string": "one\nif not x:\n"}
    mend = spoken("", tool("edit", edit, "t2"))
    after = [*START, look, result("t1", "a.py\nb.py\n" * 30)]
    last = [*after, mend, result("t2", "Done.")]
    wire = (
        call([{"role": "system", "content": "Make a title"}, {"role": "user", "content": "Mend"}], spoken("A title")),
        call(START, look),
        call(after, mend),
        call(last, None),
        call(last, spoken("It is needle mended.")),
    )  # fmt: skip
    failed = ran(4, 9000, status=500, fault="http_500", first_token_ms=None, finish_reason=None)
    calls = (ran(1, 1000), ran(2, 2000), ran(3, 6000), failed, ran(5, 10_000))
    return Made(wire=wire, made_calls=calls, spans=_spans(calls), events=_events(calls))


def long(turns: int, text: str = "and then ") -> Made:
    """A run of as many turns: every second is a model's, with a command and its result."""
    messages, wire, calls = list(START), [], []
    for n in range(1, turns // 2 + 1):
        answer = spoken(f"Step {n}.", tool("bash", {"command": f"echo {n}"}, f"t{n}"))
        wire.append(call(list(messages), answer))
        messages += [
            answer,
            result(f"t{n}", f"{n}: {text * 400}"),
            {"role": "user", "content": f"Go on, {n}."},
        ]
        calls.append(ran(n, 1000 + 20 * n, 10))
    return Made(wire=tuple(wire), made_calls=tuple(calls), spans=_spans(calls), events=_events(calls))


def much() -> Made:
    """A long run of which everything is as long as a page shows it."""
    lines = "a line of a log that says what was done, and <why>\n" * 4000
    patch = "".join(f"diff --git a/{n} b/{n}\n@@ -1,9 +1,9 @@\n" + "+x = 1\n" * 200 for n in range(60))
    made = attrs.evolve(long(1000), stdout=lines, tail=lines, patch=patch, reply=lines)
    made.events = [*(made.events or []), *([30 + n / 100, "o", f"line {n}\r\n" * 20] for n in range(5000))]
    return made


def _spans(calls: Any) -> list[dict[str, Any]]:
    end = max((c.start_ns - START_NS) / 1e6 for c in calls) + 1500
    return [
        span("a1", None, "task_setup", "prepare", 0, 12, {}),
        *(
            span(f"m{c.n}", "d1", "model_call", f"model_call:{c.n}", (c.start_ns - START_NS) / 1e6, c.latency_ms, {"status": c.status})
            for c in calls
        ),
        span("d1", "b1", "container", "aider:launch", 30, end - 30, {}),
        span("b1", None, "adapter_run", "aider", 15, end, {}),
        span("g1", None, "grade", "grade", end + 50, 400, {}),
    ]  # fmt: skip


def _events(calls: Any) -> list[list[Any]]:
    found: list[list[Any]] = [[0.1, "o", "begin\r\n"]]
    for c in calls:
        at = (c.start_ns - START_NS) / 1e9
        found += [[at, "m", f"model call {c.n}"], [at + 0.01, "o", f"after call {c.n}\r\n"]]
    return found

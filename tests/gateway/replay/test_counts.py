"""How many tokens a text has, on record: what the endpoint said comes again, and is no call of the model."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.replay.cassette import Cassette
from cab_core.gateway.replay.upstream import ReplayUpstream
from cab_core.gateway.upstream import CREDENTIALS
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records.wire import WIRE_FILE, WireCount
from cab_core.redaction import Redactor
from cab_core.wire.reader import WireReader
from cab_core.wire.writer import WireWriter
from tests.support.forms import gemini, messages
from tests.support.vendor import KEY, Vendor, cell_before
from tests.support.wire import GEMINI, MESSAGES

TALK: dict[str, Any] = {
    "messages": [{"role": "user", "content": "hi"}],
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
}
CASES = {
    "messages": (
        MESSAGES,
        "messages/count_tokens",
        "messages",
        "input_tokens",
        messages.message(messages.TEXT),
    ),
    "gemini": (
        GEMINI,
        "models/m:countTokens",
        "models/m:generateContent",
        "totalTokens",
        gemini.answer(gemini.TEXT),
    ),
}


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """An endpoint."""
    with Vendor().running() as running:
        yield running


@pytest.mark.parametrize("case", CASES)
def test_the_answer_on_record_comes_again(vendor: Vendor, tmp_path: Path, case: str) -> None:
    """Asked twice it said two numbers; the key that it repeated stands in no record. What was not asked is guessed."""
    protocol, count, call, field, answer = CASES[case]
    vendor.send({field: 12, "key": KEY}, {field: 13}, answer)
    wire = WireWriter(tmp_path / WIRE_FILE, "cell", "m", protocol, Redactor({KEY: "[key]"}), CREDENTIALS)
    with cell_before(vendor, protocol, tmp_path / "calls.jsonl", wire=wire) as (url, session):
        asked = [ask(url, protocol, session.token, path, TALK) for path in (count, count, call)]
    counts = list[WireCount]()
    (only,) = WireReader(tmp_path, counts.append).calls()
    assert (only.n, [c.path for c in counts]) == (1, [count, count]) and "[key]" in counts[0].answer.text

    upstream = ReplayUpstream(Cassette(tmp_path / WIRE_FILE), Redactor(), {}, lambda _: None)
    with cell_before(upstream, protocol, tmp_path / "again.jsonl") as (url, session):
        again = [ask(url, protocol, session.token, path, TALK) for path in (count, count, call, count)]
        other = {k: [*v, *v] for k, v in TALK.items()}
        guessed = ask(url, protocol, session.token, count, other)
    assert [a[field] for a in again[:2]] == [a[field] for a in asked[:2]] == [12, 13]
    assert again[2] == asked[2] and again[3][field] == 13 and guessed[field] > 13


def ask(url: str, protocol: WireProtocol, token: str, path: str, talk: dict[str, Any]) -> dict[str, Any]:
    """Ask as a CLI does."""
    version = {"messages": "v1"}.get(path.split("/")[0], "v1beta")
    kept = (
        {"messages": talk["messages"], "model": "m"}
        if protocol is MESSAGES
        else {"contents": talk["contents"]}
    )
    key = {"x-api-key": token, "x-goog-api-key": token, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/{version}/{path}", json.dumps(kept).encode(), key)
    with urllib.request.urlopen(request, timeout=20) as reply:
        return dict(json.loads(reply.read()))

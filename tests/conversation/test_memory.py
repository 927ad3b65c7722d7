"""A record of any length is read with little of it in memory."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from cab_core.conversation import bounded
from cab_core.conversation.order import in_order
from cab_core.conversation.threads import conversation
from cab_core.wire.reader import WireReader
from tests.conversation.test_threads import call, chat, model, said, user
from tests.support.wire import CHAT, write_wire

CONTEXT = user("word " * 20_000)


def grown(cell: Path, count: int) -> Path:
    """The record of a conversation with a large context that goes on, call by call."""
    cell.mkdir()
    messages, calls = [CONTEXT], []
    for n in range(count):
        calls.append((chat(*messages), (200, said(f"answer {n}")[1])))
        messages = [*messages, model(f"answer {n}"), user(f"question {n}")]
    write_wire(cell, calls)
    return cell


def peak(cell: Path) -> int:
    """The most memory that reading it took."""
    tracemalloc.start()
    found = conversation(CHAT, WireReader(cell).calls())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.threads) == 1
    return most


def test_ten_times_the_calls_take_no_more_memory(tmp_path: Path) -> None:
    """Though each repeats all that was said before it: 40 MB of bodies, of which a few are held."""
    assert peak(grown(tmp_path / "long", 400)) < 1.5 * peak(grown(tmp_path / "short", 40))


def test_a_call_that_never_comes_holds_up_few() -> None:
    """Its number is missing: those behind it wait, but not for good."""
    found = list(in_order(call(n, chat(user(str(n)))) for n in range(2, 302)))
    assert [c.n for c in found] == list(range(2, 302))


def test_what_is_beyond_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of a failure: the beginning is told."""
    monkeypatch.setattr(bounded, "_READ", 3 * len(json.dumps(CONTEXT)))
    found = conversation(CHAT, WireReader(grown(tmp_path / "cell", 5)).calls())
    assert (found.goes_on, found.threads[0].calls) == (True, (1, 2))

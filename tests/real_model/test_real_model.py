"""A real model behind the real CLIs: figures, bytes and ends as they are when nothing is scripted."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.probe.steps import run_probe
from cab_core.records import CellResult, Installation, Limits, ModelCall
from cab_core.runtimes.local import LocalRuntime
from cab_core.store.reading import read_lines
from tests.real_model.model import Llama, serving
from tests.support.puppet import play
from tests.support.tee import Tee

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1800)]  # a small machine reads 50 tokens a second
TUIS = ("aider", "opencode", "copilot")
OTHERS = ("codex", "claude")  # whose protocols the server speaks, too
each_cli = pytest.mark.parametrize("tui", TUIS)
Installed = Callable[[str], Installation]


class Line:
    """A cell's way to a model and back: `near` is what its CLI was sent, `far` what the server sent."""

    def __init__(self, server: str, monkeypatch: pytest.MonkeyPatch, stack: ExitStack) -> None:
        self.far, self.near = stack.enter_context(Tee(server)), []

        def endpoint(_: object, url: str) -> str:
            self.near.append(stack.enter_context(Tee(url)))
            return self.near[-1].url

        monkeypatch.setattr(LocalRuntime, "endpoint", endpoint)


@pytest.fixture
def stretch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Line]]:
    """Lay a line to a server."""
    with ExitStack() as stack:
        yield lambda server: Line(server, monkeypatch, stack)


# opencode alone says how long an answer may be: a quarter of what it is told of the context.
CONTEXT = {"opencode": 400}


def cell(
    root: Path,
    tui: str,
    installation: Installation,
    url: str,
    key: str = "x",
    *,
    brief: bool = False,
    params: dict[str, Any] | None = None,
    **limits: Any,
) -> tuple[CellResult, list[ModelCall]]:
    """Run one cell; `brief`: the CLI must not ask for a long answer."""
    where, result = play(
        root, "", adapter=Plugins().adapter(tui), installation=installation,
        model=Model(id="small-1", endpoint=url, key=key, context_tokens=CONTEXT.get(tui) if brief else None), limits=Limits(**{"wall_s": 900, **limits}),
        model_params=params or {},
    )  # fmt: skip
    return result, list(read_lines(where / "calls.jsonl", ModelCall))


def timings(bodies: list[bytes]) -> list[dict[str, int]]:
    """Return what the server says of the work that each answer was to it."""
    parsed = [json.loads(line.removeprefix(b"data: ")) for line in _lines(bodies)]
    return [found["timings"] for found in parsed if "timings" in found]


def _lines(bodies: list[bytes]) -> list[bytes]:
    return [line for b in bodies for line in b.split(b"\n") if line.startswith((b"data: {", b"{"))]


def without_usage(body: bytes) -> bytes:
    """Return an answer without the event that the gateway asked for, and keeps from a CLI that did not."""
    return b"".join(e + b"\n\n" for e in body.split(b"\n\n") if e and b'"choices":[]' not in e)


@pytest.mark.parametrize("key", ["x", "the"])
@each_cli
def test_tokens_and_bytes_are_the_server_s(
    tmp_path: Path, installed: Installed, stretch: Callable[[str], Line], tui: str, key: str
) -> None:
    """The tokens of the axis are those that the server worked on; every byte of its answers arrives."""
    with serving("smollm2", n_ctx=32768, n_predict=60) as llama:
        line = stretch(llama.url)
        result, _ = cell(tmp_path, tui, installed(tui), line.far.url, key, brief=True, calls=1)
        work = timings(line.far.bodies())
        assert work and result.tokens.completion == sum(t["predicted_n"] for t in work) == llama.wrote()
        assert result.tokens.prompt == sum(t["cache_n"] + t["prompt_n"] for t in work)
        assert result.scores["tokens"].values["total_tokens"] == result.tokens.total
    sent = line.far.bodies() if tui != "aider" else sorted(map(without_usage, line.far.bodies()))
    got = [body for body in line.near[0].bodies() if b"cab_limit" not in body]
    assert (got if tui != "aider" else sorted(map(without_usage, got))) == sent
    assert result.outcome in ("passed", "failed", "agent_crashed", "limit_calls"), result.why


@pytest.mark.parametrize("tui", OTHERS)
def test_tokens_in_other_protocols_are_the_server_s(
    tmp_path: Path, installed: Installed, stretch: Callable[[str], Line], tui: str
) -> None:
    """Those that it wrote by its own log, and those that it says that it read."""
    with serving("smollm2", n_ctx=32768, n_predict=60) as llama:
        line = stretch(llama.url)
        params = (
            {"max_tokens": 60} if tui == "claude" else {}
        )  # else it asks for more than the server's bound
        result, calls = cell(tmp_path, tui, installed(tui), line.far.url, params=params, calls=1)
        assert result.tokens.completion == llama.wrote() > 0
    assert (result.tokens.prompt or 0) > 1000 and calls[0].ended == "answered" and calls[0].odd is None
    assert result.outcome in ("passed", "failed", "agent_crashed", "limit_calls"), result.why
    assert [b for b in line.near[0].bodies() if b"cab_limit" not in b] == line.far.bodies()


@each_cli
def test_an_answer_without_end_is_a_limit(tmp_path: Path, installed: Installed, tui: str) -> None:
    """It is told how far it had come, and the tokens have a lower bound."""
    with serving("smollm2", n_ctx=65536, endless=True) as llama:
        result, calls = cell(tmp_path, tui, installed(tui), llama.url, wall_s=WALL_S[tui])
    assert result.outcome == "limit_wall" and "events" in result.why, result.why
    assert result.tokens.total is None and (result.tokens.at_least or 0) > 1
    assert calls[-1].ended == "cut"


# By then a CLI's own instructions have been read, on a machine that does other things too.
WALL_S = {"aider": 90, "opencode": 240, "copilot": 400}


@pytest.mark.parametrize("tui", [*TUIS, *OTHERS])
def test_a_full_context_is_the_agent_s(tmp_path: Path, installed: Installed, tui: str) -> None:
    """A conversation that is too long for the model has an outcome of its own, in the server's words."""
    with serving("smollm2", n_ctx=512) as llama:
        result, calls = cell(tmp_path, tui, installed(tui), llama.url, wall_s=120)
    assert result.outcome == "limit_context" and "512 tokens" in result.why, result.why
    assert calls[-1].refused == "context"


@each_cli
def test_a_server_that_dies_is_infrastructure(
    tmp_path: Path, installed: Installed, stretch: Callable[[str], Line], tui: str
) -> None:
    """In the middle of an answer: broken off, then not to be reached; nobody's failure."""
    with serving("smollm2", n_ctx=65536, endless=True) as llama:
        line = stretch(llama.url)
        threading.Thread(target=kill_in_the_middle, args=(llama, line.far), daemon=True).start()
        result, calls = cell(tmp_path, tui, installed(tui), line.far.url, wall_s=WALL_S[tui])
    assert result.outcome == "infra_upstream", result.why
    assert calls[0].fault == "dropped"


def kill_in_the_middle(llama: Llama, far: Tee) -> None:
    """Kill the server when a part of an answer has gone by."""
    with far.passed:
        far.passed.wait_for(lambda: far.came() > 2000)
    llama.process.kill()


def test_a_model_that_codes_is_graded(tmp_path: Path, installed: Installed) -> None:
    """A model that is large enough for aider: the cell has a verdict, and the tokens are the server's."""
    with serving("qwen-coder", n_ctx=16384, n_predict=1500) as llama:
        result, calls = cell(tmp_path, "aider", installed("aider"), llama.url)
        assert result.tokens.completion == llama.wrote()
    assert result.outcome in ("passed", "failed") and all(c.ended == "answered" for c in calls), result.why


def test_the_probe_sees_what_the_server_is() -> None:
    """Its context, its one slot, its usage; what it says of its own speed is about what is measured."""
    with serving("smollm2", n_ctx=8192) as llama:
        found = run_probe(Model(id="small-1", endpoint=llama.url), lambda _: None, lambda _: None)
        wrote = llama.wrote()
    assert found.usable and found.usage and found.usage_streamed and found.streams, found.lines
    assert (found.context_tokens, found.width) == (8192, 1), found.lines
    assert found.protocols["openai-chat"] and found.listed is False
    assert found.tokens is not None and wrote < found.tokens
    assert found.written_tokens_s and found.read_tokens_s and found.read_tokens_s > found.written_tokens_s / 2

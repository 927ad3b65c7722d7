"""Probing a server that a test makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cab_core.gateway.models import Model
from cab_core.probe.record import Line, Probe
from cab_core.probe.steps import run_probe
from tests.support.model_server import ModelServer

Probed = Callable[..., Probe]


@pytest.fixture
def serve() -> Iterator[Callable[..., ModelServer]]:
    """Serve a model until the test is over."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(ModelServer(**how).running())


@pytest.fixture
def probed(serve: Callable[..., ModelServer]) -> Probed:
    """Probe a server that is made as told; what the model is called and has of its own may be told too."""

    def look(
        patience_s: float | None = 10, path: str = "/v1", key: str | None = None, of: str = "m-1", **how: Any
    ):
        own = {n: how.pop(n) for n in ("price", "context_tokens") if n in how}
        server = serve(**how)
        model = Model(id=of, endpoint=server.root + path, key=key, **own)
        return run_probe(model, lambda _: None, lambda _: None, patience_s)

    return look


def said(probe: Probe, what: str) -> Line:
    """Return the line about something."""
    [line] = [line for line in probe.lines if line.what == what]
    return line

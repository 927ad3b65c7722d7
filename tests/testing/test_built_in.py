"""What comes with cab holds to the kit: scorers, runtimes, executor, formats and protocols. CLIs and packs do elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.testing import (
    ExecutorConformance,
    FormatConformance,
    ProtocolConformance,
    RuntimeConformance,
    ScorerConformance,
)

PLUGINS = Plugins()
EXAMPLES = {"cab": PLUGINS.pack_roots()["integrity"]}


def each(base: type, kind: str, **more: dict[str, Path]) -> dict[str, type]:
    """Return a class for each object of a kind, as its author would write it."""
    return {
        f"Test{kind.title()}_{name}": type(base.__name__, (base,), {"name": name, **_of(name, more)})
        for name in PLUGINS.names(kind)  # type: ignore[arg-type]
    }


def _of(name: str, more: dict[str, dict[str, Path]]) -> dict[str, Path]:
    return {attribute: known[name] for attribute, known in more.items() if name in known}


globals().update(each(ScorerConformance, "scorer"))
globals().update(each(ExecutorConformance, "executor"))
globals().update(each(ProtocolConformance, "protocol"))
globals().update(each(FormatConformance, "task_format", example=EXAMPLES))


class TestLocal(RuntimeConformance):
    """Runtime `local`."""

    name = "local"


class TestBwrap(RuntimeConformance):
    """Runtime `bwrap`."""

    name = "bwrap"


@pytest.mark.prove
class TestDocker(RuntimeConformance):
    """Runtime `docker`, for which an image is made."""

    name = "docker"

"""What comes with cab holds to the kit: scorers, runtimes, executor, formats and protocols. CLIs and packs do elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.testing import (
    ExecutorConformance,
    FormatConformance,
    ProtocolConformance,
    RuntimeConformance,
    ScorerConformance,
)
from tests.support import harbor
from tests.tasks.formats import (
    test_exercism,
    test_humanevalpack,
    test_quixbugs,
    test_rustlings,
    test_swe_bench,
    test_terminal_bench,
)
from tests.tasks.formats.validated import write

PLUGINS = Plugins()
EXAMPLES: dict[str, Path | Callable[[Path], Path]] = {
    "cab": PLUGINS.pack_roots()["integrity"],
    "exercism": lambda base: write(base / "python", {**test_exercism.TRACK, **test_exercism.PYTHON}),
    "harbor": lambda base: harbor.write_task(base / "one"),
    "humanevalpack": lambda base: test_humanevalpack.set_of(base, test_humanevalpack.row("Python")),
    "quixbugs": lambda base: write(base, {p: t for p, t in test_quixbugs.FILES.items() if "gone" not in p}),
    "rustlings": lambda base: write(base, {**test_rustlings.FILES, "info.toml": RUSTLINGS}),
    "swe-bench": test_swe_bench.write,
    "terminal-bench": lambda base: write(
        base / "set", {f"one/{p}": t for p, t in test_terminal_bench.FILES.items()}
    ),
}
RUSTLINGS = '[[exercises]]\nname = "add1"\ndir = "01_add"\n'


def each(base: type, kind: str, **more: Mapping[str, Any]) -> dict[str, type]:
    """Return a class for each object of a kind, as its author would write it."""
    return {
        f"Test{kind.title()}_{name}": type(base.__name__, (base,), {"name": name, **_of(name, more)})
        for name in PLUGINS.names(kind)  # type: ignore[arg-type]
    }


def _of(name: str, more: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
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

"""What crosses between cab and an object of a plugin, in the cases that the command cannot bring about at will."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cab_core.errors import PluginCrash, SandboxError
from cab_core.plugins.boundary import guarded, unguarded
from cab_core.plugins.registry import Plugins
from cab_core.records import Execution
from cab_core.runtimes.local import LocalRuntime
from cab_core.store.cells import Store
from tests.support.puppet import FIX, play


class Faulty(LocalRuntime):
    """A runtime that is well but for what a test sets."""

    def __init__(self, **methods: Any) -> None:
        self.__dict__.update(methods)


def in_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **methods: Any) -> tuple[str, str]:
    """Run a cell in a runtime of a third party; returns outcome and reason."""
    runtime = guarded(Faulty(**methods), "runtime", "cab-place:place", "runtime 'local'")
    monkeypatch.setattr(Plugins, "runtime", lambda *_: runtime)
    _, result = play(tmp_path, FIX)
    return result.outcome, result.why


@contextmanager
def no_path() -> Iterator[str]:
    """A scratch place that is no path."""
    yield "text"


@contextmanager
def full() -> Iterator[Path]:
    """A scratch place that cannot be had."""
    raise OSError(28, "No space left on device")
    yield


@pytest.mark.parametrize(
    ("methods", "outcome", "said"),
    [
        ({"run": lambda *_: None}, "infra_plugin", "run() returned None, expected Execution"),
        ({"run": lambda *_: Execution(started_at="", ended_at="", duration_s="1", exit_code=0)},  # type: ignore[arg-type]
         "infra_plugin", "duration_s is str, expected float"),
        ({"run": lambda *_: 1 / 0}, "infra_plugin", "run() raised ZeroDivisionError"),
        ({"inside": lambda *_: Path("/")}, "infra_plugin", "inside() returned PosixPath, expected str"),
        ({"endpoint": lambda _: None}, "infra_plugin", "endpoint() returned None, expected str"),
        ({"scratch": lambda: "/tmp"}, "infra_plugin", "scratch() returned str, expected a context manager"),
        ({"scratch": no_path}, "infra_plugin", "scratch() gave str, expected Path"),
        ({"scratch": full}, "infra_sandbox", "scratch() raised OSError: [Errno 28]"),
    ],
)  # fmt: skip
def test_a_fault_of_a_runtime_is_told_with_its_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, methods: dict[str, Any], outcome: str, said: str
) -> None:
    """It costs the cell, which is nobody's failure; what the system refuses is the sandbox's."""
    found, why = in_runtime(tmp_path, monkeypatch, **methods)
    assert found == outcome and said in why
    assert "plugin cab-place:place: runtime 'local': " in why and "test_boundary.py:" in why


def test_what_a_runtime_raises_by_its_contract_goes_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SandboxError is what it is."""

    def lost(*_: object) -> None:
        raise SandboxError("the engine is gone")

    assert in_runtime(tmp_path, monkeypatch, run=lost) == ("infra_sandbox", "the engine is gone")


class Lazy:
    """An executor that fails on its way."""

    name = "lazy"

    def map(self, cells: Any, work: Any, width: int) -> Iterator[Any]:
        yield work(cells[0])
        raise LookupError("lost")


def test_an_iterator_that_raises_halfway_gives_what_it_had() -> None:
    """The first result is there; then the crash names plugin and line."""
    found = guarded(Lazy(), "executor", "cab-lazy:lazy", "executor 'lazy'").map([1], str, 1)
    assert next(found) == "1"
    with pytest.raises(PluginCrash, match=r"map\(\) raised LookupError: lost \(at .*test_boundary.py:\d+\)"):
        next(found)


def test_what_the_work_raises_is_not_the_executor_s(tmp_path: Path) -> None:
    """A bug of ours keeps its traceback."""
    with pytest.raises(AttributeError, match="'int' object has no attribute"):
        next(Plugins().executor("local").map([1], Store(tmp_path).begin, 1))  # type: ignore[list-item]


def test_the_object_behind_is_had_back() -> None:
    """Who asks what code a plugin is of asks about its own object."""
    made = Lazy()
    assert unguarded(guarded(made, "executor", "a:b", "x")) is made

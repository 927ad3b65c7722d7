"""What crosses between cab and an object of a plugin, in the cases that the command cannot bring about at will."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cab_core.errors import PluginCrash, SandboxError
from cab_core.plugins.boundary import guarded, unguarded
from cab_core.plugins.registry import Plugins
from cab_core.records import Applied, Env, Execution, Job, Launch
from cab_core.runtimes.local import LocalRuntime
from cab_core.store.cells import Store
from tests.conftest import Cab
from tests.support.puppet import FIX, Puppet, play


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


class Again:
    """A scratch place that raises anew what its body raised."""

    def __enter__(self) -> Path:
        return Path("/")

    def __exit__(self, kind: object, exc: BaseException | None, tb: object) -> None:
        if exc is not None:
            raise exc


@pytest.mark.parametrize("place", [LocalRuntime().scratch, Again], ids=["swallowed", "raised"])
def test_what_the_body_raises_goes_through_a_plugin_s_context_unchanged(place: Any) -> None:
    """A scratch place is open while ours fails: that is no fault of the runtime."""
    runtime = guarded(Faulty(scratch=place), "runtime", "cab-place:place", "runtime 'local'")
    with pytest.raises(LookupError, match="ours"), runtime.scratch():
        raise LookupError("ours")


class Telling(Puppet):
    """An adapter that accounts for what a test says."""

    def __init__(self, *told: Applied) -> None:
        super().__init__("")
        self.told = told

    def launch(self, job: Job) -> Launch:
        return Launch(argv=("true",), stack=self.told)


def accounts(*told: Applied) -> tuple[Applied, ...]:
    """Return what a launch accounts for behind the boundary, with a stack of the items env:a and env:b."""
    job = Job(
        prompt="p", model="m", endpoint="e", token="t", home="/h", workdir="/w", deadline_s=1,
        stack=(Env(name="a", values={}), Env(name="b", values={})),
    )  # fmt: skip
    launch = guarded(Telling(*told), "adapter", "tests:puppet", "CLI 'puppet'").launch(job)
    return tuple(launch.stack)


def test_an_item_of_which_an_adapter_says_nothing_is_skipped() -> None:
    """Every item is accounted for, in order: one that is not was not applied by the adapter, and says so."""
    nothing = "the adapter says nothing of it"
    assert [a.reason for a in accounts()] == [nothing, nothing]
    assert accounts(Applied(item="env:b")) == (Applied(item="env:a", reason=nothing), Applied(item="env:b"))
    assert [a.item for a in accounts(Applied(item="env:b"), Applied(item="env:a"))] == ["env:a", "env:b"]


@pytest.mark.parametrize("names", [["env:c"], ["a"], ["env:a", "env:a"]])
def test_what_a_stack_does_not_hold_cannot_be_accounted_for(names: list[str]) -> None:
    """A name that is no item's, or one that is told twice, is the adapter's fault, with what was expected."""
    with pytest.raises(PluginCrash, match="expected each of env:a, env:b at most once, as KIND:NAME"):
        accounts(*(Applied(item=name) for name in names))


PACK = """
import pathlib
from cab_core import Registration, hookimpl
@hookimpl
def cab_task_packs():
    return [Registration(name="mine", summary="a pack", factory=lambda: pathlib.Path({root!r}))]
"""


def test_a_pack_brings_no_tasks_into_another_s_name(cab: Cab, distribution: Callable[..., str]) -> None:
    """One whose pack.toml calls itself `mutations` is left out, with its plugin; the tasks of that stay its own."""
    root = str(Plugins().pack_roots()["mutations"])
    done = cab("tasks", "list", PYTHONPATH=distribution("cab-pack", PACK.format(root=root)))
    assert done.returncode == 0 and "mutations/py-lru-cache" in done.stdout
    assert "plugin cab-pack:cab_pack: task pack 'mine' calls itself 'mutations'" in done.stderr

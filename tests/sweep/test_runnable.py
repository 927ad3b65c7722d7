"""Which tasks of a sweep can be graded: the runtime answers, where it can."""

from __future__ import annotations

import pytest

from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.sweep.places import places_of
from tests.support.puppet import find_task

RUST, PYTHON = find_task("polyglot/rust-owner-borrow-fix"), find_task("mutations/py-lru-cache")


class Asked:
    """A runtime elsewhere: it has Python, and nothing else."""

    name = "elsewhere"

    def lacking(self, requires: tuple[str, ...], say: object) -> str | None:
        return None if all(r.startswith("python3") for r in requires) else "no rustc there"


class Silent:
    """A runtime of a third party, which answers no such question."""

    name = "silent"


@pytest.fixture(autouse=True)
def bare_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has Rust alone."""
    have = {"rustc": "1.70.0", "cargo": "1.70.0"}
    monkeypatch.setattr("cab_core.tasks.toolchains.installed_version", have.get)


def runnable_in(runtime: object) -> tuple[list[PackedTask], dict[str, str]]:
    """Return which of the two tasks can be graded in a runtime, and why the others cannot."""
    [place], skipped = places_of([runtime], ["open"], [RUST, PYTHON], print)  # type: ignore[list-item]
    return place.tasks, skipped


def test_the_runtime_is_asked() -> None:
    """What this machine lacks or has is nothing to it."""
    runnable, skipped = runnable_in(Asked())
    assert runnable == [PYTHON] and skipped == {RUST.task.id: "no rustc there"}


@pytest.mark.parametrize("runtime", [Silent(), Plugins().runtime("local")])
def test_else_this_machine_is_looked_at(runtime: object) -> None:
    """A runtime that cannot be asked, and the one that uses this machine's programs as they are."""
    runnable, skipped = runnable_in(runtime)
    assert runnable == [RUST] and "python3 is not installed" in skipped[PYTHON.task.id]


def test_where_none_can_be_graded_the_runtime_is_named() -> None:
    """With every task's reason."""
    with pytest.raises(
        UserError, match="in runtime 'elsewhere':\n  polyglot/rust-owner-borrow-fix: no rustc there"
    ):
        places_of([Asked()], ["open"], [RUST], print)  # type: ignore[list-item]


def test_of_several_runtimes_each_has_its_own_tasks() -> None:
    """What one lacks the other may have; the reason names the runtime."""
    places, skipped = places_of([Asked(), Silent()], ["open", "open"], [RUST, PYTHON], print)  # type: ignore[list-item]
    assert [place.tasks for place in places] == [[PYTHON], [RUST]]
    assert set(skipped) == {f"{RUST.task.id} in elsewhere", f"{PYTHON.task.id} in silent"}

"""Evidence first, cleaning after: whatever becomes of the cleaning, a verdict stands."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Limits
from cab_core.runtimes.local import LocalRuntime
from cab_core.runtimes.reaper import REAPER, Reaper
from cab_core.store.cells import Store
from tests.support.puppet import FIX, play

STUBBORN = (
    FIX
    + """
import subprocess
open("stays", "w").write("x")
subprocess.run(["chattr", "+i", "stays"], check=True)
"""
)


def test_what_an_agent_makes_immovable_takes_nothing_from_its_verdict(tmp_path: Path) -> None:
    """An immutable file in its work dir: the cell passes, the note says what is left, and a later try removes it."""
    directory, result = play(tmp_path, STUBBORN)
    [left] = REAPER.left()
    scratch = Path(re.findall(r"/\S*/cab-\w{8}", left)[0])
    try:
        assert (result.outcome, scratch.exists()) == ("passed", True)
        [note] = [n for n in result.notes if "could not be removed" in n]
        assert note == left.replace(str(scratch), "$SCRATCH")
        assert Store(tmp_path).result(directory) == result
    finally:
        subprocess.run(["chattr", "-i", str(scratch / "sandbox/work/stays")], check=True)
    REAPER.retry()
    assert not scratch.exists() and left not in REAPER.left()


class Runtime(LocalRuntime):
    """Runtime local whose scratch places end as a test wants."""

    name = "local"

    def __init__(self, at_end: Any) -> None:
        self._at_end = at_end

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        with LocalRuntime().scratch() as path:
            yield path
            self._at_end()


def run(runs: Path, at_end: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, CellResult]:
    """Run a right fix in such a runtime."""
    monkeypatch.setattr(Plugins, "runtime", lambda *_: Runtime(at_end))
    return play(runs, FIX)


@pytest.mark.parametrize(
    "error", [OSError(16, "Device or resource busy"), RuntimeError("boom"), KeyError("x")]
)
def test_a_runtime_that_cannot_clean_up_takes_nothing_from_a_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever a runtime raises at the end, a third party's too: a note, and the verdict."""

    def fail() -> None:
        raise error

    directory, result = run(tmp_path, fail, monkeypatch)
    assert result.outcome == "passed"
    assert any("runtime local could not clean up" in n for n in result.notes)
    assert Store(tmp_path).result(directory) == result


def test_the_verdict_is_on_disk_before_anything_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the first scratch place closes, the cell can be read by anybody."""
    seen: list[str] = []
    run(tmp_path, lambda: seen.extend(r.outcome for _, r in Store(tmp_path).standing()), monkeypatch)
    assert seen[0] == "passed"


def test_a_cell_in_trouble_is_cleaned_up_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the CLI could not be started, every scratch place is closed once."""
    closed: list[int] = []
    monkeypatch.setattr(Plugins, "runtime", lambda *_: Runtime(lambda: closed.append(1)))
    from tests.support.puppet import Puppet

    adapter = Puppet("")
    adapter.launch = lambda job: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    _, result = play(tmp_path, "", adapter=adapter)
    assert result.outcome == "infra_plugin" and closed == [1]


def test_the_reaper_tells_once_and_tries_again() -> None:
    """A removal that fails is a sentence, is on the list, and goes from it when it succeeds."""
    reaper, tries = Reaper(), iter([OSError(16, "busy"), OSError(16, "busy"), None])

    def remove() -> None:
        if (error := next(tries)) is not None:
            raise error

    with reaper.telling() as told:
        assert reaper.remove("thing", remove) == "thing could not be removed: [Errno 16] busy"
    assert told == reaper.left() == ["thing could not be removed: [Errno 16] busy"]
    assert reaper.remove("other", lambda: None) is None
    assert len(reaper.left()) == 1
    reaper.retry()
    assert reaper.left() == []


def test_a_mistake_of_ours_in_a_removal_is_no_note() -> None:
    """What is no trouble of the machine goes through."""
    with pytest.raises(ZeroDivisionError):
        Reaper().remove("thing", lambda: 1 / 0)


@pytest.mark.timeout(60)
def test_a_supervisor_that_is_stopped_holds_its_limit_all_the_same(tmp_path: Path) -> None:
    """An agent of our own user can stop it: it is woken, and the wall limit ends the agent."""
    script = "call()\nimport signal, time\nos.kill(os.getppid(), signal.SIGSTOP)\ntime.sleep(600)"
    _, result = play(tmp_path, script, limits=Limits(wall_s=3))
    assert result.outcome == "limit_wall", result.why

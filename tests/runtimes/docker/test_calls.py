"""What a cell asks of the engine, and what a further command does not ask again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cab_core.cli import main
from cab_core.records import Installation
from cab_core.runtimes.docker import engine as engine_module
from cab_core.runtimes.docker import mountable
from cab_core.runtimes.docker.build import Image
from cab_core.runtimes.docker.inventory import read_version
from tests.benchmarks.cold_start import install_nil
from tests.runtimes.docker.conftest import forget_engine
from tests.support.puppet import play


@pytest.fixture
def calls(engine: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the engine from now on: method and path."""
    found: list[str] = []
    kind = engine_module._client_class()
    send: Callable[..., Any] = kind.send

    def noted(self: Any, request: Any, **more: Any) -> Any:
        found.append(f"{request.method} {request.path_url}")
        return send(self, request, **more)

    monkeypatch.setattr(kind, "send", noted)
    return found


def test_a_further_cell_is_ten_calls(puppet_image: Installation, calls: list[str], tmp_path: Path) -> None:
    """Five for each of its two containers; which image judges is not asked again."""
    for _ in range(2):
        calls.clear()
        _, result = play(tmp_path / "runs", "call()", installation=puppet_image, runtime_name="docker")
        assert result.outcome == "failed"
    assert len(calls) == 10, calls


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing is."""
    monkeypatch.setenv("CAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def _asks(calls: list[str], image: str) -> bool:
    """Ask as the next command would; tell whether that took a container."""
    forget_engine()
    calls.clear()
    assert mountable.can_mount(image)
    return any("containers/create" in c for c in calls)


def test_whether_the_engine_can_mount_is_tried_once_an_hour(
    puppet_image: Installation, calls: list[str], empty: Path
) -> None:
    """The next command takes the answer; after an hour it is tried again."""
    image = puppet_image.image_id or ""
    assert _asks(calls, image)
    assert not _asks(calls, image)
    (kept,) = empty.glob("engines/*.mounts.json")
    os.utime(kept, (time.time() - 3700,) * 2)
    assert _asks(calls, image)


def test_the_answer_holds_for_the_files_of_which_it_was_given(
    puppet_image: Installation, calls: list[str], empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where temporary files lie elsewhere, it is tried anew."""
    image = puppet_image.image_id or ""
    assert _asks(calls, image)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert _asks(calls, image)


def test_a_version_is_read_once_from_an_image(
    aider_image: Installation, calls: list[str], empty: Path
) -> None:
    """A container is made for it once; afterwards nothing is asked."""
    image = Image(aider_image.image or "", aider_image.image_id or "")
    first = read_version(image, "aider")
    assert first == aider_image.reported and calls
    calls.clear()
    assert (read_version(image, "aider"), calls) == (first, [])


def test_a_cold_command_makes_two_containers(
    calls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent's and the grader's: what was found out once, of images and engine, takes none; ten calls a cell."""
    install_nil(tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    argv = ["run-cell", "--tui", "nil", "--model", "scripted:null", "--task", "mutations/py-stock-reorder"]
    for _ in range(2):  # the first may build and try
        forget_engine()
        calls.clear()
        with pytest.raises(SystemExit, match="0"):
            main([*argv, "--runtime", "docker", "--runs", str(tmp_path / "runs")])
    assert sum("containers/create" in call for call in calls) == 2
    assert calls.count("GET /version") == 1  # though each thread has a client
    assert len(calls) <= 22, calls

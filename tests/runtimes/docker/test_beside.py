"""Cleaning beside a run that is under way: nothing that it needs is removed, from wherever it is cleaned."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cab_core import leases
from cab_core.cli import images
from cab_core.records import Installation
from cab_core.runtimes.docker.engine import client
from tests.conftest import CAB, Cab
from tests.runtimes.docker.test_images import started
from tests.stats.test_commands import call

OTHER_PIDS = ("unshare", "--pid", "--fork", "--mount-proc")


@pytest.fixture
def running(cab: Cab, aider_image: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A run with a container that is waiting for its model; its scratch directories are in a place of their own."""
    cab.alone()
    process, container = started(cab)
    yield process, container
    process.kill()
    process.wait()
    cab("clean")


def is_running(container: str) -> bool:
    """Tell whether the engine has the container, and it runs."""
    return bool(client().inspect_container(container)["State"]["Running"])


@pytest.mark.parametrize("before", [(), OTHER_PIDS], ids=["here", "in another space of process ids"])
def test_clean_removes_nothing_of_a_living_run(
    cab: Cab, running: tuple[subprocess.Popen[str], str], tmp_path: Path, before: tuple[str, ...]
) -> None:
    """Its container runs on, its scratch directories are there; then it ends as if nobody had cleaned."""
    process, container = running
    scratch = sorted((tmp_path / "tmp").iterdir())
    argv = [*before, str(CAB), "clean"]
    done = subprocess.run(argv, cwd=cab.cwd, env=cab.env, capture_output=True, text=True, check=False)
    assert (done.returncode, container in done.stdout) == (0, False), done.stderr
    assert is_running(container) and sorted((tmp_path / "tmp").iterdir()) == scratch
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130


def test_a_run_in_another_space_of_process_ids_is_cleaned_up_when_it_is_dead(
    cab: Cab, running: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    """Its pid means nothing there: its lease, which nobody holds any more, tells."""
    process, container = running
    process.kill()
    process.wait()
    argv = [*OTHER_PIDS, str(CAB), "clean"]
    done = subprocess.run(argv, cwd=cab.cwd, env=cab.env, capture_output=True, text=True, check=False)
    assert container in done.stdout and done.returncode == 0, done.stderr
    assert container not in [c["Id"] for c in client().containers(all=True)]
    assert list((tmp_path / "tmp").iterdir()) == []


def lease_of(process: subprocess.Popen[str]) -> list[str] | None:
    """Return what a process says that it uses, None where it holds no lease."""
    for path in leases._leases():
        holder = leases.read_holder(path)
        if holder is not None and holder.pid == process.pid:
            return leases._things(path)
    return None


def test_a_run_says_which_images_it_needs_until_it_is_dead(
    running: tuple[subprocess.Popen[str], str], aider_image: Installation
) -> None:
    """The agent's image is among them; after kill -9 nobody says so any more."""
    process, _ = running
    used = lease_of(process)
    assert used is not None and f"image {aider_image.image_id}" in used
    process.kill()
    process.wait()
    assert lease_of(process) is None


def test_images_that_somebody_needs_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two images the one in use stays, and that is said."""
    removed: list[str] = []
    both = [{"id": "sha256:used", "old": True}, {"id": "sha256:free", "old": True}]
    monkeypatch.setattr(images, "in_use", lambda: {"image sha256:used", "path /x"})
    monkeypatch.setattr(images, "list_images", lambda: both)
    monkeypatch.setattr(images, "remove_images", lambda found: len([removed.append(i["id"]) for i in found]))
    said = call(images.clean)
    assert removed == ["sha256:free"]
    assert "1 image removed" in said and "1 are left: a cab that is running needs them" in said

"""Cheats that need no model: none of them scores."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from cab_core.processes import runner_id
from cab_core.records import Limits
from cab_core.runtimes import sealed
from cab_core.runtimes.docker.engine import ROLE, RUNNER, client
from cab_core.runtimes.docker.remote import volumes as volumes_module
from tests.runtimes.docker.conftest import Play, copied_seldom

ANSWER = """
ANSWER = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
"""


def ours() -> list[str]:
    """Return the ids of the containers that this process made."""
    return [c["Id"] for c in client().containers(all=True, filters={"label": f"{RUNNER}={runner_id()}"})]


def agents() -> list[dict[str, Any]]:
    """Return this process's containers with an agent in them, as the engine lists them."""
    mine = [f"{RUNNER}={runner_id()}", f"{ROLE}=agent"]
    found: list[dict[str, Any]] = client().containers(all=True, filters={"label": mine})
    return found


def volumes() -> list[dict[str, Any]]:
    """Return this process's volumes."""
    found: list[dict[str, Any]] = client().volumes(filters={"label": f"{RUNNER}={runner_id()}"})["Volumes"]
    return found


def test_a_background_loop_writes_nothing_after_the_end(contain: Play) -> None:
    """A loop that goes on writing the answer is dead before the work dir is read."""
    script = (
        ANSWER
        + """
import subprocess
call()
loop = f"import os, time\\nos.setsid()\\ntime.sleep(1)\\nwhile True:\\n  open('/work/stock.py','w').write({ANSWER!r})"
subprocess.Popen([sys.executable, "-c", loop])
"""
    )
    _, result = contain(script)
    assert result.outcome == "failed"
    assert result.scores["blast_radius"].values["total_changes"] == 0


@copied_seldom
def test_an_answer_after_the_limit_does_not_count(contain: Play) -> None:
    """A CLI that ignores SIGTERM and writes the answer later is killed before it can."""
    script = (
        ANSWER
        + """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
call()
time.sleep(30)
open("stock.py", "w").write(ANSWER)
"""
    )
    _, result = contain(script, limits=Limits(wall_s=2))
    assert result.outcome == "limit_wall"
    assert result.scores["pass_rate"].values["pass"] == 0


@copied_seldom
def test_a_flood_of_output_does_not_outwit_the_limit(contain: Play) -> None:
    """An engine waits for output to be taken before a container has ended: it is, and the limit is the outcome."""
    _, result = contain("call()\nwhile True: os.write(1, b'x' * 65536)", limits=Limits(wall_s=2))
    assert result.outcome == "limit_wall", result.why


def test_odd_files_and_times_are_the_agent_s_own(contain: Play) -> None:
    """Times that no clock shows, deep trees, pipes, locked directories: none makes trouble of ours."""
    script = """
call()
open("early", "w").close(); os.utime("early", ns=(-2**62, -2**62))
open("late", "w").close(); os.utime("late", (2**63 - 1,) * 2)
os.mkfifo("pipe"); os.mkdir("locked"); open("locked/x", "w").close(); os.chmod("locked", 0)
os.symlink("/etc/shadow", "a"); os.link("a", "b", follow_symlinks=False)
open(b"\\xff\\n", "w").close()
for _ in range(1500): os.mkdir("d"); os.chdir("d")
"""
    _, result = contain(script, limits=Limits(wall_s=60))
    assert result.outcome == "failed", result.why


@copied_seldom
def test_replaced_programs_do_not_reach_the_grader(contain: Play) -> None:
    """A cat, sh, python3 and test runner of the agent's own, first in every PATH it can write, judge nothing."""
    script = """
call()
for directory in ("/work", "/home/agent/bin", "/tmp"):
    os.makedirs(directory, exist_ok=True)
    for name in ("cat", "sh", "python3", "sitecustomize.py", "usercustomize.py", "unittest.py"):
        path = os.path.join(directory, name)
        open(path, "w").write("#!/bin/sh\\necho 'at the point: yes'\\nexit 0\\n"); os.chmod(path, 0o755)
for path in ("/bin/cat", "/usr/bin/python3", "/bin/sh"):
    try: open(path, "w").write("x"); print("WROTE", path)
    except OSError: pass
"""
    directory, result = contain(script)
    assert result.outcome == "failed"
    assert "WROTE" not in (directory / "stdout.log").read_text()


@copied_seldom
def test_edited_tests_do_not_help(contain: Play) -> None:
    """The visible tests made empty: refused, noted, and the verdict is the same."""
    _, result = contain("call(); open('test_stock.py', 'w').write('')")
    assert result.outcome == "failed"
    assert any("test_stock.py" in n for n in result.notes)


def test_links_to_the_host_lead_nowhere(contain: Play, tmp_path: Path) -> None:
    """Links planted in the work dir are listed as links; nothing behind them is read or written."""
    secret = tmp_path / "secret-of-the-host"
    secret.write_text("do not read")
    script = f"""
call()
os.remove("stock.py"); os.symlink({str(secret)!r}, "stock.py")
os.symlink("/", "root"); os.symlink("../../../../etc", "up")
"""
    directory, result = contain(script)
    assert result.outcome == "failed"
    assert secret.read_text() == "do not read"
    assert not any("do not read" in p.read_text(errors="replace") for p in directory.iterdir())


def test_a_fork_bomb_is_contained(contain: Play) -> None:
    """Processes multiply up to the limit, the runner goes on, and nothing is left."""
    script = """
call()
import time
for _ in range(3000):
    try:
        if os.fork() == 0: time.sleep(300); os._exit(0)
    except OSError: print("no more", flush=True); break
"""
    directory, result = contain(script)
    assert "no more" in (directory / "stdout.log").read_text()
    assert result.outcome in ("failed", "agent_crashed")
    assert ours() == []


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sandboxes that are soon full."""
    room = 50 << 20
    volume = volumes_module._VOLUME.replace(f"size={sealed.DISK},", f"size={room},")
    monkeypatch.setattr(volumes_module, "_VOLUME", volume)
    monkeypatch.setattr(sealed, "DISK", room)


@pytest.mark.skipif(os.geteuid() != 0, reason="a mount of fixed size needs root")
def test_a_work_dir_filled_to_the_limit_is_told(contain: Play, little_room: None) -> None:
    """Writing without end stops at the limit, with an outcome of its own."""
    script = """
call()
try:
    with open("big", "wb") as f:
        while True: f.write(b"x" * (1 << 20))
except OSError as exc: print(exc.errno)
"""
    directory, result = contain(script, limits=Limits(wall_s=60))
    assert (directory / "stdout.log").read_text().strip() == "28"
    assert result.outcome == "limit_disk", result.why


def test_without_a_mount_what_is_written_is_watched(
    mounted: Play, little_room: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be mounted, an agent that writes more than is allowed is stopped."""
    monkeypatch.setattr("cab_core.runtimes.scratch._mount", lambda *_: False)
    script = """
import time
call()
with open("big", "wb") as f:
    for _ in range(200): f.write(b"x" * (1 << 20))
time.sleep(30)
"""
    _, result = mounted(script, limits=Limits(wall_s=25))
    assert result.outcome == "limit_disk", result.why


@copied_seldom
@pytest.mark.parametrize(
    "end",
    [
        lambda container: client().remove_container(container, force=True),
        lambda container: client().kill(container),
        lambda container: client().stop(container, timeout=0),
    ],
    ids=["removed", "killed", "stopped"],
)
def test_a_container_that_somebody_ends_is_nobody_s_fault(contain: Play, end: Callable[[str], None]) -> None:
    """Somebody who ends the containers from outside makes infra_sandbox, not a failure; nothing is left."""
    gone = threading.Event()

    def end_all() -> None:
        while not any(c["State"] == "running" for c in agents()) and not gone.wait(0.05):
            pass
        for container in ours():
            with suppress(APIError):  # the runner cleans up after the first one already
                end(container)

    somebody_else = threading.Thread(target=end_all)
    somebody_else.start()
    _, result = contain("call(); import time; time.sleep(20)")
    gone.set()
    somebody_else.join()
    assert (result.outcome, "docker: " in (result.why or "")) == ("infra_sandbox", True), result.why
    assert not ours() and not volumes()


def test_odd_times_of_a_room_s_own_directories_void_nothing(contain: Play) -> None:
    """A year that the engine cannot speak of, set by the agent and by the code under test: failed all the same."""
    script = """
call()
for directory, year in ("/work", 2**40), ("/home/agent", -2**40):
    os.utime(directory, (year, year))
open("/work/stock.py", "a").write("import os; os.utime('/out', (2**40, 2**40))")
"""
    _, result = contain(script)
    assert result.outcome == "failed", result.why


@copied_seldom
def test_an_agent_that_kills_itself_has_crashed(contain: Play) -> None:
    """The engine tells its end from one that came from outside."""
    _, result = contain("call(); import os; os.kill(os.getpid(), 9)")
    assert result.outcome == "agent_crashed", result.why


def test_nothing_is_left_behind(contain: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a cell there is no container, no volume, no mount and no directory of ours."""
    scratch = tmp_path / "scratch-of-this-test"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    _, result = contain("call()")
    assert result.outcome == "failed", result.why
    assert ours() == [] and list(scratch.iterdir()) == []
    assert not volumes()
    assert str(scratch) not in Path("/proc/mounts").read_text()


@copied_seldom
def test_sigterm_leaves_time_to_flush(contain: Play) -> None:
    """At the limit a CLI has time to write what it holds."""
    script = """
import signal, time
call()
def bye(*_): open("flushed", "w").write("x"); sys.exit(0)
signal.signal(signal.SIGTERM, bye)
time.sleep(30)
"""
    directory, result = contain(script, limits=Limits(wall_s=2))
    changes = json.loads((directory / "changes.json").read_text())["changes"]
    assert result.outcome == "limit_wall" and [c["path"] for c in changes] == ["flushed"]

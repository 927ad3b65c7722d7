"""Runtime bwrap: the seal without a daemon. Without bubblewrap and socat these tests are left out."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from cab_core.gateway.models import Model
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import play

needed = [p for p in ("bwrap", "socat") if shutil.which(p) is None]
if needed and os.environ.get("CAB_REQUIRE_DOCKER"):
    pytest.fail(f"CAB_REQUIRE_DOCKER is set, but {needed} are missing", pytrace=False)
pytestmark = pytest.mark.skipif(bool(needed), reason=f"{needed} missing; on Debian: scripts/docker-setup")

FIX = """
call()
text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
open("stock.py", "w").write(text)
"""
LOOK = """
import socket
call()
found = {}
def attempt(name, work):
    try: found[name] = repr(work())
    except OSError: found[name] = "refused"
attempt("address", lambda: socket.create_connection(("1.1.1.1", 80), 3))
attempt("dns", lambda: socket.getaddrinfo("example.org", 80))
found["interfaces"] = sorted(n for _, n in socket.if_nameindex())
found["processes"] = len([p for p in os.listdir("/proc") if p.isdigit()]) < 12
found["caps"] = [l.split()[1] for l in open("/proc/self/status") if l.startswith("CapEff")]
found["harness"] = [b for b, d, f in os.walk("/") if not b.startswith(("/proc", "/sys")) and ("cab_core" in d or "cab_tasks_mutations" in d)]
found["etc"] = os.path.exists("/etc/shadow")
print(json.dumps(found))
"""


def test_a_fix_passes(tmp_path: Path) -> None:
    """The whole way below bubblewrap; the result stays provisional."""
    _, result = play(tmp_path, FIX, runtime_name="bwrap")
    assert result.outcome == "passed", result.why
    assert "provisional" in result.marks and result.cell.network == "gateway"


def test_nothing_of_this_machine_is_there(tmp_path: Path) -> None:
    """No network, no other process, no capability, no cab, no pack, no shadow file."""
    directory, result = play(tmp_path, LOOK, runtime_name="bwrap")
    assert result.outcome == "failed", result.why
    assert json.loads((directory / "stdout.log").read_text()) == {
        "address": "refused", "dns": "refused", "interfaces": ["lo"], "processes": True,
        "caps": ["0000000000000000"], "harness": [], "etc": False,
    }  # fmt: skip


def test_the_key_is_not_there(tmp_path: Path, endpoint: Endpoint) -> None:
    """The endpoint's key is in no environment of any process that can be seen."""
    script = f"""
call()
seen = ""
for name in os.listdir("/proc"):
    try: seen += open(f"/proc/{{name}}/environ").read()
    except OSError: pass  # no process, or one that may not be looked at
print({KEY[:16]!r} in seen)
"""
    directory, _ = play(
        tmp_path, script, runtime_name="bwrap", model=Model(id="m", endpoint=endpoint.url, key=KEY)
    )
    assert (directory / "stdout.log").read_text() == "False\n"


def test_the_kernel_s_own_settings_are_out_of_reach(tmp_path: Path) -> None:
    """A run as root too can set no variable, make no namespace, mount no cgroup, and write to no system directory."""
    script = """
import ctypes
call()
libc, found = ctypes.CDLL(None, use_errno=True), {}
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/fs/inotify/max_queued_events", "/etc/new", "/new", "/dev/new"):
    try: open(path, "a" if "/proc" in path else "w").close(); found[path] = "open"
    except OSError: pass
for path in "/proc/keys", "/proc/timer_list":
    try: found[path] = open(path).read()
    except OSError: pass
for name, flags in ("user", 0x10000000), ("mount", 0x20000), ("cgroup", 0x2000000):
    if libc.unshare(flags) == 0: found[name] = "unshared"
if libc.mount(b"none", b"/tmp", b"cgroup2", 0, None) == 0: found["mount"] = "done"
print(json.dumps(found))
"""
    directory, result = play(tmp_path, script, runtime_name="bwrap")
    assert json.loads((directory / "stdout.log").read_text()) == {}, result.why


def test_no_key_ring_is_shared(tmp_path: Path) -> None:
    """Nothing that a cell leaves in its session's keyring is there for whoever started it, or for the next."""
    # keyctl(2): join a new session keyring, as at a login; add_key(2) and request_key(2) by libc's syscall.
    script = """
import ctypes
call()
libc = ctypes.CDLL(None, use_errno=True)
add, search = libc.syscall(248, b"user", b"cab-test", b"answer", 6, -3), libc.syscall(250, 10, -3, b"user", b"cab-test", 0)
print(add > 0, search > 0)
"""
    looks = script.replace('libc.syscall(248, b"user", b"cab-test", b"answer", 6, -3)', "1")
    directory, _ = play(tmp_path / "one", script, runtime_name="bwrap")
    assert (directory / "stdout.log").read_text() == "True True\n"
    directory, _ = play(tmp_path / "two", looks, runtime_name="bwrap")
    assert (directory / "stdout.log").read_text() == "True False\n"


def test_scratch_places_are_limited(tmp_path: Path) -> None:
    """What is written beside the work dir is written to memory: no more of it than in a container."""
    script = """
call()
for place in "/tmp", "/dev/shm", "/run":
    print(os.statvfs(place).f_blocks * os.statvfs(place).f_frsize >> 20)
"""
    directory, _ = play(tmp_path, script, runtime_name="bwrap")
    assert (directory / "stdout.log").read_text().split() == ["512"] * 3


def test_a_daemon_does_not_survive(tmp_path: Path) -> None:
    """What the agent leaves running dies with its sandbox."""
    script = "call()\nif os.fork() == 0:\n  os.setsid(); import time; time.sleep(2); open('late', 'w'); os._exit(0)"
    _, result = play(tmp_path, script, runtime_name="bwrap")
    assert result.scores["blast_radius"].values["total_changes"] == 0


@pytest.mark.parametrize(
    ("end", "exit_code", "signal"),
    [
        ("sys.exit(255)", 255, None),
        ("sys.exit(3)", 3, None),
        ("os.kill(os.getpid(), 9)", None, 9),
        ("os.kill(os.getpid(), 15)", None, 15),
    ],
)
def test_the_program_s_own_end_is_told(
    tmp_path: Path, end: str, exit_code: int | None, signal: int | None
) -> None:
    """A signal as a signal, as in every other runtime; what is none as the exit code that it is."""
    _, result = play(tmp_path, f"call(); {end}", runtime_name="bwrap")
    assert result.execution is not None and result.outcome == "agent_crashed"
    assert (result.execution.exit_code, result.execution.signal) == (exit_code, signal)

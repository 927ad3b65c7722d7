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
    directory, _ = play(tmp_path, LOOK, runtime_name="bwrap")
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


def test_a_daemon_does_not_survive(tmp_path: Path) -> None:
    """What the agent leaves running dies with its room."""
    script = "call()\nif os.fork() == 0:\n  os.setsid(); import time; time.sleep(2); open('late', 'w'); os._exit(0)"
    _, result = play(tmp_path, script, runtime_name="bwrap")
    assert result.scores["blast_radius"].values["total_changes"] == 0

"""What can be seen and reached from inside the agent's container."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.models import Model
from cab_core.plugins.registry import Plugins
from cab_core.records import Installation, Limits
from cab_core.run.cell import run_cell
from cab_core.tasks.catalog import Catalog
from tests.runtimes.docker.conftest import Play, copied_seldom
from tests.support.endpoint import KEY, Endpoint

FIX = """
call()
text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
open("stock.py", "w").write(text)
"""


def told(directory: Path) -> Any:
    """Return the JSON that the script printed last."""
    return json.loads((directory / "stdout.log").read_text().splitlines()[-1])


@copied_seldom
def test_a_fix_passes_and_is_citable_but_for_the_model(contain: Play) -> None:
    """The whole way in containers: passed, blast radius 0, image id with one sha256 prefix."""
    _, result = contain(FIX)
    assert result.outcome == "passed", result.why
    assert result.scores["blast_radius"].headline == 0.0
    assert result.cell.network == "gateway" and result.marks == ("scripted", "sealed")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", result.identity.image_id or "")


def test_there_is_no_way_out(contain: Play) -> None:
    """No route, no DNS, no address but loopback; the gateway alone answers."""
    script = """
import socket
found = {}
def attempt(name, work):
    try: found[name] = repr(work())
    except OSError as exc: found[name] = "refused"
attempt("route", lambda: open("/proc/net/route").read().count("\\n") - 1)
attempt("address", lambda: socket.create_connection(("1.1.1.1", 80), 3))
attempt("docker0", lambda: socket.create_connection(("172.17.0.1", 80), 3))
attempt("dns", lambda: socket.getaddrinfo("example.org", 80))
found["interfaces"] = sorted(n for _, n in socket.if_nameindex())
found["gateway"] = "scripted" in call().decode()
print(json.dumps(found))
"""
    directory, _ = contain(script)
    assert told(directory) == {
        "route": "0", "address": "refused", "docker0": "refused", "dns": "refused",
        "interfaces": ["lo"], "gateway": True,
    }  # fmt: skip


def test_no_credential_can_be_found(contain: Play, endpoint: Endpoint) -> None:
    """The endpoint's key is in no environment, argv, file or /proc entry; only the cell's own token is."""
    script = f"""
import re
call()
needle, seen, token = {KEY[:20]!r}, [], re.compile(rb"cab-[0-9a-f]{{8}}")
for base, dirs, files in os.walk("/"):
    if base.startswith(("/sys", "/proc/sys")): dirs.clear(); continue
    for name in files:
        if name in ("kmsg", "kcore", "pagemap", "mem", "kpagecount", "kpageflags", "clear_refs"): continue
        path = os.path.join(base, name)
        if path == os.path.abspath(__file__): continue
        try:
            if not os.path.isfile(path): continue
            with open(path, "rb") as f: data = f.read(1 << 20)
        except (OSError, ValueError): continue
        if needle.encode() in data: seen.append(path)
        if "/proc" in path and "cmdline" in path and token.search(data): seen.append(path)
print(json.dumps(seen))
"""
    directory, result = contain(script, model=Model(id="m", endpoint=endpoint.url, key=KEY))
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"
    assert told(directory) == []


def test_another_cell_s_token_is_not_there_and_does_not_open(contain: Play) -> None:
    """The socket serves the running cells' tokens alone."""
    script = """
try: call(token="cab-" + "0" * 40); print(json.dumps("opened"))
except urllib.error.HTTPError as exc: print(json.dumps(exc.code))
call()
"""
    directory, _ = contain(script)
    lines = (directory / "stdout.log").read_text().splitlines()
    assert lines == ["401"]


def test_no_engine_and_no_privilege(contain: Play) -> None:
    """No Docker socket, an ordinary user, no capability, a root that cannot be written to."""
    script = """
call()
status = dict(l.split(":", 1) for l in open("/proc/self/status").read().splitlines())
def writable(path):
    try: open(path + "/x", "w").close(); return True
    except OSError: return False
print(json.dumps({
    "sockets": [p for p in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd") if os.path.exists(p)],
    "uid": os.getuid(), "caps": [status[k].strip() for k in ("CapPrm", "CapEff", "CapBnd", "CapAmb")],
    "nnp": status["NoNewPrivs"].strip(),
    "writable": [p for p in ("/", "/etc", "/usr/bin", "/run/cab", "/opt", "/work", "/tmp") if writable(p)],
}))
"""
    directory, _ = contain(script)
    assert told(directory) == {
        "sockets": [], "uid": 1000, "caps": ["0" * 16] * 4, "nnp": "1", "writable": ["/work", "/tmp"],
    }  # fmt: skip


def answers() -> set[str]:
    """Return the sha256 of every file of a solution or a hidden test, and of our own code."""
    secret = {
        f.sha256
        for p in Catalog(Plugins()).tasks()
        for f in p.files
        if f.section in ("tests", "solution", "forbidden")
    }
    core = Path(__file__).parents[3] / "cab_core"
    return secret | {
        hashlib.sha256(p.read_bytes()).hexdigest() for p in core.rglob("*.py") if p.stat().st_size
    }


@copied_seldom
def test_no_answer_and_no_harness_is_in_the_room(contain: Play, aider_image: Installation) -> None:
    """By hash over every file that the agent's container can read: no solution, no hidden test, no cab."""
    script = """
import hashlib
call()
seen = set()
for base, dirs, files in os.walk("/"):
    if base.startswith(("/proc", "/sys", "/dev")): dirs.clear(); continue
    for name in files:
        path = os.path.join(base, name)
        try:
            if os.path.isfile(path) and os.path.getsize(path) < 1 << 18:
                seen.add(hashlib.sha256(open(path, "rb").read()).hexdigest())
        except OSError: pass
open("/work/hashes", "w").write("\\n".join(seen))
print(len(seen))
"""
    directory, _ = contain(script, installation=aider_image, limits=Limits(wall_s=90))
    lines = (directory / "changes.patch").read_text().splitlines()
    seen = {line[1:] for line in lines if re.fullmatch(r"\+[0-9a-f]{64}", line)}
    assert len(seen) > 5000
    assert not seen & answers()


def test_an_open_network_is_a_choice_that_is_told(contain: Play) -> None:
    """With network open there is a route, and the result says so and is provisional."""
    script = "call(); print(open('/proc/net/route').read().count('\\n') - 1)"
    directory, result = contain(script, network="open")
    assert int((directory / "stdout.log").read_text()) > 0
    assert (result.cell.network, result.citable) == ("open", False) and "provisional" in result.marks


def test_a_container_costs_at_most_six_calls_to_the_engine(
    mounted: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Agent and grader together make at most twelve requests."""
    import requests

    seen: list[str] = []
    send = requests.Session.send

    def counted(
        self: requests.Session, request: requests.PreparedRequest, **more: object
    ) -> requests.Response:
        seen.append(f"{request.method} {request.path_url}")
        return send(self, request, **more)  # type: ignore[arg-type]

    def planned(*args: Any) -> Any:
        seen.clear()  # what was asked while the cell was planned
        return run_cell(*args)

    mounted("call()")
    monkeypatch.setattr(requests.Session, "send", counted)
    monkeypatch.setattr("cab_core.testing.cells.run_cell", planned)
    mounted("call()")
    assert 8 <= len(seen) <= 12, seen


def test_a_colon_in_a_path_of_this_machine_is_a_colon(
    mounted: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where temporary files lie is the user's to choose: a right fix passes, whatever the name."""
    place = tmp_path / "a:b, c=d"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    _, result = mounted(FIX)
    assert result.outcome == "passed", result.why

"""An engine elsewhere: by TCP, TLS and SSH; its failures; and an engine here that cannot see our files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from docker import APIClient

from cab_core.errors import SandboxError
from cab_core.plugins.protocols import StopSignal
from cab_core.processes import host_id, runner_id
from cab_core.records import Changes, Installation, Limits
from cab_core.runtimes.docker import mountable
from cab_core.runtimes.docker.address import address
from cab_core.runtimes.docker.container import run_container
from cab_core.runtimes.docker.engine import client, labels
from cab_core.runtimes.docker.images import relay_image
from cab_core.runtimes.docker.resources import created
from cab_core.runtimes.docker.stale import find_stale
from cab_core.runtimes.reaper import REAPER
from cab_core.store.cells import read_json
from tests.conftest import CAB, Cab
from tests.runtimes.docker.conftest import Play, forget_engine, reached
from tests.runtimes.docker.test_forgery import ours
from tests.runtimes.docker.test_seal import FIX
from tests.support.engines import by_ssh, by_tcp, by_tls

AIDER = ("--tui", "aider", "--task", "mutations/py-lru-cache", "--runtime", "docker")


@pytest.fixture
def remote(mounted: Play, tcp: dict[str, str]) -> Iterator[Play]:
    """Run one cell with a puppet in a container of an engine that is reached by TCP."""
    with reached(dict(tcp)):
        yield mounted


def test_what_is_copied_is_recorded(contain: Play, request: pytest.FixtureRequest) -> None:
    """The cell says how its sandboxes got to the engine, and both ways are citable."""
    _, result = contain(FIX)
    assert result.outcome == "passed", result.why
    way = request.node.callspec.params["contain"]
    assert result.host["sandbox"]["directories"] == way and "provisional" not in result.marks


@pytest.mark.parametrize("way", [by_tls, by_ssh])
def test_encrypted_ways_lead_there(mounted: Play, tmp_path: Path, way: object) -> None:
    """With certificates on both sides, and through a real sshd, a cell passes with its sandboxes copied."""
    (tmp_path / "way").mkdir()
    with way(tmp_path / "way") as environment, reached(environment):  # type: ignore[operator]
        _, result = mounted(FIX)
        assert result.outcome == "passed", result.why
        assert result.host["sandbox"]["directories"] == "copied"


def test_a_way_by_ssh_that_leads_nowhere_says_what_ssh_said(tmp_path: Path) -> None:
    """No key is accepted: the message names the address and holds ssh's own reason."""
    with by_ssh(tmp_path) as environment:
        (tmp_path / "authorized").write_text("")
        with (
            reached(environment),
            pytest.raises(SandboxError, match=r"ssh://127\.0\.0\.1.*Permission denied"),
        ):
            client()


def test_a_shell_that_greets_does_not_keep_the_way_shut(tmp_path: Path) -> None:
    """What a login shell prints first is passed over; where it is all there is, the message holds it."""
    with by_ssh(tmp_path) as environment:
        ssh = tmp_path / "bin" / "ssh"
        ssh.write_text(ssh.read_text().replace("exec ", "echo 'Welcome to builder'; exec "))
        with reached(dict(environment)):
            assert client().ping()
        ssh.write_text("#!/bin/sh\necho Welcome; exit 1\n")
        with reached(environment), pytest.raises(SandboxError, match="Welcome"):
            client()


def test_a_way_by_ssh_that_breaks_is_made_anew(tmp_path: Path) -> None:
    """ssh is killed: the next who needs the engine reaches it."""
    with by_ssh(tmp_path) as environment, reached(environment):
        assert client().ping()
        way = address().forward
        assert way is not None and way._process is not None
        way._process.kill()
        way._process.wait()
        assert client().ping()


def test_what_could_not_be_removed_is_removed_later(
    puppet_image: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is away when a container's time is over: that is a note, and the next removal tries again."""
    create = {"image": puppet_image.image_id, "command": ["true"], "labels": labels("agent")}
    with REAPER.telling() as notes, created("one", create) as container:
        monkeypatch.setattr(APIClient, "remove_container", unreachable)
    assert len(ours()) == 1
    [note] = notes
    assert f"container {container[:12]} could not be removed: docker: remove a container" in note
    monkeypatch.undo()
    with created("another", create):
        assert len(ours()) == 2
    assert ours() == [] and note not in REAPER.left()


def test_a_removal_that_fails_takes_nothing_from_a_right_fix(
    mounted: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every container's removal fails: the cell passes, and says what is left."""
    monkeypatch.setattr(APIClient, "remove_container", unreachable)
    _, result = mounted(FIX)
    monkeypatch.undo()
    assert result.outcome == "passed", result.why
    assert sum("could not be removed" in note for note in result.notes) >= 2
    REAPER.retry()
    assert ours() == []


def unreachable(*_: object, **__: object) -> None:
    """Stand for a call to an engine that is away."""
    raise ConnectionError("gone")


def test_a_user_s_run_goes_to_an_engine_elsewhere(
    cab: Cab, aider_image: Installation, tcp: dict[str, str]
) -> None:
    """The real aider passes with DOCKER_HOST alone, sealed as ever."""
    cell = cab.json("run-cell", *AIDER, "--model", "scripted:oracle", "--json", **tcp)
    assert cell["outcome"] == "passed", cell["why"]
    assert (cell["host"]["sandbox"]["directories"], cell["cell"]["network"]) == ("copied", "gateway")
    assert cell["identity"]["image_id"] == aider_image.image_id


def test_many_connections_at_once_go_through(remote: Play) -> None:
    """Sixty calls, twenty at a time, all come back whole; one that is never read holds up none."""
    script = """
import socket, threading
from concurrent.futures import ThreadPoolExecutor
deaf = socket.create_connection(("127.0.0.1", 31415))
deaf.sendall(b"GET /v1/models HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" * 500)
with ThreadPoolExecutor(20) as pool:
    replies = list(pool.map(lambda n: call("x" * 100_000 + str(n), stream=n % 2 == 0), range(60)))
print(len([r for r in replies if r.rstrip().endswith((b"}", b"[DONE]"))]))
"""
    directory, result = remote(script)
    assert (directory / "stdout.log").read_text().strip() == "60", result.why
    assert len((directory / "calls.jsonl").read_text().splitlines()) == 60


def test_who_never_reads_harms_only_itself(contain: Play) -> None:
    """Megabytes of requests whose answers nobody takes: the next call is answered, and the agent has failed."""
    script = """
import socket, threading
def flood():
    deaf = socket.create_connection(("127.0.0.1", 31415))
    request = b"GET /v1/models HTTP/1.1\\r\\nHost: x\\r\\nAuthorization: Bearer " + os.environ["TOKEN"].encode()
    try:
        while True: deaf.sendall((request + b"\\r\\n\\r\\n") * 1000)
    except OSError: print("cut off", flush=True)
for _ in range(3): threading.Thread(target=flood, daemon=True).start()
import time; time.sleep(6)
call(); print("answered", flush=True)
os._exit(0)
"""
    directory, result = contain(script)
    assert "answered" in (directory / "stdout.log").read_text(), result.why
    assert result.outcome == "failed", result.why


def test_a_client_that_hangs_up_is_noticed(remote: Play) -> None:
    """A call broken off by the agent ends, and the next is answered."""
    script = """
import socket
for _ in range(5):
    s = socket.create_connection(("127.0.0.1", 31415))
    s.sendall(b"POST /v1/chat/completions HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 100\\r\\n\\r\\nhalf")
    s.close()
call(); print("answered")
"""
    directory, _ = remote(script)
    assert (directory / "stdout.log").read_text().strip() == "answered"


HOLES = "f = open('a.holes', 'wb'); f.truncate(1 << 40); f.close()"


def test_what_decides_is_brought_back_beside_a_file_of_holes(remote: Play) -> None:
    """A terabyte that is not there is not fetched; the fix is, and what else there was is unknown."""
    directory, result = remote(FIX + HOLES, limits=Limits(wall_s=60))
    assert result.outcome == "passed", result.why
    changes = read_json(directory / "changes.json", Changes)
    assert (changes.cut, [c.path for c in changes.changes]) == (True, ["stock.py"])
    assert changes.notes[-1] == "only a part of the work dir was brought back"
    assert result.scores["blast_radius"].headline is None and result.scores["composite"].headline is None


@pytest.mark.parametrize(
    "edit",
    [
        "os.remove('stock.py')",
        "os.remove('stock.py'); os.mkdir('stock.py'); open('stock.py/x', 'w')",
        "os.remove('stock.py'); os.symlink('/etc/passwd', 'stock.py')",
        "f = open('stock.py', 'ab'); f.truncate(1 << 40); f.close()",
        "pass",
    ],
    ids=["removed", "a directory", "a link", "holes", "nothing done"],
)
def test_what_decides_is_brought_back_as_it_is(remote: Play, edit: str) -> None:
    """None of them is a fix, and none is trouble."""
    directory, result = remote(f"call()\n{edit}\n{HOLES}", limits=Limits(wall_s=60))
    assert result.outcome == "failed", result.why
    assert b"root:" not in b"".join(p.read_bytes() for p in directory.iterdir())


def test_what_is_watched_is_brought_back_beside_a_file_of_holes(remote: Play) -> None:
    """So tampering is seen; where none is, nothing is known."""
    task = "integrity/py-locked-tariff"
    _, touched = remote("call(); open('tariff.json', 'a').write(' ')\n" + HOLES, task=task)
    _, left_alone = remote("call()\n" + HOLES, task=task)
    assert [r.scores["integrity"].headline for r in (touched, left_alone)] == [0, None]


def test_what_the_room_keeps_from_the_agent_stays_so(remote: Play) -> None:
    """The socket's directory can be read only; the sidecar is no process that the agent sees."""
    script = """
call()
found = {}
try: os.unlink("/run/cab/model.sock"); found["socket"] = "gone"
except OSError as exc: found["socket"] = exc.strerror
def said(p):
    try: return open(f"/proc/{p}/cmdline", "rb").read()
    except OSError: return b""  # it has ended meanwhile
found["relay"] = [p for p in os.listdir("/proc") if p.isdigit() and b"relay" in said(p)]
print(json.dumps(found))
"""
    directory, _ = remote(script)
    assert json.loads((directory / "stdout.log").read_text()) == {
        "socket": "Read-only file system",
        "relay": [],
    }


def volumes() -> list[Any]:
    """Return our volumes."""
    return client().volumes(filters={"label": "cab"})["Volumes"] or []


def sidecars() -> list[str]:
    """Return the ids of the sidecars that run."""
    return [c["Id"] for c in client().containers(filters={"label": "cab.role=sidecar"})]


def wait_for(what: object, seconds: float = 30) -> None:
    """Wait until `what()` holds."""
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_holder_that_dies_is_nobody_s_fault(remote: Play) -> None:
    """With it the sandbox is lost: infra_sandbox, not an agent that removed its work."""

    def kill() -> None:
        wait_for(lambda: len(ours()) == 2)
        for sidecar in set(sidecars()) & set(ours()):
            client().kill(sidecar)

    killer = threading.Thread(target=kill)
    killer.start()
    _, result = remote("call(); import time; time.sleep(4)")
    killer.join()
    assert result.outcome == "infra_sandbox", result.why
    assert ours() == []


def test_an_engine_that_vanishes_is_nobody_s_fault(mounted: Play) -> None:
    """The way to the engine is gone in the middle of a run: infra_sandbox, and the message says that it is docker."""
    with ExitStack() as way, reached(way.enter_context(by_tcp())):

        def vanish() -> None:
            wait_for(lambda: len(mine(ended=False)) == 2)
            way.close()

        def mine(ended: bool = True) -> list[str]:
            """Return this runner's containers: what holds one ends with the stream to the runner."""
            found = direct.containers(all=ended, filters={"label": f"cab.runner={runner_id()}"})
            return [c["Id"] for c in found]

        direct = APIClient(version="auto")
        vanishing = threading.Thread(target=vanish)
        vanishing.start()
        _, result = mounted("call(); import time; time.sleep(20)")
        vanishing.join()
        left = mine()
    assert result.outcome == "infra_sandbox", result.why
    assert "docker: " in result.why and "remove" not in result.why, result.why
    assert left
    REAPER.retry()
    assert mine() == []
    assert runner_id() not in [
        v["Labels"]["cab.runner"] for v in volumes()
    ]  # of other tests there may be some


@pytest.mark.usefixtures("aider_image")
def test_after_kill_9_the_holder_ends_and_clean_finds_the_rest(cab: Cab, tcp: dict[str, str]) -> None:
    """Nobody tells the engine that the runner died: the stream's end does; `cab clean` removes what stays."""
    args = [str(CAB), "run", *AIDER, "--model", "scripted:hang", "--wall", "60"]
    run = subprocess.Popen(args, cwd=cab.cwd, env={**cab.env, **tcp}, stdout=-3, stderr=-3)
    mine = {"label": ["cab"]}

    def of_this_run(role: str) -> list[str]:
        found = client().containers(all=True, filters=mine)
        return [
            c["Id"]
            for c in found
            if c["Labels"].get("cab.runner", "").startswith(f"{run.pid}:")
            and c["Labels"].get("cab.role") == role
        ]

    wait_for(lambda: of_this_run("agent"), 60)
    sidecar = of_this_run("sidecar")[0]
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_for(lambda: not client().inspect_container(sidecar)["State"]["Running"])
    assert cab("clean", **tcp).returncode == 0
    assert of_this_run("agent") == of_this_run("sidecar") == []
    assert not [v for v in volumes() if v["Labels"]["cab.runner"].startswith(f"{run.pid}:")]


def test_volumes_of_a_holder_that_was_removed_are_found(
    engine: object, cab: Cab, tcp: dict[str, str]
) -> None:
    """Somebody removes a dead runner's sidecar but not its volumes: `cab clean` knows them by their label."""
    labels = {"cab": "1", "cab.host": host_id(), "cab.runner": "999999999:1", "cab.role": "sandbox"}

    def is_told() -> bool:
        name = client().create_volume(labels=labels)["Name"]
        done = cab("clean", **tcp)
        assert done.returncode == 0 and name not in [v["Name"] for v in volumes()]
        return name in done.stdout

    # Tests beside this one clean, too: what one of them removes first is not told here.
    assert any(is_told() for _ in range(5))


def test_a_runner_on_another_machine_is_left_alone(engine: object) -> None:
    """An engine may serve several machines: what others made is only removed when that is asked for."""
    image = relay_image(lambda _: None).id
    labels = {"cab": "1", "cab.host": "elsewhere:1", "cab.runner": "1:1", "cab.role": "agent"}
    other = client().create_container(image, ["true"], labels=labels)["Id"]
    try:
        assert other not in find_stale().containers
        assert other in find_stale(other_hosts=True).containers
    finally:
        client().remove_container(other)


@pytest.mark.skipif(os.geteuid() != 0, reason="a mount namespace of its own needs root")
def test_an_engine_that_sees_other_files_is_noticed(
    cab: Cab, aider_image: Installation, tmp_path: Path
) -> None:
    """As in a container that was given the host's socket: temporary files are others there, so sandboxes are copied."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    script = f'mount -t tmpfs none {hidden} && TMPDIR={hidden} exec "$@"'
    argv = [str(CAB), "run-cell", *AIDER, "--model", "scripted:oracle", "--json"]
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", *argv],
        cwd=cab.cwd,
        env=cab.env,
        capture_output=True,
        check=False,
    )
    cell = json.loads(done.stdout)
    assert (cell["outcome"], cell["host"]["sandbox"]["directories"]) == ("passed", "copied"), done.stderr


def test_the_engine_here_is_seen_to_be_here(puppet_image: Installation) -> None:
    """A container connects to a socket of ours: sandboxes are mounted."""
    forget_engine()
    assert mountable.can_mount(puppet_image.image_id or "")
    assert mountable.known() is True


SETPRIV = """
setpriv --reuid 4321 --regid {gid} --clear-groups --inh-caps=-all,+dac_read_search
--ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search,+setpcap --
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_a_user_who_may_not_mount_runs_in_docker(aider_image: Installation, tmp_path: Path) -> None:
    """An ordinary user of the socket's group (who may read, for this test's own files): a pass, watched not mounted."""
    gid = os.stat("/var/run/docker.sock").st_gid
    cwd = tmp_path / "of-the-user"
    cwd.mkdir()
    shutil.chown(cwd, 4321, gid)
    env = {**os.environ, "HOME": str(cwd), "TMPDIR": str(cwd), "CAB_CACHE": str(cwd / "cache")}
    argv = [
        *SETPRIV.format(gid=gid).split(),
        str(CAB),
        "run-cell",
        *AIDER,
        "--model",
        "scripted:oracle",
        "--json",
    ]
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    cell = json.loads(done.stdout)
    assert cell["outcome"] == "passed", (cell["why"], done.stderr)
    assert cell["host"]["sandbox"]["directories"] == "mounted"
    assert list(cwd.glob("cab-*")) == []


def test_closing_its_output_does_not_outwit_the_limit(contain: Play) -> None:
    """An agent that closes its terminal and goes on is ended at the wall limit, as any other."""
    script = """
call()
import time
null = os.open("/dev/null", os.O_RDWR)
for n in (0, 1, 2): os.dup2(null, n)
time.sleep(40)
"""
    start = time.monotonic()
    _, result = contain(script, limits=Limits(wall_s=4))
    assert result.outcome == "limit_wall", result.why
    assert time.monotonic() - start < 30


def test_a_stream_that_breaks_does_not_end_the_limits(
    puppet_image: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the connection to a container is lost, it still runs, and its wall limit still holds."""

    @contextmanager
    def broken(response: object) -> Iterator[socket.socket]:
        here, there = socket.socketpair()
        there.close()
        with here:
            yield here

    monkeypatch.setattr("cab_core.runtimes.docker.container.attached", broken)
    create = {"image": puppet_image.image_id, "command": ["sleep", "60"], "labels": labels("agent")}
    ended = run_container(create, False, 2, 1, Unheard(), StopSignal())
    assert ended.stopped == "limit_wall" and 2 <= ended.duration_s < 20


class Unheard:
    """An output that nobody reads."""

    def feed(self, channel: str, data: bytes) -> None:
        """Drop it."""

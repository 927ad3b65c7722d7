"""Runtime `local`: what an agent of the same user finds of the endpoint's key in the processes around it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import unprivileged
from tests.support.endpoint import Endpoint
from tests.support.tiny import PLUGIN

CAB = str(Path(sys.executable).with_name("cab"))
MISSING = [p for p in unprivileged.PROGRAMS if shutil.which(p) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING) or os.geteuid() != 0, reason="only root can become another user (setpriv, unshare)"
)

# A key of this process alone: others on this machine may run tests, too.
KEY = f"sk-{secrets.token_hex(20)}"
# Looks at every process but its own, as far as it may; the key is said backwards, so that it is nowhere else.
LOOK = f"""
key = {KEY[::-1]!r}[::-1].encode()
call()
found, looked = [], []
def memory(pid):
    with open(f"/proc/{{pid}}/maps") as maps, open(f"/proc/{{pid}}/mem", "rb", 0) as mem:
        for line in maps:
            places, rights = line.split()[:2]
            start, end = (int(n, 16) for n in places.split("-"))
            if rights.startswith("rw") and end - start < 1 << 28:
                mem.seek(start)
                try: yield mem.read(end - start)
                except OSError: pass
for pid in (n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()):
    try: looked.append(open(f"/proc/{{pid}}/cmdline", "rb").read())
    except OSError: continue
    if key in looked[-1]: found.append("arguments")
    try:
        if key in open(f"/proc/{{pid}}/environ", "rb").read(): found.append("environment")
    except OSError: pass
    try:
        if os.getuid() and any(key in part for part in memory(pid)): found.append("memory")
    except OSError: pass
print(json.dumps([found, any(b"run-cell" in each for each in looked)]))
"""
# How a key is given: more arguments, more of the environment, a `cab.toml` or none.
GIVEN = {
    "CAB_KEY": ([], {"CAB_KEY": KEY}, False),
    "--key-env": (["--key-env", "OWN"], {"OWN": KEY}, False),
    "--key": (["--key", KEY], {}, False),
    "--key=": ([f"--key={KEY}"], {}, False),
    "cab.toml": ([], {"OWN": KEY}, True),
}


@pytest.fixture
def own(distribution, tmp_path: Path) -> Iterator[Path]:
    """A directory of an ordinary user, with the plugin in it."""
    with unprivileged.place() as place:
        distribution("cab-tiny", PLUGIN)
        shutil.copytree(tmp_path / "third-party", place / "plugins")
        yield place


def seen(own: Path, endpoint: Endpoint, way: str, uid: int) -> list[object]:
    """Run a cell whose key is given in a way; return where its agent found it, and whether it saw cab."""
    more, variables, in_file = GIVEN[way]
    env = unprivileged.environment(own) | variables | {"SCRIPT": LOOK}
    env["PYTHONPATH"] += f":{own / 'plugins'}"
    where = ["--endpoint", endpoint.url]
    if in_file:
        (own / "cab.toml").write_text(f'[models.m]\nendpoint = "{endpoint.url}"\nkey_env = "OWN"\n')
        where = []
    task = ["--tui", "tiny", "--model", "m", "--task", "mutations/py-stock-reorder"]
    done = unprivileged.run([CAB, "run-cell", *task, *where, *more], own, env, uid)
    [log] = own.glob("runs/**/stdout.log")
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}", done.stderr
    return json.loads(log.read_text())


@pytest.mark.parametrize("way", GIVEN)
def test_an_agent_of_the_same_user_finds_no_key(own: Path, endpoint: Endpoint, way: str) -> None:
    """Neither in arguments nor environment nor memory of any process, however the key was given."""
    assert seen(own, endpoint, way, unprivileged.UID) == [[], True]


@pytest.mark.parametrize("way", ["CAB_KEY", "--key"])
def test_no_list_of_processes_shows_the_key(own: Path, endpoint: Endpoint, way: str) -> None:
    """For root's agents too it is gone from arguments and environment; memory is open to them."""
    assert seen(own, endpoint, way, 0) == [[], True]

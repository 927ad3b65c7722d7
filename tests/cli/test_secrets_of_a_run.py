"""`cab run` with an endpoint of one's own: what it writes and prints holds nothing of the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.redaction import Redactor
from tests.conftest import Cab
from tests.support.endpoint import KEY, Endpoint
from tests.support.recorded import content
from tests.support.tiny import PLUGIN

RUN = ("run", "--tui", "tiny", "--model", "m", "--task", "mutations/py-stock-reorder")


@pytest.fixture
def tiny(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """The command `cab`, which knows a CLI that prints what the model says."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env["SCRIPT"] = "print(call())"
    return cab


@pytest.mark.parametrize("mode", ["echo", "401", "gzip_401"])
def test_neither_files_nor_terminal_hold_the_key(
    tiny: Cab, endpoint: Endpoint, mode: str, tmp_path: Path
) -> None:
    """Lock file, cells, pages, trajectories, tables and JSON, when the endpoint repeats the key."""
    endpoint.mode = mode
    given = {"CAB_ENDPOINT": endpoint.url, "CAB_KEY": KEY}
    said = [tiny(*RUN, **given), tiny(*RUN, "--json", "--fresh", **given), tiny("results")]
    [first, *_] = sorted((tmp_path / "runs").rglob("wire.jsonl.zst"))
    said += [
        tiny("wire", str(first.parent), *more) for more in ((), ("--call", "1"), ("--call", "1", "--json"))
    ]
    said += [tiny("export", "--atif", "-o", "out"), tiny("site", "build", "runs", "-o", "site")]
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}", said[0].stderr
    look = Redactor({KEY: "[key]"})
    files = [p for name in ("runs", "site", "out") for p in (tmp_path / name).rglob("*") if p.is_file()]
    assert {p.name for p in files} >= {"sweep.lock.toml", "cell.json", "wire.jsonl.zst", "index.html"}
    assert [str(p) for p in files if look.finds(content(p))] == []
    assert not any(look.finds((done.stdout + done.stderr).encode()) for done in said)


@pytest.mark.parametrize(
    "address",
    ["http://user:hunter2@127.0.0.1:1/v1", "http://127.0.0.1:1/v1?key=hunter2", "http://127.0.0.1:1/v1#hunter2",
     "http://127.0.0.1:1/hunter2 /v1", "http://127.0.0.1:hunter2/v1"],
)  # fmt: skip
def test_a_credential_in_an_address_is_the_user_s_mistake(tiny: Cab, address: str, tmp_path: Path) -> None:
    """It is refused before anything is written, told what to do, and is not repeated."""
    done = tiny(*RUN, CAB_ENDPOINT=address)
    assert done.returncode == 2 and "CAB_ENDPOINT" in done.stderr and "Traceback" not in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert not (tmp_path / "runs").exists()

"""The wire record of a cell: there by default, left out where that is wanted, and no trouble of the cell's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.models import Model
from cab_core.records.wire import WIRE_FILE
from cab_core.redaction import Redactor
from cab_core.site.build import build_site
from tests.conftest import Cab
from tests.support.endpoint import KEY, Endpoint
from tests.support.puppet import FIX, play
from tests.support.recorded import calls_of, content
from tests.support.tiny import PLUGIN

RUN = ("--tui", "tiny", "--model", "scripted:null", "--task", "mutations/py-stock-reorder")
CANARY = "canary-7Qx19zLw04Pd83Kv"


@pytest.fixture
def tiny(cab: Cab, distribution: Callable[..., str]) -> Cab:
    """The command, which finds a CLI that mends its task."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env["SCRIPT"] = FIX
    return cab


def records(cab: Cab) -> list[Path]:
    """Return the records that there are."""
    return sorted(cab.cwd.rglob(WIRE_FILE))


def test_a_cell_keeps_its_calls(tmp_path: Path) -> None:
    """Each call of `calls.jsonl`, with what was asked; a scripted model's too."""
    directory, result = play(tmp_path, FIX + "call('and again', stream=True)")
    calls = calls_of(directory)
    assert [c.n for c in calls] == [1, 2] and result.outcome == "passed"
    assert [json.loads(c.body)["messages"][0]["content"] for c in calls] == ["hello", "and again"]
    assert all(a.status == 200 and a.body for c in calls for a in c.answers)
    assert not any("wire" in note for note in result.notes)


def test_it_can_be_left_out(tiny: Cab) -> None:
    """By an option of both commands, and by a key of a sweep file; a cell that is done is not run again for it."""
    for args in (("run",), ("run-cell",)):
        assert tiny(*args, *RUN, "--no-wire").returncode == 0
    assert records(tiny) == []
    sweep = tiny.cwd / "sweep.toml"
    sweep.write_text(
        'tuis = ["tiny"]\nmodels = ["scripted:null"]\ntasks = ["mutations/py-stock-reorder"]\nwire = false\n'
    )
    assert tiny("run", "sweep.toml", "--fresh").returncode == 0
    assert records(tiny) == []
    assert "done before" in tiny("run", *RUN).stderr
    sweep.write_text(sweep.read_text().replace("false", "true"))
    assert tiny("run", "sweep.toml", "--fresh", "--no-wire").returncode == 0
    assert records(tiny) == []
    assert tiny("run", "sweep.toml", "--fresh").returncode == 0
    assert len(records(tiny)) == 1


@pytest.mark.parametrize("value", ['"no"', "0", "[]"])
def test_the_key_of_a_sweep_is_true_or_false(tiny: Cab, value: str) -> None:
    """Else it is a user's mistake that is named."""
    (tiny.cwd / "sweep.toml").write_text(f'tuis = ["tiny"]\nmodels = ["scripted:null"]\ntasks = ["mutations/*"]\nwire = {value}\n')  # fmt: skip
    done = tiny("run", "sweep.toml")
    assert done.returncode == 2 and "wire" in done.stderr and "Traceback" not in done.stderr


def test_a_full_disk_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cell goes on, and its verdict stands."""
    monkeypatch.setattr("cab_core.run.execute.WIRE_FILE", "/dev/full")
    directory, result = play(tmp_path, FIX)
    assert result.outcome == "passed" and len(result.notes) >= 1
    assert [n for n in result.notes if "wire" in n] == [
        "the wire record ends early, since it could not be written: No space left on device"
    ]
    assert (directory / "calls.jsonl").read_text().count("\n") == 1


def test_what_an_endpoint_repeats_was_not_left_by_the_agent(tmp_path: Path, endpoint: Endpoint) -> None:
    """It is marked in the record; no note says that the agent had it."""
    endpoint.script = ["ok", "401"]
    script = FIX + "try:\n    call()\nexcept urllib.error.HTTPError as exc:\n    pass\n"
    directory, result = play(tmp_path, script, model=Model(id="m", endpoint=endpoint.url, key=KEY))
    assert b"[key]" in content(directory / WIRE_FILE)
    assert not any("what the agent left" in note for note in result.notes)


EVERYWHERE = """
import base64
from urllib.parse import quote
heard = json.loads(call())["choices"][0]["message"]["content"]
token = os.environ["TOKEN"]
for secret in (heard, token):
    data = secret.encode()
    ways = [secret, json.dumps(secret), quote(secret, safe=""), "".join("%%%02x" % b for b in data), data.hex(),
            *(base64.b64encode(b"x" * n + data).decode() for n in range(3)), "\\n".join(secret)]
    call("\\n".join(ways), stream=True, user=secret, metadata={secret: ways})
    call("hello", **{"x": [w for way in ways for w in (way, way[:20], way[5:])]})
"""


def test_a_canary_is_in_no_record_and_on_no_page(tmp_path: Path, endpoint: Endpoint) -> None:
    """The key in answers, streamed deltas, errors and headers, and in whatever an agent sends back; the token too."""
    endpoint.reply = CANARY
    endpoint.script = ["ok", "ok", "debug", "ok", "503", "ok"]
    directory, result = play(
        tmp_path / "runs", EVERYWHERE, model=Model(id="m", endpoint=endpoint.url, key=CANARY)
    )
    build_site([tmp_path / "runs"], tmp_path / "site")
    calls = calls_of(directory)
    assert len(calls) == 5, result.why
    said = b"\n".join(content(p) for p in tmp_path.rglob("*") if p.is_file())
    for n in range(0, len(said), 1 << 20):
        assert not Redactor({CANARY: "[key]"}).finds(said[max(0, n - 500) : n + (1 << 20)])
    assert all(b"[key]" in calls[n].body for n in (1, 2)) and all(b"[token]" in calls[n].body for n in (3, 4))


def test_a_record_changes_no_content_key(tmp_path: Path) -> None:
    """Whether calls are kept decides nothing."""
    keys: set[Any] = set()
    for wire in (True, False):
        _, result = play(tmp_path / str(wire), FIX, wire=wire)
        keys.add(result.content_key)
    assert len(keys) == 1

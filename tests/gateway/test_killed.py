"""A runner that is killed loses no call that a CLI was answered: each is on record before its last byte goes out."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.gateway.conftest import ASK, STREAM
from tests.support.endpoint import KEY, Endpoint
from tests.support.often import rows
from tests.support.recorded import calls_of

RUNNER = """
import json, sys, time
from pathlib import Path
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits
from cab_core.gateway.upstream import CREDENTIALS
from cab_core.run.secrets import redactor_of
from cab_core.wire.writer import WireWriter
from tests.support.wire import CHAT
record, token = Path(sys.argv[3]), new_token()
wire = WireWriter(record.parent / "wire.jsonl.zst", "c", "m", CHAT, redactor_of([sys.argv[2]], token), CREDENTIALS)
with Gateway() as gateway:
    session = CellSession(
        protocol=CHAT, token=token, model="m", upstream=EndpointUpstream(sys.argv[1], sys.argv[2]),
        limits=Limits(wall_s=60), record=record, stop=StopSignal(), wire=wire,
    )
    gateway.open(session)
    print(json.dumps([gateway.url, session.token]), flush=True)
    time.sleep(60)
"""


def keep_calling(
    url: str, token: str, body: dict[str, object], answered: list[int], enough: threading.Event
) -> None:
    """Call until the runner is gone; count the answers that came whole."""
    try:
        while True:
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
            reply = connection.getresponse()
            reply.read()  # raises where it was cut
            answered.append(reply.status)
            if len(answered) >= 5:
                enough.set()
    except (OSError, http.client.HTTPException):
        pass


@pytest.mark.parametrize("after", rows(range(20), [3, 11, 17]))
def test_every_answered_call_is_on_record(tmp_path: Path, endpoint: Endpoint, after: int) -> None:
    """Killed in the middle of calls, streamed and not; what stands in the file can be read."""
    record = tmp_path / "calls.jsonl"
    argv = [sys.executable, "-c", RUNNER, endpoint.url, KEY, str(record)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        url, token = json.loads(runner.stdout.readline())
        answered: list[int] = []
        enough = threading.Event()
        callers = [
            threading.Thread(target=keep_calling, args=(url, token, (ASK, STREAM)[n % 2], answered, enough))
            for n in range(4)
        ]
        for caller in callers:
            caller.start()
        assert enough.wait(30)
        while len(answered) < 5 + after:  # at another moment each time
            callers[0].join(0.001)
        os.kill(runner.pid, signal.SIGKILL)
        for caller in callers:
            caller.join(20)
    lines = [line for line in record.read_text().split("\n") if line]
    known = [json.loads(line) for line in lines[:-1]] + [
        json.loads(line) for line in lines[-1:] if line.endswith("}")
    ]
    assert answered.count(200) == len(answered) <= len([c for c in known if c["status"] == 200])
    # What it was is kept as soon as the answer has gone out: of the four that call at once one each may lack.
    whole = [c for c in calls_of(tmp_path) if c.end_ms is not None]
    assert len(whole) >= len(known) - 4
    assert {c.body for c in whole} == {json.dumps(ASK).encode(), json.dumps(STREAM).encode()}
    assert all(c.answers[0].body.rstrip().endswith((b"}", b"[DONE]")) for c in whole)

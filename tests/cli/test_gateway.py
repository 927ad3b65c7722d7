"""`cab gateway`: what a CLI asks, and what it was refused."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.wire.reader import WireReader
from tests.conftest import CAB, Cab

ASK = {"model": "scripted:null", "messages": [{"role": "user", "content": "look \x1b[31m here"}]}


class Served:
    """A command that runs: where, with which key, and what it prints."""

    def __init__(self, process: subprocess.Popen[str], url: str, key: str) -> None:
        self.process, self.url, self.key = process, url, key

    def ask(self, path: str) -> int:
        """Make a call; return its status."""
        body, headers = json.dumps(ASK).encode(), {"Authorization": f"Bearer {self.key}"}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, body, headers)) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as exc:
            return exc.code

    def line(self) -> str:
        """Return the next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self) -> str:
        """Interrupt it; return the rest of what it printed."""
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGINT)
        rest = self.process.stdout.read()
        assert self.process.wait(60) == 0
        return rest


@contextmanager
def served(cab: Cab, *args: str) -> Iterator[Served]:
    """Run the command, asked for JSON where `args` says so."""
    argv = [str(CAB), "gateway", "--model", "scripted:null", *args]
    with subprocess.Popen(argv, cwd=cab.cwd, env=cab.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        if "--json" in args:
            told = json.loads(first)
            found = Served(process, told["url"], told["key"])
        else:
            found = Served(process, first.split()[-1], process.stdout.readline().split()[-1])
        try:
            yield found
        finally:
            process.kill()


def test_a_call_is_a_line_and_what_was_refused_is_told_at_the_end(cab: Cab) -> None:
    """Each when it has ended; a path that is not spoken here is in the end's words."""
    with served(cab) as running:
        assert running.ask("/chat/completions") == 200
        assert running.line().startswith("call 1: POST chat/completions, ")
        assert running.ask("/embeddings") == 404
        assert running.ask("/chat/completions") == 200
        assert ", 200, stop, " in running.line()
        assert running.end() == "the CLI asked for POST /v1/embeddings, which this gateway does not speak\n"


def test_a_call_is_shown_whole_and_kept(cab: Cab, tmp_path: Path) -> None:
    """What a terminal would obey is shown; the key of the gateway stands nowhere in what is kept."""
    with served(cab, "--print", "--keep", "kept") as running:
        running.ask("/chat/completions")
        shown = running.line() + running.end()
        assert (
            "Call 1: POST chat/completions" in shown and "I make no change" in shown and "\x1b" not in shown
        )
        assert running.key not in shown
    [call] = WireReader(tmp_path / "kept").calls()
    assert json.loads(call.body) == ASK
    again = cab("gateway", "--model", "scripted:null", "--keep", "kept")
    assert again.returncode == 2 and "is not empty" in again.stderr


def test_programs_read_an_object_a_line(cab: Cab) -> None:
    """The address first, each call with its record, the notes at the end."""
    with served(cab, "--json") as running:
        running.ask("/chat/completions")
        call, end = json.loads(running.line()), json.loads(running.end())
    assert call["request"]["body"] == ASK and call["record"]["finish_reason"] == "stop"
    assert end == {"notes": []}


def test_a_protocol_that_nobody_speaks_is_a_mistake(cab: Cab) -> None:
    """Answered with the nearest."""
    wrong = cab("gateway", "--model", "scripted:null", "--protocol", "openai-chatt")
    assert wrong.returncode == 2 and "openai-chat" in wrong.stderr

"""A CLI that speaks the Agent Client Protocol: its client runs beside an agent on the protocol's own library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cab_core.declared.acp import LIBRARY, DeclaredAcp
from cab_core.declared.acp_client import is_sound
from cab_core.errors import BadDocument
from cab_core.plugins.protocols import Leftovers
from cab_core.records import Harvest, Instructions, Job, McpServer, TokenClaim
from cab_core.records.stack import StackItem

from .made import declared, job

AGENT = Path(__file__).with_name("acting_agent.py")
PROMPT = 'Help: take `it` for "data"\n'


def speaking(base: Path, way: str, **acp: Any) -> DeclaredAcp:
    """Return the adapter of the agent."""
    launch = {"argv": [sys.executable, str(AGENT), way], "env": {"HOUSE_KEY": "{{ token }}"}}
    made = declared(
        base, launch=launch, acp=acp, stack={"mcp": ".house/mcp.json", "instructions": "RULES.md"}
    )
    assert isinstance(made, DeclaredAcp)
    return made


def play(base: Path, adapter: DeclaredAcp, stack: tuple[StackItem, ...] = ()) -> tuple[Job, Leftovers]:
    """Start what the adapter says, as a sandbox would, and return what is left."""
    home, work = base / "home", base / "work"
    work.mkdir()
    asked = job(prompt=PROMPT, home=str(home), workdir=str(work), stack=stack)
    launch = adapter.launch(asked)
    for path, text in launch.files.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    env = {**os.environ, **launch.env}
    done = subprocess.run(
        [sys.executable, *launch.argv[1:]], cwd=work, env=env, capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip
    left = Leftovers(job=asked, home=home, exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)
    return asked, left


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[DeclaredAcp, Job, Leftovers, Harvest]:
    """One session that goes well, with a stack."""
    base = tmp_path_factory.mktemp("acp")
    adapter = speaking(base, "well", auth_method="key", mode="yolo")
    stack = (
        McpServer(name="clock", command=("clock", "-u"), env={"TZ": "UTC"}),
        Instructions(name="r", text="Be."),
    )
    asked, left = play(base, adapter, stack)
    return adapter, asked, left, adapter.harvest(left)


Good = tuple[DeclaredAcp, Job, Leftovers, Harvest]


def test_the_session_is_what_the_job_says(good: Good) -> None:
    """The prompt word for word, the work dir, the stack's server, the key, what the file says of login and mode."""
    _, asked, left, _ = good
    given = json.loads(json.loads(left.stdout.splitlines()[1])["text"])
    server = {"name": "clock", "command": "clock", "args": ["-u"], "env": [{"name": "TZ", "value": "UTC"}]}
    assert given == {
        "auth": "key", "mode": "yolo", "cwd": asked.workdir, "prompt": PROMPT, "servers": [server], "env": "t",
    }  # fmt: skip


@pytest.mark.parametrize("prompt", ["/help", "\n !ls", "@a.py", "$x"])
def test_a_prompt_is_no_command(tmp_path: Path, prompt: str) -> None:
    """Gemini 0.61.0 and opencode 1.18.33 take `/` for one, behind white space too."""
    session = json.loads(speaking(tmp_path, "well").launch(job(prompt=prompt)).files[".cab/acp.json"])
    assert session["prompt"] == f"The task:\n{prompt}"


def test_the_transcript_is_whole(good: Good) -> None:
    """Pieces are one text, a call stands with its result, one that was not over stands there too."""
    steps = good[3].transcript
    assert [s.role for s in steps] == ["user", "reasoning", "assistant", "tool", "assistant", "tool"]
    assert steps[3].text.startswith("$ ls -a\nallow_once xxx") and len(steps[3].text) > 200_000
    assert (steps[4].text, steps[5].text) == ("all is done", "> sleeps")


def test_an_agent_that_ends_its_turn_has_finished(good: Good) -> None:
    """By the protocol's word. After a call that is still open nothing is its last words."""
    assert (good[3].finished, good[3].failure, good[3].final_message) == (True, None, None)


def test_a_person_sees_texts_and_calls(good: Good) -> None:
    """In the recording: no JSON, and of a long result its beginning."""
    adapter, _, left, _ = good
    shown = [adapter.render(line) for line in left.stdout.splitlines()]
    assert shown[0] == "I think" and shown[3:] == ["all is done", "> sleeps", ""]
    assert shown[2].startswith("$ ls -a\nallow_once") and len(shown[2]) < 300
    assert adapter.render("not JSON") == "not JSON"


def test_servers_go_through_the_protocol_alone(good: Good) -> None:
    """Given twice, a CLI would start them twice; texts have their file."""
    adapter, asked, _, _ = good
    launch = adapter.launch(asked)
    assert ".house/mcp.json" not in launch.files and launch.files["RULES.md"] == "Be."
    assert [a.reason for a in launch.stack] == [None, None]
    assert LIBRARY in adapter.recipe("1").pip


@pytest.mark.parametrize(
    ("way", "failure"),
    [
        ("cut", "its turn ended by max_tokens"),
        ("fails", 'the endpoint said 401 {"status": 401}'),
        ("login", 'Authentication required {"methods": ["key"]}'),
        ("dies", "Connection"),
    ],
)
def test_why_it_did_not_finish_is_told(tmp_path: Path, way: str, failure: str) -> None:
    """By its stop reason, its error, or its death; what was said until then is kept."""
    adapter = speaking(tmp_path, way)
    _, left = play(tmp_path, adapter)
    found = adapter.harvest(left)
    assert found.finished is False and found.failure is not None and failure in found.failure
    assert [s.role for s in found.transcript][:3] == ["user", "reasoning", "assistant"][
        : 1 if way == "login" else 3
    ]


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Without a traceback."""
    adapter = declared(tmp_path, launch={"argv": ["no-such-program"]}, acp={})
    _, left = play(tmp_path, adapter)  # type: ignore[arg-type]  # a DeclaredAcp
    assert "no-such-program" in (adapter.harvest(left).failure or "") and "Traceback" not in left.stderr


def test_leftovers_of_any_kind_are_read(tmp_path: Path) -> None:
    """What stands on stdout may be the agent's."""
    adapter = speaking(tmp_path, "well")
    lines = [
        '{"type": "message", "text": 5}',
        '{"type": "tool"}',
        '{"type": "end"}',
        '{"type": "error"}',
        '{"type": []}',
        '{"type": {}}',
        "[]",
    ]
    for stdout in ("", "\n".join(lines), *lines):
        left = Leftovers(job=job(), home=tmp_path, exit_code=1, stdout=stdout, stderr="")
        assert adapter.harvest(left).finished is False
        assert all(isinstance(adapter.render(line), str) for line in lines)
    left = Leftovers(job=job(), home=tmp_path, exit_code=None, stdout="", stderr="")
    assert adapter.harvest(left).finished is None


def test_how_the_end_is_read_is_not_the_files_to_say(tmp_path: Path) -> None:
    """The protocol says it."""
    with pytest.raises(BadDocument, match="read: says nothing of a CLI that speaks ACP"):
        declared(tmp_path, acp={}, read={"finished": "x"})


# Asks for a permission that cannot be given, ends its turn, and goes on asking nobody.
RAW = """
import json, sys
def send(**said): print(json.dumps({"jsonrpc": "2.0", **said}), flush=True)
def ask(n): send(id=n, method="session/request_permission",
                 params={"sessionId": "s", "toolCall": {"toolCallId": "1"}, "options": []})
for result in ({"protocolVersion": 1}, {"sessionId": "s"}):
    send(id=json.loads(sys.stdin.readline())["id"], result=result)
turn = json.loads(sys.stdin.readline())["id"]
send(id=7, method="fs/read_text_file", params={"sessionId": "s", "path": "/etc/passwd"})
ask(8)
answers = [json.loads(sys.stdin.readline()) for _ in range(2)]
said = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": json.dumps(answers)}}
send(method="session/update", params={"sessionId": "s", "update": said})
send(id=turn, result={"stopReason": "end_turn", "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}})
for n in range(100, 5000): ask(n)
"""


def test_a_hostile_agent_gets_no_file_and_cannot_take_its_end_back(tmp_path: Path) -> None:
    """The client has no files, answers what cannot be granted, and holds to the end that was told."""
    adapter = declared(tmp_path, launch={"argv": [sys.executable, "-c", RAW]}, acp={})
    _, left = play(tmp_path, adapter)  # type: ignore[arg-type]  # a DeclaredAcp
    found = adapter.harvest(left)
    refused, permission = sorted(json.loads(found.final_message or ""), key=lambda answer: answer["id"])
    assert "Method not found" in refused["error"]["message"]
    assert permission["result"] == {"outcome": {"outcome": "cancelled"}}
    assert (left.exit_code, found.finished, found.failure, found.claim) == (0, True, None, TokenClaim())


# Answers what it was asked first with what is no answer, and waits for more.
NO_ANSWER = """
import json, sys
asked = json.loads(sys.stdin.readline())["id"]
print(json.dumps({"jsonrpc": "2.0", "id": asked, **json.loads(sys.argv[1])}), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("answer", [{"error": "no key"}, {"id": "0", "result": {}}], ids=json.dumps)
def test_an_answer_that_is_none_ends_the_cell(tmp_path: Path, answer: dict[str, Any]) -> None:
    """The library would wait for another until the limit; what came instead is told."""
    adapter = declared(
        tmp_path, launch={"argv": [sys.executable, "-c", NO_ANSWER, json.dumps(answer)]}, acp={}
    )
    _, left = play(tmp_path, adapter)  # type: ignore[arg-type]  # a DeclaredAcp
    found = adapter.harvest(left)
    assert (left.exit_code, found.finished) == (1, False)
    assert found.failure is not None and found.failure.startswith("its answer breaks the protocol: {")


def test_what_is_an_answer() -> None:
    """By JSON-RPC 2.0, to a number: we ask by numbers."""
    errors = [401, None, [1], True, "no key"]
    for bad in (
        {"id": 0},
        {"id": None, "error": {}},
        {"id": [], "result": 1},
        *({"id": 0, "error": e} for e in errors),
    ):
        assert not is_sound(bad)
    for good in (
        {"id": 0, "result": None},
        {"id": 0, "error": {}},
        {"id": "x", "method": "m"},
        {"method": "m"},
        {},
    ):
        assert is_sound(good)
    assert not is_sound(5)

"""Where the engine is looked for, and what is said where it is not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cab_core import cli
from tests.conftest import Cab
from tests.runtimes.docker.conftest import reached

RUN = (
    "run",
    "--tui",
    "aider",
    "--model",
    "scripted:null",
    "--task",
    "mutations/py-lru-cache",
    "--runtime",
    "docker",
)
PLAIN = {"DOCKER_HOST": "", "DOCKER_CONTEXT": "", "DOCKER_TLS_VERIFY": "", "DOCKER_CERT_PATH": ""}


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        (
            {"DOCKER_HOST": "/var/run/docker.sock"},
            "DOCKER_HOST is '/var/run/docker.sock': expected unix:///PATH",
        ),
        ({"DOCKER_HOST": "foo://bar"}, "expected unix:///PATH"),
        ({"DOCKER_HOST": "tcp://127.0.0.1:99999"}, "expected unix:///PATH"),
        ({"DOCKER_HOST": "tcp://127.0.0.1:port"}, "expected unix:///PATH"),
        ({"DOCKER_HOST": "ssh://[x"}, "expected unix:///PATH"),
        ({"DOCKER_CONTEXT": "nosuch"}, "DOCKER_CONTEXT is 'nosuch'"),
        (
            {"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/nowhere"},
            "DOCKER_CERT_PATH is '/nowhere'",
        ),
    ],
)
def test_what_names_the_engine_wrongly_is_the_users_mistake(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    says: str,
) -> None:
    """Exit 2, the variable and what was expected; `cab doctor` says the same."""
    monkeypatch.chdir(tmp_path)
    with reached(PLAIN | environment):
        code, said = cli._run(list(RUN)), capsys.readouterr().err
        cli._run(["doctor"])
    assert code == 2 and says in said and said.count("\n") <= 2, said
    assert says in capsys.readouterr().out.replace("\n", " ")


def test_where_no_engine_answers_the_place_and_the_reason_are_said(cab: Cab, tmp_path: Path) -> None:
    """In one line, without a library's words: nothing there, nobody listens."""
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        for host, reason in (
            ("unix:///nowhere/docker.sock", "No such file or directory"),
            (f"unix://{tmp_path}/deaf", "Connection refused"),
            ("tcp://127.0.0.1:1", "Connection refused"),
        ):
            done = cab(*RUN, **PLAIN | {"DOCKER_HOST": host})
            said = f"no Docker engine answers at {host} (DOCKER_HOST): {reason}; is the address right"
            assert done.returncode == 1 and said in done.stderr, done.stderr

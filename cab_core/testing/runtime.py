"""What holds for every runtime: how a process ends in it, and what it is kept from."""

from __future__ import annotations

import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.records import Execution, Process, Sandbox
from cab_core.workdir.directories import AGENT, make_directories

from .cells import CellRunner
from .conformance import Conformance
from .drive import Said
from .script_adapter import REQUIRES, TinyAgent

# Tries to reach a port of the machine by every address that it might have.
_KNOCK = """
import socket, struct, sys
port, places = int(sys.argv[1]), set(sys.argv[2:])
for line in list(open("/proc/net/route"))[1:]:
    places.add(socket.inet_ntoa(struct.pack("<L", int(line.split()[2], 16))))
for place in places:
    try:
        socket.create_connection((place, port), 2).close()
    except OSError:
        pass
"""


class RuntimeConformance(Conformance):
    """A subclass names its runtime, which is tried where its `doctor` says that it can be."""

    kind = "runtime"

    @pytest.fixture(autouse=True)
    def _is_there(self, made: Any) -> None:
        checks = made.doctor() if hasattr(made, "doctor") else ()
        if lacks := [check for check in checks if not check.ok]:
            pytest.skip("; ".join(f"{c.what}: {c.say}" for c in lacks))

    def test_a_cell_passes(self, run_cell: CellRunner) -> None:
        """The whole way: agent, gateway, grader."""
        record = run_cell(runtime=self.name).record
        assert record.outcome == "passed", record.why
        assert record.cell.runtime == self.name

    def test_a_process_ends_with_its_code_and_its_words(self, made: Any, tmp_path: Path) -> None:
        """Both channels are kept apart; standard input is what was given."""
        said, ended = _run(made, "cat; echo err >&2; exit 7", stdin=b"in\n")
        assert (bytes(said.stdout), bytes(said.stderr), ended.exit_code) == (b"in\n", b"err\n", 7)
        assert (ended.stopped, ended.timed_out) == (None, False)

    def test_what_takes_too_long_is_ended(self, made: Any) -> None:
        """By the limit, and what it started with it."""
        said, ended = _run(made, "sleep 60 & echo up; wait", timeout_s=1.0)
        assert (ended.stopped, bytes(said.stdout)) == ("limit_wall", b"up\n")
        assert ended.duration_s < 30

    def test_what_is_to_be_cancelled_is_ended(self, made: Any) -> None:
        """With the reason that was given, also where it was given before."""
        stop = StopSignal()
        stop.stop("cancelled")
        _, ended = _run(made, "sleep 60", stop=stop)
        assert ended.stopped == "cancelled"

    def test_nothing_that_it_started_is_left(self, made: Any) -> None:
        """Also where it went into a session of its own, and its parent came to its end."""
        mark = f"86400.{secrets.randbelow(10**9):09}"
        said, ended = _run(
            made, f"setsid sleep {mark} >/dev/null 2>&1 & sleep {mark} >/dev/null 2>&1 & echo up"
        )
        assert (bytes(said.stdout), ended.exit_code) == (b"up\n", 0)
        assert not [line for line in _running() if mark in line]

    def test_the_runner_s_variables_are_not_handed_on(
        self, made: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A key may be among them."""
        monkeypatch.setenv("CAB_KIT_KEY", key := secrets.token_hex(16))
        said, _ = _run(made, "env")
        assert key.encode() not in said.stdout

    def test_network_gateway_is_the_gateway_alone(self, made: Any) -> None:
        """What listens on this machine is not reached, by any of its addresses."""
        if "gateway" not in made.networks:
            pytest.skip("it has no network `gateway`")
        with _listening() as (port, reached):
            words = " ".join([str(port), "127.0.0.1", *_addresses()])
            said, ended = _run(made, f"python3 - {words}", stdin=_KNOCK.encode(), network="gateway")
            assert ended.exit_code == 0, bytes(said.stderr)
            assert not reached()

    def test_one_that_is_citable_shows_no_file_of_this_machine(self, made: Any) -> None:
        """A page says that the agent was sealed, and the answers lie somewhere here."""
        if not made.citable:
            pytest.skip("it does not say that it seals")
        with tempfile.TemporaryDirectory() as base:
            Path(base).chmod(0o755)
            (file := Path(base, "answer")).write_text(secrets.token_hex(16))
            said, _ = _run(made, f"cat {file}; cat /proc/1/root{file}; ls {base}")
            assert file.read_bytes() not in said.stdout and b"answer" not in said.stdout


def _run(
    runtime: Any,
    command: str,
    timeout_s: float = 60.0,
    stdin: bytes = b"",
    stop: StopSignal | None = None,
    network: str | None = None,
) -> tuple[Said, Execution]:
    said, agent = Said(), TinyAgent()
    installation = runtime.install(agent, agent.default_version, REQUIRES, (), print)
    with runtime.scratch() as scratch:
        make_directories(scratch, AGENT)
        (given := scratch / "home/stdin").write_bytes(stdin)
        sandbox = Sandbox(
            scratch=str(scratch), mounts=AGENT, role="agent", network=network or runtime.networks[0],
            installation=installation, requires=REQUIRES,
        )  # fmt: skip
        process = Process(
            argv=("sh", "-c", command), cwd=runtime.inside(scratch, "work"), timeout_s=timeout_s, grace_s=0.5,
            stdin=str(given),
        )  # fmt: skip
        return said, runtime.run(sandbox, process, said, stop or StopSignal())


def _running() -> Iterator[str]:
    """Yield the command lines of this machine's processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # it has ended


def _addresses() -> set[str]:
    """Return this machine's own addresses, as far as its name tells them."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        return set()


@contextmanager
def _listening() -> Iterator[tuple[int, Any]]:
    """Yield a port on all addresses of this machine, and what tells whether somebody came."""
    with socket.create_server(("", 0)) as server:
        server.setblocking(False)

        def reached() -> bool:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield server.getsockname()[1], reached

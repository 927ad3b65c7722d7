"""Mistakes on the user's own machine: nothing was sent, and that is what is told."""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import pytest

from cab_core.gateway import fault, relay
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.protocols import StopSignal
from cab_core.records import Limits, ModelCall
from cab_core.run.told import fault_told
from tests.gateway.conftest import ASK, Client
from tests.support.endpoint import Endpoint
from tests.support.tls import certificate
from tests.support.wire import CHAT


def call(tmp_path: Path, url: str, key: str = "sk-some-key-0123456789") -> ModelCall:
    """Return the record of one call to an endpoint."""
    with Gateway() as gateway:
        session = CellSession(
            protocol=CHAT,
            token=new_token(),
            model="m",
            upstream=EndpointUpstream(url, key),
            limits=Limits(wall_s=20),
            record=tmp_path / "calls.jsonl",
            stop=StopSignal(),
        )
        gateway.open(session)
        assert Client(gateway, session).call(ASK)[0] == 502
        gateway.close(session)
    return session.calls[0]


@pytest.fixture(scope="module", name="certificate")
def _certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(endpoint: Endpoint, certificate: Path) -> str:
    """The address of an endpoint that speaks https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    endpoint.server.socket = context.wrap_socket(endpoint.server.socket, server_side=True)
    return endpoint.url.replace("http:", "https:")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "BACKOFF_S", 0.001)


def test_a_certificate_that_is_not_trusted_here(tmp_path: Path, secure: str, endpoint: Endpoint) -> None:
    """The variable that helps is named, and asking again would not."""
    found = call(tmp_path, secure)
    assert (found.fault, found.tries, endpoint.bodies) == ("certificate", 1, [])
    assert "nothing was sent" in fault_told(found) and "SSL_CERT_FILE" in fault_told(found)


ASK_ONCE = """
import asyncio, sys
from cab_core.gateway.upstream import EndpointUpstream
from tests.support.wire import OUT
async def ask():
    upstream = EndpointUpstream(sys.argv[1], None)
    async with upstream.ask(OUT) as answer:
        print(answer.status)
    await upstream.aclose()
asyncio.run(ask())
"""


def test_the_variable_that_is_named_helps(secure: str, certificate: Path) -> None:
    """With it the endpoint is trusted."""
    environment = {**os.environ, "SSL_CERT_FILE": f"{certificate}.crt"}
    argv = [sys.executable, "-c", ASK_ONCE, secure]
    asked = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
    assert asked.stdout == "200\n"


def test_https_on_a_port_that_speaks_http(tmp_path: Path, endpoint: Endpoint) -> None:
    """The address is wrong by one letter."""
    found = call(tmp_path, endpoint.url.replace("http:", "https:"))
    assert (found.fault, found.tries) == ("speaks_http", 1)
    assert "write http:// in --endpoint" in fault_told(found)


def test_http_on_a_port_that_speaks_https(tmp_path: Path, secure: str) -> None:
    """Python's servers only close the connection: what it may be is said."""
    found = call(tmp_path, secure.replace("https:", "http:"))
    assert found.fault == "closed" and "does it speak https" in fault_told(found)


@pytest.mark.parametrize(("variable", "scheme"), [("HTTP_PROXY", "http"), ("https_proxy", "https")])
def test_a_dead_proxy_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    """The variable and the address, so that it can be mended."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "http://user:secret-word@127.0.0.1:1")
    found = call(tmp_path, f"{scheme}://endpoint.invalid/v1")
    assert found.fault == "proxy"
    assert variable in fault_told(found) and "127.0.0.1:1" in fault_told(found)
    assert "secret-word" not in fault_told(found)


def test_a_proxy_that_opens_no_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint
) -> None:
    """What it answered is told as the proxy's answer."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", endpoint.url.removesuffix("/v1"))
    found = call(tmp_path, "https://endpoint.invalid/v1")
    assert found.fault == "proxy" and "HTTPS_PROXY names a proxy that answered 501" in fault_told(found)


@pytest.mark.parametrize(("scheme", "method"), [("http", "POST"), ("https", "CONNECT")])
def test_a_proxy_is_told_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, method: str
) -> None:
    """With the call, or before it where it is encrypted; as its address has user and password."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        place = f"127.0.0.1:{proxy.getsockname()[1]}"
        monkeypatch.setenv(f"{scheme}_proxy", f"http://me:pass%40word@{place}")
        with ThreadPoolExecutor(1) as pool:
            told = pool.submit(_heard, proxy)
            call(tmp_path, f"{scheme}://endpoint.invalid/v1")
    head = told.result()
    assert head.startswith(method.encode())
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"me:pass@word") in head.split(b"\r\n")


def _heard(proxy: socket.socket) -> bytes:
    """Return the head of what a proxy is asked, which hangs up."""
    connection, _ = proxy.accept()
    with connection:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(1 << 16)
    return head


def test_what_no_request_can_be_made_of(tmp_path: Path, endpoint: Endpoint) -> None:
    """A key with a line end inside it: the endpoint never saw anything."""
    found = call(tmp_path, endpoint.url, "sk-some\nkey-0123456789")
    assert (found.fault, endpoint.bodies) == ("unsendable", [])
    assert "nothing was sent" in fault_told(found)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """It is asked for again, and the question is whether it runs."""
    found = call(tmp_path, "http://127.0.0.1:1/v1")
    assert (found.fault, found.tries) == ("unreachable", EndpointUpstream.tries)
    assert "is the server running" in fault_told(found)


@pytest.fixture
def full() -> Iterator[str]:
    """The address of a server that accepts no connection: its queue is full."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


def test_a_connect_time_out_is_tried_again(
    tmp_path: Path, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no answer that was too slow."""
    timeout = aiohttp.ClientTimeout
    monkeypatch.setattr(aiohttp, "ClientTimeout", lambda **given: timeout(**{**given, "sock_connect": 0.1}))
    found = call(tmp_path, full)
    assert (found.fault, found.tries) == ("unreachable", EndpointUpstream.tries)


def test_what_is_no_http_is_no_answer(tmp_path: Path) -> None:
    """Somebody answers there who speaks something else."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            caller, _ = server.accept()
            caller.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
            caller.close()

        threading.Thread(target=greet, daemon=True).start()
        found = call(tmp_path, f"http://127.0.0.1:{server.getsockname()[1]}/v1")
    assert found.fault == "malformed"


def test_every_fault_has_a_sentence() -> None:
    """What exceptions come to is told in words."""
    from cab_core.run import told

    assert {name for _, name in fault._EXCEPTIONS} <= set(told._FAULTS)

"""How far the way to an endpoint goes: the name, the connection, the encryption, each told apart."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cab_core.errors import UpstreamError
from cab_core.probe import reach as module
from cab_core.probe.reach import reach
from tests.support.endpoint import Endpoint
from tests.support.tls import certificate


def told(url: str, patience_s: float = 5.0) -> str:
    """Return why an endpoint is not reached."""
    with pytest.raises(UpstreamError) as caught:
        reach(url, patience_s)
    return str(caught.value)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_who_is_there_is_reached(endpoint: Endpoint) -> None:
    """With its address and the time that it took."""
    found = reach(endpoint.url)
    assert found.address == endpoint.url.split("/")[2]
    assert (
        found.connected_s is not None and found.connected_s < 5 and (found.tls, found.proxy) == (None, None)
    )


def test_a_name_that_is_not_known() -> None:
    """The name is told, and not that nobody listens."""
    assert "the name 'no-such-host.invalid' is not known here" in told("http://no-such-host.invalid/v1")
    overlong = told(f"http://{'a' * 70}.invalid/v1")  # longer than a label can be
    assert "is not known here" in overlong and "no name server" not in overlong


def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system waits longer than we do."""
    answered = threading.Event()
    monkeypatch.setattr(module.socket, "getaddrinfo", lambda *_, **__: (answered.wait(60), [])[1])
    assert "no name server answered within 0.2 s" in told("http://somewhere.example/v1", 0.2)
    answered.set()


def test_a_port_where_nobody_listens(silent: int) -> None:
    """The connection is refused, of which port is told."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    assert f"Connection refused (port {port} of 127.0.0.1)" in told(f"http://127.0.0.1:{port}/v1")


def test_a_connection_that_nobody_takes() -> None:
    """A queue that is full stands for a firewall that drops: it is told after our own patience."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        assert "took no connection within 0.3 s" in told(f"http://127.0.0.1:{address[1]}/v1", 0.3)
        for each in waiting:
            each.close()


def test_encryption_that_does_not_come(silent: int) -> None:
    """A server that waits for plain HTTP, as some do for ever."""
    assert "TLS was not agreed on within 0.3 s; does it speak http" in told(
        f"https://127.0.0.1:{silent}/v1", 0.3
    )


def test_plain_http_where_https_is_wanted(endpoint: Endpoint) -> None:
    """A server that answers in plain HTTP."""
    assert "does it speak http" in told(endpoint.url.replace("http:", "https:"))


def test_a_certificate_that_is_not_trusted(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What helps is named, and helps."""
    both = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    endpoint.server.socket = context.wrap_socket(endpoint.server.socket, server_side=True)
    url = endpoint.url.replace("http:", "https:")
    assert "not trusted on this machine" in told(url) and "set SSL_CERT_FILE" in told(url)
    monkeypatch.setenv("SSL_CERT_FILE", f"{both}.crt")
    assert (reach(url).tls or "").startswith("TLSv1")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_behind_a_proxy_nobody_is_asked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Only the proxy could tell; either spelling of the variable counts."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert reach("http://no-such-host.invalid/v1").proxy == "http"


def test_a_host_that_no_proxy_is_used_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is connected to as if there were none, as calls are."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "no-such-host.invalid")
    assert "is not known here" in told("http://no-such-host.invalid/v1")

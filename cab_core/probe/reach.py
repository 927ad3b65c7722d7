"""Is there anybody at an endpoint? The name, the connection and the encryption, each told apart."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import attrs

from cab_core.errors import UpstreamError
from cab_core.gateway.proxy import proxy_of

PATIENCE_S = 10.0  # for each of the three
_RIGHT = "is the server running, and is --endpoint (or CAB_ENDPOINT, or cab.toml) right?"


@attrs.frozen(kw_only=True)
class Reached:
    """How an endpoint was reached. `proxy`: the scheme for which one is set; then nothing else is known."""

    address: str | None = None
    connected_s: float | None = None
    tls: str | None = None
    proxy: str | None = None


def reach(url: str, patience_s: float = PATIENCE_S) -> Reached:
    """Connect to an endpoint's host as a call would, and hang up.

    Raises:
        UpstreamError: nobody answers there; it says how far it came.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if proxy_of(url).url is not None:
        return Reached(proxy=parts.scheme)  # only the proxy could tell
    try:
        found = _addresses(host, port, patience_s)
        with _connected(found, patience_s) as (connection, took):
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            tls = _encrypted(connection, host, patience_s) if parts.scheme == "https" else None
    except OSError as exc:
        why = _told(exc, host, port, patience_s)
        raise UpstreamError(f"endpoint {url} cannot be reached: {why}") from exc
    return Reached(address=address, connected_s=took, tls=tls)


def _addresses(host: str, port: int, patience_s: float) -> list[Any]:
    """Look a name up, in a thread: the system's own patience is longer than ours, and cannot be set."""
    answers: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as exc:
            answers.put(exc if isinstance(exc, OSError) else socket.gaierror(str(exc)))

    threading.Thread(target=look_up, name="cab-look-up", daemon=True).start()
    try:
        found = answers.get(timeout=patience_s)
    except Empty:
        raise socket.gaierror(f"no name server answered within {patience_s:g} s") from None
    if isinstance(found, OSError):
        raise found
    return found


@contextmanager
def _connected(addresses: Sequence[Any], patience_s: float) -> Iterator[tuple[socket.socket, float]]:
    """Yield a connection to the first of some addresses that takes one, and the seconds that it took."""
    trouble = OSError("it has no address")
    for family, kind, protocol, _, address in addresses:
        with socket.socket(family, kind, protocol) as made:
            made.settimeout(patience_s)
            began = time.monotonic()
            try:
                made.connect(address)
            except OSError as exc:
                trouble = exc
                continue
            yield made, time.monotonic() - began
            return
    raise trouble


def _encrypted(connection: socket.socket, host: str, patience_s: float) -> str | None:
    try:
        with ssl.create_default_context().wrap_socket(connection, server_hostname=host) as made:
            return made.version()
    except TimeoutError as exc:
        raise ssl.SSLError(f"TLS was not agreed on within {patience_s:g} s") from exc


def _told(exc: OSError, host: str, port: int, patience_s: float) -> str:
    if isinstance(exc, socket.gaierror):
        return f"the name {host!r} is not known here ({exc.strerror or exc}); {_RIGHT}"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted on this machine ({exc.verify_message}); set SSL_CERT_FILE to "
            "the certificate of its authority"
        )
    if isinstance(exc, ssl.SSLError):
        return f"it was connected, and then: {exc.args[-1]}; does it speak http, where --endpoint says https?"
    if isinstance(exc, TimeoutError):
        return f"port {port} of {host} took no connection within {patience_s:g} s; {_RIGHT}"
    return f"{exc.strerror or exc} (port {port} of {host}); {_RIGHT}"

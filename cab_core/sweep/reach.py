"""Is there anybody at an endpoint? Asked once, before anything is run."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

from cab_core.errors import UpstreamError


def check_reachable(url: str, timeout_s: float = 10.0) -> None:
    """Open a connection to the endpoint's host and close it again.

    Raises:
        UpstreamError: nobody answers there.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if os.environ.get(f"{parts.scheme.upper()}_PROXY") or os.environ.get(f"{parts.scheme}_proxy"):
        return  # only the proxy could tell
    try:
        socket.create_connection((parts.hostname or "", port), timeout_s).close()
    except OSError as exc:
        raise UpstreamError(
            f"endpoint {url} cannot be reached: {exc.strerror or exc}. Is the server running, and is "
            "--endpoint (or CAB_ENDPOINT, or cab.toml) right?"
        ) from exc

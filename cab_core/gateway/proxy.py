"""The proxy that this machine sets. Only that: a `.netrc` could hold another key than was given."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import attrs


@attrs.frozen
class Proxy:
    """A proxy's address; None: there is none. The headers tell it who asks.

    `headers`: of each call, which it reads; `tunnel_headers`: of the request for a way through it, where the
    calls are encrypted.
    """

    url: str | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    tunnel_headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)


def proxy_of(url: str) -> Proxy:
    """Return the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY set for an address."""
    parts = urlsplit(url)
    found = getproxies().get(parts.scheme)
    if not found or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return Proxy()
    proxy = urlsplit(found if "://" in found else f"http://{found}")
    place = proxy.netloc.rpartition("@")[2]
    address, who = urlunsplit((proxy.scheme, place, proxy.path, "", "")), _who(proxy)
    tunnel = parts.scheme == "https"
    return Proxy(address, {} if tunnel else who, who if tunnel else {})


def _who(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(user.encode()).decode()}"}  # RFC 7617

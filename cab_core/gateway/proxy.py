"""The proxy that this machine sets. Only that: a `.netrc` could hold another key than was given."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import attrs


@attrs.frozen
class Proxy:
    """A proxy's address, and who it is told asks, as user and password. None: there is none."""

    url: str | None = None
    user: tuple[str, str] | None = attrs.field(default=None, repr=False)


def proxy_of(url: str) -> Proxy:
    """Return the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY set for an address."""
    parts = urlsplit(url)
    found = getproxies().get(parts.scheme)
    if not found or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return Proxy()
    proxy = urlsplit(found if "://" in found else f"http://{found}")
    user = (unquote(proxy.username), unquote(proxy.password or "")) if proxy.username else None
    place = proxy.netloc.rpartition("@")[2]
    return Proxy(urlunsplit((proxy.scheme, place, proxy.path, "", "")), user)

"""The address of an endpoint: `http(s)://HOST[:PORT][/PATH]`, and nothing that could be a credential."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from cab_core.errors import UserError

_EXAMPLE = "http://127.0.0.1:8000/v1"


def checked_address(url: str, where: str) -> str:
    """Return an endpoint's address as it was given; `where`: who gave it.

    Addresses are written down and published, so none may hold a password or a key. A refusal names the part,
    and repeats none that could be one.

    Raises:
        UserError: it is none, or has a part that an endpoint's address must not have.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # whose text repeats what may be a password
        raise UserError(f"{where}: host or port of the address is malformed; expected {_EXAMPLE}") from None
    if url != "".join(url.split()) or not url.isprintable():
        raise UserError(f"{where}: the address holds a blank or a control character; expected {_EXAMPLE}")
    if "@" in parts.netloc:
        raise UserError(
            f"{where}: the address holds a user or a password ({_public(url)} without them): "
            "it would be written down; give the key with --key-env NAME or CAB_KEY"
        )
    if parts.scheme not in ("http", "https") or not host:
        raise UserError(f"{where}: {_public(url)!r} is no address such as {_EXAMPLE}")
    for name, sign in (("query", "?"), ("fragment", "#")):
        if sign in url:
            raise UserError(
                f"{where}: the address has a {name} ('{sign}...' after {_public(url)}); "
                f"expected {_EXAMPLE}, to which a call's path is added. A key goes into CAB_KEY or --key-env"
            )
    return url


def _public(url: str) -> str:
    """Return an address without user, password, query and fragment, each of which may be a credential."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def root_of(url: str) -> str:
    """Return the address of the server alone, without a path."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))

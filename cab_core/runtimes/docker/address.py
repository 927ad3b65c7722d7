"""Where the Docker engine is, and what to do where none answers."""

from __future__ import annotations

import errno
import functools
import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import attrs

from cab_core.errors import SandboxError, UserError

from .ssh import SshForward

_GET = (
    "on Debian, scripts/docker-setup as root (or `apt-get install docker.io`, start it, and have a base "
    "image); elsewhere: install Docker in the usual way"
)
_LOCAL = "/var/run/docker.sock"
_finding = threading.Lock()


@attrs.frozen(eq=False)  # what is known of an engine is kept by it
class Address:
    """Where the engine is. `elsewhere`: it is reached by network, so it cannot mount what is here."""

    client: dict[str, Any]  # arguments of docker.APIClient
    elsewhere: bool
    forward: SshForward | None = None  # what must be open before


def address() -> Address:
    """Return where the engine is: `DOCKER_HOST` (unix, tcp, ssh), else the docker command's context.

    Raises:
        UserError: what names it cannot be understood.
        SandboxError: it cannot be reached.
    """
    with _finding:
        found = _address()
    if found.forward is not None:
        found.forward.open()
    return found


@functools.cache
def _address() -> Address:
    found = _named()
    url = str(found.get("base_url") or "")
    if url.startswith("ssh://"):
        forward = SshForward(url)
        return Address({"base_url": forward.url}, elsewhere=True, forward=forward)
    return Address(found, elsewhere=url.startswith(("tcp://", "http://", "https://")))


def _named() -> dict[str, Any]:
    from docker.context import ContextAPI
    from docker.errors import DockerException
    from docker.utils import kwargs_from_env

    host, context = os.environ.get("DOCKER_HOST"), os.environ.get("DOCKER_CONTEXT")
    if host and not _is_address(host):
        raise UserError(
            f"DOCKER_HOST is {host!r}: expected unix:///PATH/docker.sock, tcp://HOST:PORT or ssh://USER@HOST"
        )
    if not host and context and ContextAPI.get_context(context) is None:
        raise UserError(f"DOCKER_CONTEXT is {context!r}: `docker context ls` knows none of that name")
    try:
        return dict(kwargs_from_env() if host else ContextAPI.kwargs_from_context())
    except (DockerException, ValueError) as exc:
        certificates = os.environ.get("DOCKER_CERT_PATH")
        hint = f" (DOCKER_CERT_PATH is {certificates!r})" if certificates else ""
        raise UserError(f"what names the Docker engine cannot be used: {exc}{hint}") from exc


def _is_address(host: str) -> bool:
    try:
        parts = urlsplit(host)
        _ = parts.port  # raises where it is no number, or too high a one
    except ValueError:
        return False
    return parts.scheme in ("unix", "tcp", "ssh", "http", "https")


def no_engine(exc: BaseException) -> SandboxError:
    """Return the error that says where no engine answered, why, and what to do."""
    cause = next((e for e in _causes(exc) if isinstance(e, OSError) and e.errno is not None), None)
    reason = (cause.strerror if cause is not None else None) or str(exc)
    return SandboxError(f"no Docker engine answers at {place()}: {reason}; {_remedy(cause)}")


def place() -> str:
    """Return in words where the engine is looked for."""
    if host := os.environ.get("DOCKER_HOST"):
        return f"{host} (DOCKER_HOST)"
    return str(address().client.get("base_url") or _LOCAL).removeprefix("unix://")


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps: libraries hold theirs as cause, context or argument."""
    if exc is None:
        return
    yield exc
    for inner in (exc.__cause__, exc.__context__, *exc.args):
        if isinstance(inner, BaseException):
            yield from _causes(inner)


def _remedy(cause: OSError | None) -> str:
    if cause is not None and cause.errno == errno.EACCES:
        return "this user may not use it: `usermod -aG docker USER` as root, and log in anew"
    if os.environ.get("DOCKER_HOST") or not place().endswith(_LOCAL):
        return "is the address right, and does the engine run there?"
    if shutil.which("dockerd") or shutil.which("docker"):
        return "start it: `systemctl start docker`, else `dockerd`"
    return f"for sealed, citable runs: {_GET}"

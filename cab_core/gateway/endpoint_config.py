"""What `cab.toml` says of an endpoint, whichever models it serves."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable

import attrs

from cab_core.errors import UserError
from cab_core.records.base import doc

from .budget import Budget

_PATIENCE_S = 60.0  # for a command that asks somebody for a password
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2


@attrs.frozen(kw_only=True)
class EndpointDoc:
    """One endpoint in `cab.toml`, under `[endpoints."URL"]`."""

    protocols: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("wire protocols that it speaks, such as openai-chat; none: not known")
    )
    key_command: str | None = attrs.field(
        default=None, metadata=doc("command that prints the key, such as `pass show example`")
    )
    headers_env: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("further headers of each call, and the variable that holds each value")
    )
    calls_at_once: int | None = attrs.field(
        default=None, metadata=doc("calls at once, of all cells together", minimum=1)
    )
    calls_per_minute: int | None = attrs.field(
        default=None, metadata=doc("calls in a minute, of all cells together", minimum=1)
    )
    tokens_per_minute: int | None = attrs.field(
        default=None, metadata=doc("tokens in a minute, of all cells together", minimum=1)
    )

    @property
    def budget(self) -> Budget:
        """How much of it may be used."""
        return Budget(
            calls_at_once=self.calls_at_once,
            calls_per_minute=self.calls_per_minute,
            tokens_per_minute=self.tokens_per_minute,
        )


def printed_key(command: str, where: str) -> str:
    """Return the key that a command prints; it runs without a shell, and asks on the terminal if it must.

    Raises:
        UserError: it cannot be run, fails, or prints nothing. What it printed is not repeated.
    """
    try:
        argv = shlex.split(command)
        done = subprocess.run(argv, stdout=subprocess.PIPE, timeout=_PATIENCE_S, check=False, text=True)
    except subprocess.TimeoutExpired:
        raise UserError(f"{where}: {command!r} printed no key within {_PATIENCE_S:g} s") from None
    except (OSError, ValueError, IndexError) as exc:
        raise UserError(f"{where}: {command!r} cannot be run: {exc}") from None
    key = done.stdout.removesuffix("\n")
    if done.returncode or not key:
        what = f"ended with code {done.returncode}" if done.returncode else "printed nothing"
        raise UserError(f"{where}: {command!r} {what}; expected the key on its standard output")
    return key


def headers_of(found: EndpointDoc, where: str, take: Callable[[str, str], str]) -> dict[str, str]:
    """Return the further headers; `take` gives a variable's value, as it does for a key.

    Raises:
        UserError: a variable is not set; a name or a value cannot be that of a header.
    """
    for name in found.headers_env:
        if not _TOKEN.fullmatch(name):
            raise UserError(f"{where}.headers_env: {name!r} cannot be the name of a header")
    return {name: take(variable, f"{where}.headers_env") for name, variable in found.headers_env.items()}

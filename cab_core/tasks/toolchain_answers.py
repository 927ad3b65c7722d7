"""A shell script that asks for versions of toolchains: those of a sandbox or an image."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from cab_core.plugins.protocols import Channel

from .toolchains import parse, version_in

_HEAD = "=cab="  # before a toolchain's name and the exit code of what printed its version


def version_script(names: Iterable[str]) -> str:
    """Return the script that prints the version of each."""
    return "\n".join(map(_question, names))


def versions_said(text: str) -> dict[str, str | None]:
    """Return by name what the script printed; None where one is missing or broken."""
    found: dict[str, str | None] = {}
    for part in text.split(_HEAD)[1:]:
        head, _, said = part.partition("\n")
        name, code = head.split()
        found[name] = version_in(said) if code == "0" else None
    return found


class Kept:
    """An output that keeps what is printed."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, channel: Channel, data: bytes) -> None:
        """Keep what is printed."""
        self._data += data

    def text(self) -> str:
        """Return what was printed."""
        return self._data.decode("utf-8", "replace")


def _question(name: str) -> str:
    argv = shlex.join(parse(name)[0].version_argv)
    return f'said=$({argv} 2>&1 </dev/null); echo "{_HEAD}{name} $?"; echo "$said"'

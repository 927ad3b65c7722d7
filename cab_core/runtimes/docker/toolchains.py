"""Which toolchains an image really has: read once for each image, in a container that is thrown away."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cab_core.cache import cache_root, keep_json, locked, read_object
from cab_core.errors import ImageError
from cab_core.plugins.protocols import Channel, Say, StopSignal
from cab_core.tasks.toolchains import TOOLCHAINS, parse, unmet, version_in

from .container import run_container
from .engine import labels

_READ_S = 120  # for all of them together
_HEAD = "=cab="  # before a toolchain's name and the exit code of what printed its version
_OTHER_BASE = "CAB_BASE_IMAGE names another base image"


def image_lacks(image: str, requires: Iterable[str], say: Say) -> str | None:
    """Return why an image does not meet requirements, or None where it meets them all.

    Raises:
        ImageError: the image's toolchains cannot be read.
    """
    needs = sorted(set(requires))
    have = image_versions(image, needs, say)
    found = (unmet(r, have[parse(r)[0].name], "is in the image", _OTHER_BASE) for r in needs)
    reasons = [why if _OTHER_BASE in why else f"{why} ({_OTHER_BASE})" for why in found if why]
    return "; ".join(reasons) or None


def image_versions(image: str, requires: Iterable[str], say: Say) -> dict[str, str | None]:
    """Return the version of each required toolchain in an image (by id); None where it has none.

    Raises:
        ImageError: the image's toolchains cannot be read.
    """
    names = sorted({parse(r)[0].name for r in requires})
    if not names:
        return {}
    file = cache_root() / "images" / f"{image.removeprefix('sha256:')}.toolchains.json"
    known = _known(file, names)
    if known is None:
        with locked(file, f"the list of an image's toolchains, {file.name}", say):
            known = _known(file, names)
            if known is None:
                keep_json(file, known := _read(image))
    return {name: known[name] for name in names}


def _known(file: Path, names: list[str]) -> dict[str, str | None] | None:
    """Return what the cache says, or None where it does not speak of all of these."""
    found = read_object(file) or {}
    usable = all(name in found and isinstance(found[name], str | None) for name in names)
    return found if usable else None


def _read(image: str) -> dict[str, str | None]:
    said = _Said()
    ended = run_container(_creation(image), False, _READ_S, 1, said, StopSignal())
    if ended.stopped is not None or ended.exit_code != 0:
        raise ImageError(
            f"the toolchains of image {image[:19]} cannot be read (exit code {ended.exit_code}): "
            f"{said.text()[-500:] or 'it says nothing'}"
        )
    found: dict[str, str | None] = dict.fromkeys(TOOLCHAINS)
    for part in said.text().split(_HEAD)[1:]:
        head, _, text = part.partition("\n")
        name, code = head.split()
        found[name] = version_in(text) if code == "0" else None
    return found


def _creation(image: str) -> dict[str, Any]:
    from docker.types import HostConfig, LogConfig

    return {
        "image": image,
        "command": ["/bin/sh", "-c", "\n".join(map(_question, TOOLCHAINS))],
        "labels": labels("look"),
        "host_config": HostConfig(version="1.41", network_mode="none", log_config=LogConfig(type="none")),
    }


def _question(name: str) -> str:
    argv = shlex.join(TOOLCHAINS[name].version_argv)
    return f'said=$({argv} 2>&1 </dev/null); echo "{_HEAD}{name} $?"; echo "$said"'


class _Said:
    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, channel: Channel, data: bytes) -> None:
        """Keep what is printed."""
        self._data += data

    def text(self) -> str:
        """Return what was printed."""
        return self._data.decode("utf-8", "replace")

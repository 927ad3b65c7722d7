"""Which toolchains an image really has: read once for each image, in a container that is thrown away."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cab_core.cache import cache_root, keep_json, locked, read_object
from cab_core.errors import ImageError
from cab_core.plugins.protocols import Say, StopSignal
from cab_core.records import Environment
from cab_core.tasks.toolchain_answers import Kept, version_script, versions_said
from cab_core.tasks.toolchains import TOOLCHAINS, names_of, parse, unmet

from .container import run_container
from .engine import labels

PATH = ["/usr/local/bin", "/usr/bin", "/bin"]  # of every process in a sandbox, whatever the image says
_READ_S = 120  # for all of them together
_OTHER_BASE = "CAB_BASE_IMAGE names another base image"
_OTHER_IMAGE = "the pack's `environment` names the image, and its `setup` brings what is not in it"


def image_lacks(
    image: str, requires: Iterable[str], say: Say, environment: Environment | None = None
) -> str | None:
    """Return why an image, which may be of an environment, does not meet requirements, or None: it does.

    Raises:
        ImageError: the image's toolchains cannot be read.
    """
    needs = sorted(set(requires))
    have = image_versions(image, needs, say)
    remedy = _OTHER_IMAGE if environment and environment.image else _OTHER_BASE
    found = (unmet(r, have[parse(r)[0].name], "is in the image", remedy) for r in needs)
    reasons = [why if remedy in why else f"{why} ({remedy})" for why in found if why]
    return "; ".join(reasons) or None


def image_versions(image: str, requires: Iterable[str], say: Say) -> dict[str, str | None]:
    """Return the version of each required toolchain in an image (by id); None where it has none.

    Raises:
        ImageError: the image's toolchains cannot be read.
    """
    names = names_of(requires)
    if not names:
        return {}
    file = cache_root() / "images" / f"{image.removeprefix('sha256:')}.toolchains.json"
    known = _known(file, names)
    if known is None:
        with locked(file, f"the list of an image's toolchains, {file.name}", say):
            known = _known(file, names)
            if known is None:
                known = {**(read_object(file) or {}), **_read(image, sorted({*TOOLCHAINS, *names}))}
                keep_json(file, known)
    return {name: known[name] for name in names}


def _known(file: Path, names: list[str]) -> dict[str, str | None] | None:
    """Return what the cache says, or None where it does not speak of all of these."""
    found = read_object(file) or {}
    usable = all(name in found and isinstance(found[name], str | None) for name in names)
    return found if usable else None


def _read(image: str, names: list[str]) -> dict[str, str | None]:
    said = Kept()
    ended = run_container(_creation(image, names), False, _READ_S, 1, said, StopSignal())
    if ended.stopped is not None or ended.exit_code != 0:
        raise ImageError(
            f"the toolchains of image {image[:19]} cannot be read (exit code {ended.exit_code}): "
            f"{said.text()[-500:] or 'it says nothing'}"
        )
    return dict.fromkeys(names) | versions_said(said.text())


def _creation(image: str, names: list[str]) -> dict[str, Any]:
    from docker.types import HostConfig, LogConfig

    return {
        "image": image,
        "command": ["/bin/sh", "-c", version_script(names)],
        "environment": {"PATH": ":".join(PATH)},
        "labels": labels("look"),
        "host_config": HostConfig(version="1.41", network_mode="none", log_config=LogConfig(type="none")),
    }

"""What `cab doctor` says about Docker: whether an engine answers, and what is missing for sealed runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

from cab_core.errors import CabError
from cab_core.plugins.protocols import Check

from .address import address, place
from .build import base_image
from .engine import LABEL, ROLE, client, engine_errors
from .mountable import tried

_SETUP = "scripts/docker-setup of cab's sources"
# What an engine's `info` says it can limit; without one of them a limit of ours would not hold.
_LIMITS = {"MemoryLimit": "memory", "PidsLimit": "processes", "CpuCfsQuota": "processors"}
_ROOM = 5 << 30  # bytes that images of a CLI and its toolchains may take


def look() -> Iterator[Check]:
    """Yield findings: engine, limits, base image, our images, how sandboxes get there, free space."""
    try:
        info = _info()
    except CabError as exc:
        yield Check(what="docker engine", ok=False, say=str(exc))
        return
    yield Check(what=f"docker engine {info['ServerVersion']}", ok=True, say=place())
    missing = [said for key, said in _LIMITS.items() if not info.get(key)]
    yield Check(what="docker limits", ok=not missing, say=_limits(missing))
    yield from _images()
    yield from _disk(info)


def _info() -> dict[str, Any]:
    with engine_errors("ask the engine about itself"):
        info: dict[str, Any] = client().info()
    return info


def _limits(missing: list[str]) -> str:
    if missing:
        return f"this engine cannot limit {', '.join(missing)}: its kernel has no cgroup for that"
    return ", ".join(_LIMITS.values())


def _images() -> Iterator[Check]:
    with engine_errors("list images"):
        base = client().images(name=base_image())
        ours = client().images(filters={"label": LABEL})
    tools = [i for i in ours if i["Labels"].get(ROLE) == "tools"]
    say = (
        "here"
        if base
        else "not here: pulled on first use; where no registry can be reached, scripts/docker-setup makes it"
    )
    yield Check(what=f"docker base image {base_image()}", ok=bool(base), say=say)
    size = sum(i["Size"] for i in ours) / 1e9
    yield Check(
        what="docker images of cab",
        ok=True,
        say=f"{len(ours)}, {size:.1f} GB, what they share counted again",
    )
    if tools:
        mountable = not address().elsewhere and tried(tools[0]["Id"])
        say = (
            "mounted: the engine is on this machine"
            if mountable
            else "copied, and the gateway reached by a tunnel"
        )
        yield Check(what="docker sandboxes", ok=True, say=say)


def _disk(info: dict[str, Any]) -> Iterator[Check]:
    root = str(info.get("DockerRootDir", ""))
    if address().elsewhere or not os.path.isdir(root):  # noqa: PTH112
        return
    free = shutil.disk_usage(root).free
    yield Check(
        what="docker disk", ok=free > _ROOM, say=f"{free / 1e9:.0f} GB free in {root}; images want up to 5"
    )

"""Inside a cell image: the CLI lies there already, and agent and grader run as users of their own.

Such an image (`cab images build --cell`) holds cab and packs readable by root alone. cab runs as root
in it; so the agent, who is another user, reads neither the answers nor the environment of cab's process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cab_core.errors import ImageError
from cab_core.plugins.protocols import Adapter
from cab_core.records import Installation, Recipe, Sandbox
from cab_core.tasks.toolchains import known_versions

from .scratch import chown_tree

# Variables that the image sets: where CLIs lie, and the agent's image that it was made of.
IMAGE_ROOT, AGENT_IMAGE, AGENT_IMAGE_ID = "CAB_IMAGE_ROOT", "CAB_AGENT_IMAGE", "CAB_AGENT_IMAGE_ID"
UIDS = {"agent": 1000, "grader": 1001}


def in_image(
    adapter: Adapter, version: str, requires: Sequence[str], extras: Sequence[Recipe]
) -> Installation | None:
    """Return the CLI of the image we are in, or None where we are in none.

    Raises:
        ImageError: it holds another CLI, or not what a stack needs.
    """
    root = os.environ.get(IMAGE_ROOT)
    if root is None:
        return None
    prefix = Path(root, adapter.name)
    recipe = adapter.recipe(version)
    if not (prefix / "VERSION").is_file():
        held = ", ".join(sorted(p.parent.name for p in Path(root).glob("*/VERSION"))) or "no CLI"
        raise ImageError(
            f"this image holds {held}, not {adapter.name}; "
            f"`cab images build --cell {adapter.name}` makes one that does"
        )
    if any(recipe != Recipe() for recipe in extras):
        raise ImageError(
            "this image holds nothing of a stack's own; run a stack with programs in runtime docker or local"
        )
    return Installation(
        name=adapter.name,
        version=version,
        reported=(prefix / "VERSION").read_text().strip().splitlines()[0],
        path=recipe.path_at(str(prefix)),
        env=recipe.env_at(str(prefix)),
        image=os.environ.get(AGENT_IMAGE),
        image_id=os.environ.get(AGENT_IMAGE_ID),
        toolchains=known_versions(requires),
    )


def give_to_role(sandbox: Sandbox) -> int:
    """Give a sandbox's directories to its user, closed to the other one; return the user's id."""
    uid = UIDS[sandbox.role]
    scratch = Path(sandbox.scratch)
    for path in (scratch, *scratch.parents):
        if path == Path(path.anchor) or path.stat().st_uid != os.geteuid():
            break
        path.chmod(path.stat().st_mode | 0o011)  # may be passed through, not listed
    for name, writable in sandbox.mounts.items():
        chown_tree([scratch / name], uid if writable else 0, uid)
        (scratch / name).chmod(0o770 if writable else 0o750)
    return uid

"""asciinema-player: put into the wheel by its build, never committed. Without it we have our own playback."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

NAMES = ("asciinema-player.min.js", "asciinema-player.css", "LICENSE.asciinema-player")


def player_files() -> dict[str, bytes]:
    """Return the player's files, its licence among them, or nothing where one of them is missing."""
    vendor: Traversable = files("cab_core.site") / "vendor"
    found = {name: vendor / name for name in NAMES}
    if not all(path.is_file() for path in found.values()):
        return {}
    return {name: path.read_bytes() for name, path in found.items()}

"""Build hook: puts asciinema-player (Apache-2.0, from npm) into the wheel, with its licence.

It is never committed. A release (`CAB_RELEASE=1`) fails without it; any other build goes on without,
and the pages then use a plain playback of our own. `python hatch_build.py` fetches it into the source
tree, for those who work on the pages.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script
    BuildHookInterface = object

PACKAGE = "asciinema-player@3.17.0"
INTEGRITY = "sha512-JbjNJmA2TLIeYNaOEja+kVSzXadKoqpIzVVmfBGNj2DmdtE/vExBCnkE8NYEcpaQcDvUYg8Ltt0urT80frACmw=="
# file in the package -> name in the wheel
FILES = {
    "package/dist/bundle/asciinema-player.min.js": "asciinema-player.min.js",
    "package/dist/bundle/asciinema-player.css": "asciinema-player.css",
    "package/LICENSE": "LICENSE.asciinema-player",
}
VENDOR = "cab_core/site/vendor"


def fetch(target: Path) -> None:
    """Fetch the package with npm, hold it against its hash, and lay out what we need of it.

    Raises:
        RuntimeError: npm is missing or failed, or the package is not the one we know.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is not on PATH; install Node.js")
    with tempfile.TemporaryDirectory() as scratch:
        command = [npm, "pack", PACKAGE, "--silent", "--fetch-retries=1", "--fetch-timeout=20000"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False, timeout=120)
        archives = list(Path(scratch).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            raise RuntimeError(f"npm pack {PACKAGE} failed: {done.stderr.strip()[-500:]}")
        _check(archives[0].read_bytes())
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archives[0]) as archive:
            for member, name in FILES.items():
                content = archive.extractfile(member)
                if content is None:
                    raise RuntimeError(f"{PACKAGE} has no {member}")
                (target / name).write_bytes(content.read())


def _check(data: bytes) -> None:
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != INTEGRITY:
        raise RuntimeError(f"{PACKAGE} has the hash {found}, expected {INTEGRITY}")


class Hook(BuildHookInterface):  # type: ignore[misc, valid-type]
    """Called by hatchling for every wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        """Add the player; an editable install needs none."""
        if version == "editable":
            return
        # Removed when the builder's process ends, whatever became of the build.
        self._scratch = tempfile.TemporaryDirectory(prefix="cab-player-")
        try:
            fetch(Path(self._scratch.name))
        except (RuntimeError, subprocess.SubprocessError, OSError) as exc:
            if os.environ.get("CAB_RELEASE"):
                raise SystemExit(f"a release needs the terminal player: {exc}") from exc
            self.app.display_warning(f"built without asciinema-player: {exc}")
            return
        for name in FILES.values():
            build_data["force_include"][str(Path(self._scratch.name) / name)] = f"{VENDOR}/{name}"


if __name__ == "__main__":
    where = Path(__file__).parent / VENDOR
    fetch(where)
    sys.stdout.write(f"{PACKAGE} is in {where}\n")

"""cab itself as a wheel, for the images that hold it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cab_core import __version__
from cab_core.errors import ImageError
from cab_core.plugins.protocols import Say


def own_wheel(say: Say) -> tuple[str, bytes]:
    """Return the file name and the content of a wheel of this cab.

    One that runs from a checkout is built from it; else the released one of this version is fetched.

    Raises:
        ImageError: pip could do neither.
    """
    checkout = _checkout()
    wanted = str(checkout) if checkout else f"codingagentbench=={__version__}"
    say(f"packing {wanted}")
    with tempfile.TemporaryDirectory(prefix="cab-wheel-") as out:
        argv = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", out, wanted]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        wheels = list(Path(out).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            raise ImageError(f"pip cannot make a wheel of {wanted}: {done.stderr.strip()[-800:]}")
        return wheels[0].name, wheels[0].read_bytes()


def _checkout() -> Path | None:
    """Return the directory that this cab was installed from, as pip recorded it (PEP 610)."""
    text = metadata.distribution("codingagentbench").read_text("direct_url.json")
    url = json.loads(text)["url"] if text else ""
    path = Path(unquote(urlsplit(url).path)) if url.startswith("file://") else None
    return path if path and path.is_dir() else None

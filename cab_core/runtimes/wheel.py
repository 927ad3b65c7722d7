"""cab itself as a wheel, for the images that hold it: what runs here is packed, no registry is asked."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from cab_core.errors import ImageError
from cab_core.plugins.protocols import Say

_NAME = "codingagentbench"
_INSTALLER = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}  # written by pip (PEP 376, 610)
_TIME = (1980, 1, 1, 0, 0, 0)  # of every file: equal contents are an equal wheel


def own_wheel(say: Say) -> tuple[str, bytes]:
    """Return the file name and the content of a wheel of this cab.

    One that runs from a checkout is built from it; else it is put together from the files installed here.

    Raises:
        ImageError: pip cannot build the checkout, or installed files are missing.
    """
    installed = metadata.distribution(_NAME)
    checkout = _checkout(installed)
    say(f"packing {checkout or f'the installed {_NAME} {installed.version}'}")
    return _built(checkout) if checkout else _repacked(installed)


def _built(checkout: Path) -> tuple[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="cab-wheel-") as out:
        argv = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", out, str(checkout)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        wheels = list(Path(out).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            raise ImageError(f"pip cannot make a wheel of {checkout}: {done.stderr.strip()[-800:]}")
        return wheels[0].name, wheels[0].read_bytes()


def _repacked(installed: metadata.Distribution) -> tuple[str, bytes]:
    """Put the installed files back into a wheel (the binary distribution format of packaging.python.org)."""
    content, info = {}, ""
    for file in sorted(installed.files or (), key=str):
        path = PurePosixPath(str(file))
        if path.parts[0] == ".." or path.suffix == ".pyc" or path.is_absolute():
            continue  # scripts, which whoever installs makes anew from the entry points
        if path.parent.name.endswith(".dist-info"):
            info = path.parts[0]
            if path.name in _INSTALLER:
                continue
        content[str(path)] = _read(Path(str(file.locate())))
    if not info:
        raise ImageError(f"the installed {_NAME} has no list of its files (RECORD): install it with pip")
    record = f"{info}/RECORD"
    lines = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in content.items()]
    content[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return f"{_NAME}-{installed.version}-py3-none-any.whl", _zipped(content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ImageError(f"{path} was installed with {_NAME} and cannot be read: {exc.strerror}") from exc


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def _zipped(content: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in content.items():
            archive.writestr(zipfile.ZipInfo(path, _TIME), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _checkout(installed: metadata.Distribution) -> Path | None:
    """Return the directory that this cab was installed from, as pip recorded it (PEP 610)."""
    text = installed.read_text("direct_url.json")
    url = json.loads(text)["url"] if text else ""
    path = Path(unquote(urlsplit(url).path)) if url.startswith("file://") else None
    return path if path and path.is_dir() else None

"""A certificate that nobody has signed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


def certificate(directory: Path) -> Path:
    """Return a certificate for 127.0.0.1 with its key; alone it stands beside it, as `.crt`."""
    path = directory / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
    argv = [*command.split(), "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path) + ".crt"]
    if subprocess.run(argv, capture_output=True).returncode:
        pytest.skip("openssl makes no certificate here")
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path

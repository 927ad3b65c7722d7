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


def signed(directory: Path, host: str) -> tuple[Path, Path]:
    """Return a company's own CA, and a certificate with its key that it signed for a host."""
    authority, both, request = directory / "ca.pem", directory / "host.pem", directory / "host.csr"
    key = directory / "ca.key"
    new = "openssl req -newkey rsa:2048 -nodes"
    (directory / "names").write_text(f"subjectAltName=DNS:{host}\nextendedKeyUsage=serverAuth\n")
    for command in (
        f"{new} -x509 -days 2 -subj /CN=Corp -keyout {key} -out {authority}"
        " -addext keyUsage=critical,keyCertSign,cRLSign",
        f"{new} -subj /CN={host} -keyout {both} -out {request}",
        f"openssl x509 -req -in {request} -CA {authority} -CAkey {key} -CAcreateserial -days 2"
        f" -extfile {directory / 'names'} -out {directory / 'host.crt'}",
    ):
        if subprocess.run(command.split(), capture_output=True).returncode:
            pytest.skip("openssl makes no certificate here")
    both.write_bytes(both.read_bytes() + (directory / "host.crt").read_bytes())
    return authority, both

"""Ways to the engine of this machine as if it were elsewhere: by TCP, by TLS, by SSH. All on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENGINE = "/var/run/docker.sock"


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(argv: list[str], port: int) -> Iterator[None]:
    """Run a server until the end, from when it answers on."""
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 20
        while not _listens(port):
            assert server.poll() is None and time.monotonic() < deadline, argv
            time.sleep(0.02)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # socat's children too
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def by_tcp() -> Iterator[dict[str, str]]:
    """Yield the environment with which the engine is reached by TCP."""
    port = free_port()
    listen = f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr"
    with serving(["socat", listen, f"UNIX-CONNECT:{ENGINE}"], port):
        yield {"DOCKER_HOST": f"tcp://127.0.0.1:{port}"}


def _openssl(*args: str, cwd: Path) -> None:
    subprocess.run(["openssl", *args], cwd=cwd, check=True, capture_output=True)


@contextmanager
def by_tls(directory: Path) -> Iterator[dict[str, str]]:
    """Yield the environment with which the engine is reached by TLS, both sides with certificates."""
    port = free_port()
    (directory / "san").write_text("subjectAltName=IP:127.0.0.1")
    _openssl(*["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ca"], "-keyout", "ca-key.pem", "-out",
             "ca.pem", cwd=directory)  # fmt: skip
    for name, prefix in (("server", "server-"), ("client", "")):
        key, cert = f"{prefix}key.pem", f"{prefix}cert.pem"
        _openssl(
            *f"req -newkey rsa:2048 -nodes -subj /CN={name} -keyout {key} -out {name}.csr".split(),
            cwd=directory,
        )
        _openssl(*f"x509 -req -days 2 -in {name}.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial".split(),
                 *f"-extfile san -out {cert}".split(), cwd=directory)  # fmt: skip
    listen = f"OPENSSL-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,verify=1,cafile={directory}/ca.pem"
    listen += f",cert={directory}/server-cert.pem,key={directory}/server-key.pem"
    with serving(["socat", listen, f"UNIX-CONNECT:{ENGINE}"], port):
        yield {
            "DOCKER_HOST": f"tcp://127.0.0.1:{port}",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(directory),
        }


@contextmanager
def by_ssh(directory: Path) -> Iterator[dict[str, str]]:
    """Yield the environment with which the engine is reached by a real sshd, with keys of its own."""
    port = free_port()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / name], check=True)
    (directory / "authorized").write_text((directory / "user.pub").read_text())
    (directory / "known").write_text(f"[127.0.0.1]:{port} {(directory / 'host.pub').read_text()}")
    (directory / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {directory}/host\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {directory}/authorized\nStrictModes no\nPasswordAuthentication no\n"
    )
    # The system's ssh reads no configuration by environment: one is put in its way.
    (directory / "bin").mkdir()
    ssh = directory / "bin" / "ssh"
    ssh.write_text(
        f'#!/bin/sh\nexec {shutil.which("ssh")} -F none -i {directory}/user -o UserKnownHostsFile={directory}/known "$@"\n'
    )
    ssh.chmod(0o755)
    Path("/run/sshd").mkdir(exist_ok=True)
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    with serving([sshd, "-D", "-e", "-f", str(directory / "sshd_config")], port):
        yield {"DOCKER_HOST": f"ssh://127.0.0.1:{port}", "PATH_FIRST": str(directory / "bin")}

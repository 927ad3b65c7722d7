"""An HTTP proxy that opens ways by CONNECT, for who says the right user and password: a process of its own.

    python connect_proxy.py PORT

It prints its own port, then a line for each way that it opened or refused. Whatever host is asked for, the way leads to
PORT on loopback: names of a company's hosts need not exist here.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

USER, PASSWORD = "ada", "corporate-secret-7a1f"
_WHO = b"Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode())


@contextlib.contextmanager
def connect_proxy(port: int, log: Path) -> Iterator[str]:
    """Run one that leads to a port; yield its address with user and password. `log`: what it did, a line each."""
    with log.open("w") as out, subprocess.Popen(
        [sys.executable, __file__, str(port)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:  # fmt: skip
        assert process.stdout is not None
        own = process.stdout.readline().strip()
        copy = threading.Thread(target=lambda: [out.write(line) for line in process.stdout or ()])
        copy.start()
        try:
            yield f"http://{USER}:{PASSWORD}@127.0.0.1:{own}"
        finally:
            process.terminate()
            copy.join()


def _serve(client: socket.socket, port: int) -> None:
    with client:
        head = b""
        while b"\r\n\r\n" not in head and (more := client.recv(1 << 16)):
            head += more
        method, host, *_ = [*head.split(maxsplit=2), b"", b""]
        if method != b"CONNECT" or b"Proxy-Authorization: " + _WHO not in head:
            print("refused", host.decode(errors="replace"), flush=True)
            client.sendall(
                b"HTTP/1.1 407 who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
            )
            return
        print("opened", host.decode(errors="replace"), flush=True)
        with socket.create_connection(("127.0.0.1", port)) as server:
            client.sendall(b"HTTP/1.1 200 go on\r\n\r\n")
            back = threading.Thread(target=_copy, args=(server, client))
            back.start()
            _copy(client, server)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _main(port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_serve, args=(client, port), daemon=True).start()


if __name__ == "__main__":
    _main(int(sys.argv[1]))

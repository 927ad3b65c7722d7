"""A web server for a built site, on this machine alone."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cab_core.errors import UserError


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line for each; types do not depend on the machine's tables."""

    extensions_map = {  # noqa: RUF012  the base class declares it so
        "": "application/octet-stream",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".patch": "text/plain; charset=utf-8",
    }

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def list_directory(self, path: object) -> None:
        """Serve pages only, no listings."""
        self.send_error(404, "no such page")

    def end_headers(self) -> None:
        """A browser asks again after each build, and guesses no types."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()


def server(directory: Path, port: int = 0) -> ThreadingHTTPServer:
    """Return a server for the site in `directory` on 127.0.0.1; port 0 takes a free one.

    Raises:
        UserError: there is no site, or the port is taken.
    """
    if not (directory / "index.html").is_file():
        raise UserError(f"{directory} holds no site; `cab site build RUNS -o {directory}` makes one")
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(directory)))
    except OSError as exc:
        raise UserError(f"port {port} cannot be used: {exc.strerror}; choose another with --port") from exc

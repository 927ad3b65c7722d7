"""`cab site`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from cab_core.errors import UserError
from cab_core.site.build import build_site
from cab_core.site.serve import server
from cab_core.stats import On

from . import options

_out = click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("site"), show_default=True, help="the site"
)
_base_url = click.option("--base-url", metavar="URL", help="where it will be published; for embed codes")
_scripted = click.option("--scripted", is_flag=True, help="take cells of scripted models into the figures")


@click.group
def command() -> None:
    """Build the pages; serve them on this machine."""


@command.command
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@_out
@_base_url
@_scripted
@options.on
def build(runs: tuple[Path, ...], out: Path, base_url: str | None, scripted: bool, on: On) -> int:
    """Write static pages of all cells in the runs directories; what has not changed is left alone."""
    click.echo(f"Pages: {_build(runs, out, base_url, scripted, on).resolve()}")
    return 0


@command.command
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path))
@_out
@_base_url
@_scripted
@options.on
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free one"
)
def serve(runs: tuple[Path, ...], out: Path, base_url: str | None, scripted: bool, on: On, port: int) -> int:
    """Serve the pages on 127.0.0.1 until Ctrl-C; with RUNS, build them first."""
    if runs:
        _build(runs, out, base_url, scripted, on)
    with server(out, port) as running:
        click.echo(f"http://127.0.0.1:{running.server_port}/ serves {out.resolve()} (Ctrl-C ends it)")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            click.echo("")
    return 0


def _build(runs: tuple[Path, ...], out: Path, base_url: str | None, scripted: bool, on: On) -> Path:
    try:
        return build_site(list(runs), out, _checked(base_url), scripted, on)
    except (FileExistsError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as exc:
        raise UserError(
            f"--out {out}: expected a directory, there or new; {exc.filename}: {exc.strerror}"
        ) from exc


def _checked(base_url: str | None) -> str | None:
    if base_url is not None and (
        urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc
    ):
        raise UserError(f"--base-url {base_url!r}: expected an address such as https://example.org/bench")
    return base_url

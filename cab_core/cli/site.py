"""`cab site`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict, TypeVar
from urllib.parse import urlsplit

import click

from cab_core.errors import UserError
from cab_core.plugins.registry import Plugins
from cab_core.site.build import build_site
from cab_core.site.serve import server
from cab_core.stats import On

from . import options
from .group import Group, pass_plugins
from .table import print_json

F = TypeVar("F", bound=Callable[..., Any])

_out = click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path("site"), show_default=True, help="the site"
)
_base_url = click.option("--base-url", metavar="URL", help="where it will be published; for embed codes")
_no_wire = click.option(
    "--no-wire", is_flag=True, help="show no conversation and publish no wire record, as for private code"
)
_scripted = click.option("--scripted", is_flag=True, help="take cells of scripted models into the figures")


@click.group(cls=Group)
def command() -> None:
    """Build the pages; serve them on this machine."""


def _runs(command: F) -> F:
    """Add runs directories: as arguments, or by `--runs` as everywhere else."""
    kind = click.Path(path_type=Path)
    named = click.option("--runs", "named", type=kind, multiple=True, help="where cells are kept; several")
    return click.argument("runs", nargs=-1, type=kind)(named(command))


@command.command
@_runs
@_out
@_base_url
@_scripted
@_no_wire
@options.on
@options.as_json
@pass_plugins
def build(
    plugins: Plugins,
    runs: tuple[Path, ...],
    named: tuple[Path, ...],
    out: Path,
    base_url: str | None,
    scripted: bool,
    no_wire: bool,
    on: On,
    as_json: bool,
) -> int:
    """Write static pages of all cells in the runs directories; what has not changed is left alone.

    Without any it is `runs`.
    """
    how = _How(base_url=base_url, scripted=scripted, on=on, wire=not no_wire)
    pages = _build((*runs, *named) or (Path("runs"),), out, how, plugins).resolve()
    if as_json:
        print_json({"pages": str(pages)})
    else:
        click.echo(f"Pages: {pages}")
    return 0


@command.command
@_runs
@_out
@_base_url
@_scripted
@_no_wire
@options.on
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free one"
)
@options.as_json
@pass_plugins
def serve(
    plugins: Plugins,
    runs: tuple[Path, ...],
    named: tuple[Path, ...],
    out: Path,
    base_url: str | None,
    scripted: bool,
    no_wire: bool,
    on: On,
    port: int,
    as_json: bool,
) -> int:
    """Serve the pages on 127.0.0.1 until Ctrl-C; with RUNS, build them first."""
    if runs or named:
        how = _How(base_url=base_url, scripted=scripted, on=on, wire=not no_wire)
        _build((*runs, *named), out, how, plugins)
    with server(out, port) as running:
        url = f"http://127.0.0.1:{running.server_port}/"
        if as_json:
            print_json({"url": url, "directory": str(out.resolve())})
        else:
            click.echo(f"{url} serves {out.resolve()} (Ctrl-C ends it)")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            click.echo("")
    return 0


class _How(TypedDict):
    """What `build_site` is told besides."""

    base_url: str | None
    scripted: bool
    on: On
    wire: bool


def _build(runs: tuple[Path, ...], out: Path, how: _How, plugins: Plugins) -> Path:
    how["base_url"] = _checked(how["base_url"])
    try:
        return build_site(list(runs), out, **how, plugins=plugins)
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

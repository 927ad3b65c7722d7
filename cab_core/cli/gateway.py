"""`cab gateway`: the gateway alone, for whoever wants to see what a CLI asks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import click

from cab_core.defaults import PROTOCOL
from cab_core.errors import UserError

from . import options
from .group import pass_plugins
from .output import put
from .signals import stop_on_signals
from .text import one_line, plain, say

if TYPE_CHECKING:
    from cab_core.gateway.session import CellSession
    from cab_core.plugins.registry import Plugins
    from cab_core.records import ModelCall
    from cab_core.wire.reader import WireCall

    Show = Callable[[WireCall, ModelCall, Sequence[str]], str | dict[str, Any]]


@click.command
@click.option("--model", required=True, metavar="ID", help="who answers: scripted:NAME, or a model of yours")
@click.option("--protocol", default=PROTOCOL, show_default=True, metavar="NAME", help="what the CLI speaks")
@click.option("--print", "whole", is_flag=True, help="print each call whole: request and answer")
@click.option("--full", is_flag=True, help="with --print: long texts, too")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="keep what was asked and answered here, for `cab wire DIR`")  # fmt: skip
@options.endpoint
@options.as_json
@pass_plugins
def command(
    plugins: Plugins, /, model: str, protocol: str, whole: bool, full: bool, keep: Path | None,
    endpoint: str | None, key: str | None, key_env: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Serve one model on this machine, and print what a CLI asks it, until Ctrl-C.

    Point a CLI at the address and the key that are printed. It is the gateway of every run: what a cell would
    refuse is refused here, and told at the end. A scripted model knows no task, so it changes nothing.
    """
    if full and not whole:
        raise click.UsageError("--full goes with --print")
    if whole and as_json:
        raise click.UsageError("--print and --json are two forms: give one of them; JSON is whole")
    from cab_core.gateway.models import resolve

    from .serving import serving

    found = resolve(model, options.choice_of(endpoint, key, key_env), options.config())
    spoken = plugins.protocol(protocol)
    ended: SimpleQueue[ModelCall | None] = SimpleQueue()
    with stop_on_signals(_tell) as stop, stop.watch(lambda: ended.put(None)), _directory(keep) as directory:
        with serving(found, spoken, directory, ended.put, stop) as (session, place):
            show = _json if as_json else _whole(full) if whole else _line
            if as_json:
                _print({"model": found.id, "protocol": protocol, "url": place, "key": session.token})
            else:
                _print(f"{found.id} answers {protocol} at {place}\nkey: {session.token}")
            _print_calls(session, directory, ended, show)
        if as_json:
            _print({"notes": session.notes()})
        else:
            _print("\n".join(map(one_line, session.notes())))
    return 0


@contextmanager
def _directory(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="cab-gateway-") as made:
            yield Path(made)
        return
    if keep.exists() and any(keep.iterdir()):
        raise UserError(f"--keep {keep}: is not empty; name a new directory")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def _print_calls(
    session: CellSession, directory: Path, ended: SimpleQueue[ModelCall | None], show: Show
) -> None:
    """Print calls as they end, until there is to be no further one."""
    from cab_core.wire.reader import WireReader

    while (end := ended.get()) is not None:
        call = next(c for c in WireReader(directory).calls() if c.n == end.n)
        _print(show(call, end, session.protocol.written))


def _print(said: str | dict[str, Any]) -> None:
    """Print at once: others may read it through a pipe."""
    if said:
        put(said if isinstance(said, str) else json.dumps(said))


def _json(call: WireCall, end: ModelCall, written: Sequence[str]) -> dict[str, Any]:
    from cab_core.records import to_json

    from .wire_call import as_object

    return {**as_object(call, written), "record": to_json(end)}


def _whole(full: bool) -> Show:
    from .wire_call import told

    return lambda call, _, written: "\n".join(told(call, written, full)) + "\n"


def _line(call: WireCall, end: ModelCall, _: Sequence[str]) -> str:
    """Return a call in one line."""
    statuses = ", ".join(str(a.status) for a in call.answers) or "no answer"
    usage = (
        f"{end.usage.prompt:,} + {end.usage.completion:,} tokens" if end.tokens is not None else "no usage"
    )
    ended = end.finish_reason if end.ended == "answered" else end.error or end.ended
    took = f"{end.latency_ms / 1000:.1f} s"
    said = [f"{call.method} {call.path}", f"{len(call.body):,} bytes", statuses, ended, usage, took]
    return f"call {call.n}: " + ", ".join(one_line(part) for part in said if part)


def _tell(line: str) -> None:
    say(plain(line), err=True)

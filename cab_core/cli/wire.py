"""`cab wire`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cab_core.errors import CabError, UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import ModelCall
from cab_core.store.reading import read_first
from cab_core.wire.reader import WireCall, WireReader

from . import options
from .cell_of import try_of
from .group import pass_plugins
from .table import print_json
from .text import name_line, say
from .wire_call import as_object, told
from .wire_diff import changes
from .wire_rows import print_rows, row_of


@click.command
@click.argument("cell", type=click.Path(path_type=Path, file_okay=False))
@click.option("--call", "number", type=int, metavar="N", help="show one call: request and answer")
@click.option("--diff", "pair", type=int, nargs=2, metavar="N M", help="what request M added to request N")
@click.option(
    "--raw",
    type=options.OneOf(["request", "answer"]),
    help="with --call: its very bytes",
)
@click.option("--full", is_flag=True, help="show long texts whole")
@options.as_json
@pass_plugins
def command(
    plugins: Plugins, /, cell: Path, number: int | None, pair: tuple[int, int] | None, raw: str | None,
    full: bool, as_json: bool,
) -> int:  # fmt: skip
    """List what a CLI asked its model, and show it: from the wire record of a cell.

    CELL: the directory of a cell, or of one of its tries. Of a call that was tried several times --raw answer
    writes the last answer.
    """
    if raw and (number is None or as_json):
        raise click.UsageError("--raw goes with --call N, and without --json")
    if number is not None and pair:
        raise click.UsageError("--call and --diff are two questions: give one of them")
    directory = try_of(cell)
    counts = Counter[str]()
    reader = WireReader(directory, lambda count: counts.update([count.path]))
    if pair:
        _differences(reader, pair, full, as_json)
    elif number is not None:
        _one(reader, number, raw, plugins, full, as_json)
    else:
        _all(directory, reader, as_json)
        if counts and not as_json:
            said = ", ".join(f"{path} {n} times" for path, n in counts.items())
            say(f"Beside the calls it counted tokens: {said}.")
    return 0


def _all(directory: Path, reader: WireReader, as_json: bool) -> None:
    ends = {call.n: call for call in read_first(directory / "calls.jsonl", ModelCall)[0]}
    rows, broken = list[dict[str, Any]](), None
    try:
        for call in reader.calls():
            rows.append(row_of(call, ends.get(call.n)))
    except UserError as exc:
        broken = exc  # what stands before it is shown
    rows.sort(key=lambda row: int(row["call"]))
    if as_json and broken is None:
        print_json(rows)
    elif rows and not as_json:
        print_rows(rows)
    elif broken is None:
        say(f"{directory}: no call was made.")
    if broken is not None:
        raise broken


def _calls(reader: WireReader, numbers: list[int]) -> Iterator[WireCall]:
    """Yield calls by their numbers, in that order.

    Raises:
        UserError: one is not there; says which are.
    """
    found, known = dict[int, WireCall](), list[int]()
    for call in reader.calls():
        known.append(call.n)
        if call.n in numbers:
            found[call.n] = call
        if len(found) == len(set(numbers)):
            break
    for n in numbers:
        if n not in found:
            there = f"calls {min(known)} to {max(known)}" if known else "no call"
            raise UserError(f"call {n} is not there: {reader.path} has {there}")
        yield found[n]


def _differences(reader: WireReader, pair: tuple[int, int], full: bool, as_json: bool) -> None:
    one, other = _calls(reader, list(pair))
    how, found = changes(one.body, other.body)
    if as_json:
        print_json({"calls": list(pair), "by": how, "changes": [change.row() for change in found]})
        return
    for change in found:
        click.echo(name_line(change.line(full)))
    if not found:
        say(f"Call {other.n} asks what call {one.n} does.")
    for call in (one, other):
        if call.left_out:
            say(f"Of request {call.n} {call.left_out:,} bytes were not kept.")


def _one(
    reader: WireReader, number: int, raw: str | None, plugins: Plugins, full: bool, as_json: bool
) -> None:
    [call], written = _calls(reader, [number]), _written(plugins, reader.head.protocol)
    if raw is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(_raw(call, raw))
    elif as_json:
        print_json(as_object(call, written))
    else:
        click.echo("\n".join(told(call, written, full)))


def _written(plugins: Plugins, protocol: str) -> tuple[str, ...]:
    """Return the fields of events that hold what a model writes; none where the protocol is not known."""
    try:
        return tuple(plugins.protocol(protocol).written)
    except CabError:
        return ()


def _raw(call: WireCall, what: str) -> bytes:
    if what == "request":
        return call.body
    if not call.answers:
        raise UserError(f"call {call.n} had no answer")
    return call.answers[-1].body

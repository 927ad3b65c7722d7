"""`cab compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cab_core.errors import UserError
from cab_core.records import CellResult, to_json
from cab_core.stats import Comparison, Pair, Selector, compare, one_of_each, verdict_of
from cab_core.store.cells import Store

from . import options
from .summaries import interval_text, rate_text
from .table import print_json
from .text import one_line

_LISTED = 40  # flipped pairs in the terminal; --json has all


@click.command
@click.argument("a")
@click.argument("b")
@click.option("--task", "task", metavar="PATTERN", default="*", help="only these tasks")
@options.runs
@options.as_json
def command(a: str, b: str, task: str, runs: Path, as_json: bool) -> int:
    """Does A really do better than B? Compare them on the tasks that both have.

    A and B say which cells are meant: KEY=PATTERN, several joined by commas, with the keys tui, model,
    stack (`none` for the bare CLI), sweep, version. What neither names must be equal within a pair:

    \b
      cab compare tui=aider tui=opencode               the CLIs, model by model
      cab compare model=gpt-a model=gpt-b              the models, CLI by CLI
      cab compare stack=docs-mcp stack=none            does the stack help?
      cab compare sweep=may,tui=aider sweep=june,tui=aider
    """
    one, other = Selector.parse(a), Selector.parse(b)
    results = _results(runs, task, one, other)
    found = compare(*(_units(results, side, _common(one, other)) for side in (one, other)))
    for side, rate in ((one, found.rate_a), (other, found.rate_b)):
        if rate is None and not any(side.matches(r) for r in results):
            raise UserError(f"no cell in {runs} is {side}; `cab results` shows what there is")
    if as_json:
        print_json(_json(one, other, found, results))
    else:
        _print(one, other, found, results)
    return 0


def _results(runs: Path, task: str, one: Selector, other: Selector) -> list[CellResult]:
    from fnmatch import fnmatchcase

    if not runs.is_dir():
        raise UserError(f"--runs {runs}: no such directory; `cab run` makes one")
    found = [(d, r) for d, r in Store(runs).standing() if fnmatchcase(r.cell.task, task)]
    if not {"sweep", "version"} & (one.wanted.keys() | other.wanted.keys()):
        found = one_of_each(found)
    return [r for _, r in found]


def _common(one: Selector, other: Selector) -> list[str]:
    """Return what must be equal within a pair, as neither side names it."""
    return [key for key in ("tui", "model", "stack") if key not in one.wanted.keys() | other.wanted.keys()]


def _units(results: list[CellResult], side: Selector, common: list[str]) -> dict[tuple[str, ...], list[bool]]:
    units: dict[tuple[str, ...], list[bool]] = {}
    for result in results:
        verdict = verdict_of(result)
        if side.matches(result) and verdict.passed is not None:
            same = {"tui": result.cell.tui, "model": result.cell.model, "stack": "+".join(result.cell.stack)}
            units.setdefault((result.cell.task, *(same[k] for k in common)), []).append(verdict.passed)
    return units


def _json(one: Selector, other: Selector, found: Comparison, results: list[CellResult]) -> dict[str, Any]:
    matched = [r for r in results if one.matches(r) or other.matches(r)]
    return {
        "a": str(one),
        "b": str(other),
        **to_json(found),
        "difference": found.difference,
        "flipped": to_json(found.flipped),
        "marks": sorted({mark for r in matched for mark in r.marks}),
        "runtimes": sorted({r.cell.runtime for r in matched}),
    }


def _print(one: Selector, other: Selector, found: Comparison, results: list[CellResult]) -> None:
    click.echo(f"A  {one}\nB  {other}\n")
    if not found.tasks:
        click.echo("No task has a verdict on both sides: there is nothing to compare.")
        return
    click.echo(f"tasks     {found.tasks} that both have ({len(found.pairs)} pairs)")
    click.echo(f"A, B      {rate_text(found.rate_a)}, {rate_text(found.rate_b)}")
    interval = interval_text(found.interval, signed=True)
    click.echo(f"A - B     {rate_text(found.difference, signed=True)}  {interval}")
    click.echo(f"McNemar   p = {found.p:.4f}  (A alone better on {found.better}, B on {found.worse} tasks)")
    _print_flips(found.flipped)
    _print_left_out(one, other, found, results)


def _print_flips(flipped: tuple[Pair, ...]) -> None:
    click.echo(f"\n{len(flipped)} flipped" + (":" if flipped else ": both sides agree on every pair."))
    for pair in flipped[:_LISTED]:
        winner = "A" if pair.a > pair.b else "B"
        name = " ".join(one_line(part, 80) for part in pair.unit if part)
        click.echo(f"  {winner}  {pair.a:.2f} : {pair.b:.2f}  {name}")
    if len(flipped) > _LISTED:
        click.echo(f"  and {len(flipped) - _LISTED} more; --json has them all")


def _print_left_out(one: Selector, other: Selector, found: Comparison, results: list[CellResult]) -> None:
    for name, alone in (("A", found.only_a), ("B", found.only_b)):
        if alone:
            click.echo(f"\n{len(alone)} of {name} have no partner, first: {one_line(alone[0], 90)}")
    excluded = sum(verdict_of(r).passed is None for r in results if one.matches(r) or other.matches(r))
    if excluded:
        click.echo(f"Left out: {excluded}, since infrastructure trouble is never counted.")
    _print_marks([r for r in results if one.matches(r) or other.matches(r)])


def _print_marks(results: list[CellResult]) -> None:
    marks = {mark for r in results for mark in r.marks}
    if "scripted" in marks:
        click.echo("Scripted models are among them: they prove the harness and say nothing about a CLI.")
    if "provisional" in marks:
        click.echo("Provisional cells are among them: not for citation.")
    runtimes = sorted({r.cell.runtime for r in results})
    if len(runtimes) > 1:
        named = one_line(", ".join(runtimes))
        click.echo(f"They ran in different sandboxes ({named}): a difference may be theirs.")

"""A comparison for people and for programs: the figures, and what else a reader must know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import click

from cab_core.records import CellResult, Limits, to_json
from cab_core.records.marks import SEALED, legend
from cab_core.stats import Comparison, Halves, Pair, Sides, summarise, verdict_of

from .summaries import interval_text, rate_text
from .text import name_line, one_line

_LISTED = 40  # flipped pairs in the terminal; --json has all
_FEW = 6  # values or names in one sentence
_ALWAYS = ("tui", "model", "stack")  # what a pair is told by; anything else where the pairs differ in it


def as_json_values(sides: Sides, found: Comparison, results: Sequence[CellResult]) -> dict[str, Any]:
    """Return a comparison as `cab compare --json` prints it. A unit's parts are named by `unit`."""
    halves, (mixed_a, mixed_b) = sides.halves(results), sides.mixed(results)
    return {
        "a": str(sides.a),
        "b": str(sides.b),
        "unit": ["task", *sides.common],
        **to_json(found),
        "difference": found.difference,
        "flipped": to_json(found.flipped),
        "mixed": {"a": mixed_a, "b": mixed_b},
        "unnamed": {key: {"a": a, "b": b} for key, (a, b) in sides.differing(results).items()},
        "marks": halves.marks,
        "runtimes": sorted({r.cell.runtime for r in halves}),
    }


def print_comparison(sides: Sides, found: Comparison, results: Sequence[CellResult]) -> None:
    """Print a comparison, and what is mixed or differs in it though nobody asked for that."""
    click.echo(f"A  {one_line(str(sides.a), 300)}\nB  {one_line(str(sides.b), 300)}\n")
    if not found.tasks:
        click.echo("No task has a verdict on both sides: there is nothing to compare.")
        _print_kept_apart(sides, results)
        _print_left_out(found, results)
        return
    click.echo(f"tasks     {found.tasks} that both have ({len(found.pairs)} pairs)")
    click.echo(f"A, B      {rate_text(found.rate_a)}, {rate_text(found.rate_b)}")
    interval = interval_text(found.interval, signed=True)
    click.echo(f"A - B     {rate_text(found.difference, signed=True)}  {interval}")
    click.echo(f"McNemar   p = {found.p:.4f}  (A alone better on {found.better}, B on {found.worse} tasks)")
    _print_mixed(sides, results)
    _print_flips(sides, found)
    _print_left_out(found, results)
    _print_unnamed(sides, results)
    _print_marks(sides.halves(results))


def _print_kept_apart(sides: Sides, results: Sequence[CellResult]) -> None:
    for key, (a, b) in sides.differing(results).items():
        if key in sides.common and not set(a) & set(b):
            click.echo(
                f"A has {key} {_few(a)}, B has {key} {_few(b)}, and neither names it: what is not named must "
                "be equal within a pair. To compare them all the same, name it on both sides."
            )


def _print_mixed(sides: Sides, results: Sequence[CellResult]) -> None:
    for name, mixed in zip("AB", sides.mixed(results), strict=True):
        if mixed:
            click.echo(
                f"\nMixed: {name} holds several configurations within one pair, and their mean is what is "
                f"compared: {_few(mixed)}. Name which is meant, such as version=... or runtime=..."
            )


def _print_flips(sides: Sides, found: Comparison) -> None:
    flipped = found.flipped
    click.echo(f"\n{len(flipped)} flipped" + (":" if flipped else ": both sides agree on every pair."))
    shown = _shown(sides, found.pairs)
    for pair in flipped[:_LISTED]:
        winner = "A" if pair.a > pair.b else "B"
        name = " ".join(one_line(pair.unit[i], 80) for i in shown if pair.unit[i])
        click.echo(f"  {winner}  {pair.a:.2f} : {pair.b:.2f}  {name}")
    if len(flipped) > _LISTED:
        click.echo(f"  and {len(flipped) - _LISTED} more; --json has them all")


def _shown(sides: Sides, pairs: Sequence[Pair]) -> list[int]:
    """Return the parts of a unit that tell pairs apart."""
    always = [0, *(i for i, key in enumerate(sides.common, 1) if key in _ALWAYS)]
    further = [i for i in range(1, 1 + len(sides.common)) if len({p.unit[i] for p in pairs}) > 1]
    return sorted({*always, *further})


def _print_left_out(found: Comparison, results: Sequence[CellResult]) -> None:
    for name, alone in (("A", found.only_a), ("B", found.only_b)):
        if alone:
            click.echo(f"\n{len(alone)} of {name} have no partner, first: {one_line(alone[0], 90)}")
    if excluded := summarise(map(verdict_of, results)).why_excluded:
        click.echo(f"Left out: {excluded}")


def _print_unnamed(sides: Sides, results: Sequence[CellResult]) -> None:
    for key, (a, b) in sides.differing(results).items():
        expected = key in ("version", "options") and "tui" in sides.named  # two CLIs never share these
        if key not in sides.common and not expected:
            click.echo(f"They differ in {key} too (A: {_few(a)}; B: {_few(b)}): a difference may be theirs.")


def _print_marks(halves: Halves) -> None:
    for mark, says in legend(halves.marks).items():
        click.echo(f"{'All' if mark == SEALED else 'Some'} of them are {mark}: {says}.")
    limits = halves.differing(lambda result: _limits(result.cell.limits))
    if limits is not None:
        a, b = map(_few, limits)
        click.echo(f"They had different limits (A: {a}; B: {b}): a difference may be theirs.")
    runtimes = halves.differing(lambda result: result.cell.runtime)
    if runtimes is not None:
        both = sorted({*runtimes[0], *runtimes[1]})
        click.echo(f"They ran in different sandboxes ({_few(both)}): a difference may be theirs.")


def _limits(limits: Limits) -> str:
    return " ".join(f"{name}={value:g}" for name, value in attrs.asdict(limits).items() if value is not None)


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return ", ".join(name_line(t) or "none" for t in texts[:_FEW]) + more

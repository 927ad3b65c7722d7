"""A comparison for people and for programs: the figures, and what else a reader must know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from cab_core.records import CellResult, Limits, to_json
from cab_core.records.marks import SEALED, legend
from cab_core.stats import (
    ERROR,
    ESTIMANDS,
    FEWEST,
    Comparison,
    Halves,
    Pair,
    Sides,
    Tally,
    decimal,
    probability,
    summarise,
    verdict_of,
)

from .summaries import WEAK, interval_text, rate_text
from .text import name_line, one_line, say

_LISTED = 40  # flipped pairs in the terminal; --json has all
_FEW = 6  # values or names in one sentence
_ALWAYS = ("tui", "model", "stack")  # what a pair is told by; anything else where the pairs differ in it


def as_json_values(
    sides: Sides, found: Comparison, results: Sequence[CellResult], possible: int
) -> dict[str, Any]:
    """Return a comparison as `cab compare --json` prints it. A unit's parts are named by `unit`.

    `possible` is how many pairs of configurations could have been compared, `p_of_all` p times that.
    """
    halves, (mixed_a, mixed_b) = sides.halves(results), sides.mixed(results)
    return {
        "a": str(sides.a),
        "b": str(sides.b),
        "unit": ["task", *sides.common],
        "on": found.on,
        "tasks": found.tasks,
        "families": found.families,
        "rate_a": found.rate_a,
        "rate_b": found.rate_b,
        "difference": found.difference,
        "interval": to_json(found.interval) if found.interval else None,
        "better": found.better,
        "worse": found.worse,
        "p": float(found.p),
        "verdict": found.says,
        "possible": possible,
        "p_of_all": min(1.0, float(found.p) * max(possible, 1)),
        "pairs": [_pair_json(pair) for pair in found.pairs],
        "flipped": [_pair_json(pair) for pair in found.flipped],
        "only_a": list(found.only_a),
        "only_b": list(found.only_b),
        "voided": {
            name: summarise(map(verdict_of, half)).voided
            for name, half in zip("ab", sides.chosen(results), strict=True)
        },
        "mixed": {"a": mixed_a, "b": mixed_b},
        "unnamed": {key: {"a": a, "b": b} for key, (a, b) in sides.differing(results).items()},
        "marks": halves.marks,
        "runtimes": sorted({r.cell.runtime for r in halves}),
    }


def _pair_json(pair: Pair) -> dict[str, Any]:
    """Return a pair with its rates, and the cells solved and counted that they are made of."""
    rates = {"a": float(pair.a.rate), "b": float(pair.b.rate)}
    return {"unit": list(pair.unit), **rates, "cells_a": to_json(pair.a), "cells_b": to_json(pair.b)}


def print_comparison(sides: Sides, found: Comparison, results: Sequence[CellResult], possible: int) -> None:
    """Print a comparison, and what is mixed or differs in it though nobody asked for that."""
    say(f"A  {one_line(str(sides.a), 300)}\nB  {one_line(str(sides.b), 300)}\n")
    if not found.tasks:
        say("No task has a verdict on both sides: there is nothing to compare.")
        _print_kept_apart(sides, results)
        _print_left_out(sides, found, results)
        return
    families = "" if found.families == found.tasks else f", {found.families} families"
    say(f"tasks     {found.tasks} that both have ({len(found.pairs)} pairs{families})")
    say(f"A, B      {rate_text(found.rate_a)}, {rate_text(found.rate_b)}")
    say(f"A - B     {rate_text(found.difference, signed=True)}  {_interval(found)}")
    p = _equals(float(found.p))
    say(f"test      {p}  (A better on {found.better}, B on {found.worse} of {found.tasks} tasks)")
    _print_verdict(found, possible)
    _print_mixed(sides, results)
    _print_flips(sides, found)
    _print_left_out(sides, found, results)
    _print_unnamed(sides, results)
    _print_marks(sides.halves(results))


def _interval(found: Comparison) -> str:
    """Return the interval; an end that the verdict cuts at 0 is no part of it."""
    text = interval_text(found.interval, signed=True)
    if found.says == "better":
        return text.replace("[0.0%", "[more than 0%")
    return text.replace(" 0.0%]", " less than 0%]") if found.says == "worse" else text


def _print_verdict(found: Comparison, possible: int) -> None:
    say(
        {
            "better": "verdict   A does better.",
            "worse": "verdict   B does better.",
            "undecided": "verdict   undecided: chance alone may bring such a difference.",
        }[found.says]
    )
    if not found.decidable:
        say(f"          {_too_few(found)}")
    say(ESTIMANDS[found.on])
    if found.interval and found.interval.weak:
        say(WEAK)
    if possible > 1:
        all_of_them = min(1.0, float(found.p) * possible)
        decided = "decided" if found.says != "undecided" and all_of_them <= ERROR else "undecided"
        say(
            f"Picked out of the {possible} pairs of configurations after the results were seen: {decided}, "
            f"{_equals(all_of_them)} with all of them allowed for."
        )


def _too_few(found: Comparison) -> str:
    if found.on == "these":
        return "With so few cells no result could decide; more tasks or attempts are needed."
    one, many = ("task", "tasks") if found.families == found.tasks else ("family", "families of tasks")
    count = f"{found.families} {one if found.families == 1 else many}"
    return f"With {count} no result could decide; at least {FEWEST} are needed."


def _equals(p: float) -> str:
    """Return `p = 0.0312`, or `p < 0.0001`."""
    text = probability(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _print_kept_apart(sides: Sides, results: Sequence[CellResult]) -> None:
    for key, (a, b) in sides.differing(results).items():
        if key in sides.common and not set(a) & set(b):
            say(
                f"A has {key} {_few(a)}, B has {key} {_few(b)}, and neither names it: what is not named must "
                "be equal within a pair. To compare them all the same, name it on both sides."
            )


def _print_mixed(sides: Sides, results: Sequence[CellResult]) -> None:
    for name, mixed in zip("AB", sides.mixed(results), strict=True):
        if mixed:
            say(
                f"\nMixed: {name} holds several configurations within one pair, and their mean is what is "
                f"compared: {_few(mixed)}. Name which is meant, such as version=... or runtime=..."
            )


def _print_flips(sides: Sides, found: Comparison) -> None:
    flipped = found.flipped
    say(f"\n{len(flipped)} flipped" + (":" if flipped else ": both sides agree on every pair."))
    shown = _shown(sides, found.pairs)
    for pair in flipped[:_LISTED]:
        winner = "A" if pair.difference > 0 else "B"
        name = " ".join(one_line(pair.unit[i], 80) for i in shown if pair.unit[i])
        say(f"  {winner}  {_rate(pair.a)} : {_rate(pair.b)}  {name}")
    if len(flipped) > _LISTED:
        say(f"  and {len(flipped) - _LISTED} more; --json has them all")


def _rate(tally: Tally) -> str:
    return decimal(float(tally.rate), 2)


def _shown(sides: Sides, pairs: Sequence[Pair]) -> list[int]:
    """Return the parts of a unit that tell pairs apart."""
    always = [0, *(i for i, key in enumerate(sides.common, 1) if key in _ALWAYS)]
    further = [i for i in range(1, 1 + len(sides.common)) if len({p.unit[i] for p in pairs}) > 1]
    return sorted({*always, *further})


def _print_left_out(sides: Sides, found: Comparison, results: Sequence[CellResult]) -> None:
    for name, alone in (("A", found.only_a), ("B", found.only_b)):
        if alone:
            say(f"\n{len(alone)} of {name} have no partner, first: {one_line(alone[0], 90)}")
    whole = summarise(map(verdict_of, results))
    if whole.excluded:
        say(f"Left out: {whole.why_excluded}")
    for name, half in zip("AB", sides.chosen(results), strict=True):
        if voided := summarise(map(verdict_of, half)).why_voided:
            say(f"Tried in vain before, {name}: {voided}")


def _print_unnamed(sides: Sides, results: Sequence[CellResult]) -> None:
    for key, (a, b) in sides.differing(results).items():
        expected = key in ("version", "options") and "tui" in sides.named  # two CLIs never share these
        if key not in sides.common and not expected:
            say(f"They differ in {key} too (A: {_few(a)}; B: {_few(b)}): a difference may be theirs.")


def _print_marks(halves: Halves) -> None:
    for mark, says in legend(halves.marks).items():
        say(f"{'All' if mark == SEALED else 'Some'} of them are {mark}: {says}.")
    limits = halves.differing(lambda result: _limits(result.cell.limits))
    if limits is not None:
        a, b = map(_few, limits)
        say(f"They had different limits (A: {a}; B: {b}): a difference may be theirs.")
    runtimes = halves.differing(lambda result: result.cell.runtime)
    if runtimes is not None:
        both = sorted({*runtimes[0], *runtimes[1]})
        say(f"They ran in different sandboxes ({_few(both)}): a difference may be theirs.")


def _limits(limits: Limits) -> str:
    return " ".join(f"{name}={value:g}" for name, value in attrs.asdict(limits).items() if value is not None)


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _FEW} more" if len(texts) > _FEW else ""
    return ", ".join(name_line(t) or "none" for t in texts[:_FEW]) + more

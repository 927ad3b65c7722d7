"""A comparison for people: the figures and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.records import axis_name
from cab_core.stats import (
    ERROR,
    ESTIMANDS,
    Comparison,
    Pair,
    Sides,
    Tally,
    decimal,
    probability,
)
from cab_core.words import plural

from .compared import Compared, between, change, figure, label, unknown
from .comparison_margin import margin_text
from .comparison_notes import print_kept_apart, print_left_out, print_marks, print_mixed, print_unnamed
from .rows import print_table
from .summaries import WEAK, interval_text, rate_text
from .text import name_line, one_line, say

_LISTED = 40  # flipped pairs in the terminal; --json has all
_LABEL = 10  # columns
AXES_NOTE = (
    "Change: × is the ratio A / B of geometric means, else it is A - B. All these verdicts together are held "
    "to 5% by Holm's steps; the verdict on the pass rate stands by itself."
)
_ALWAYS = ("tui", "model", "stack")  # what a pair is told by; anything else where the pairs differ in it


def print_comparison(compared: Compared) -> None:
    """Print a comparison, and what is mixed or differs in it though nobody asked for that."""
    sides, found, results = compared.sides, compared.found, compared.results
    say(f"A  {one_line(str(sides.a), 300)}\nB  {one_line(str(sides.b), 300)}\n", indent=3)
    if not found.tasks:
        say("No task has a verdict on both sides: there is nothing to compare.")
        print_kept_apart(sides, results)
        print_left_out(sides, found, results)
        return
    families = "" if found.families == found.tasks else f", {found.families} families"
    _say("tasks", f"{found.tasks} that both have ({plural(len(found.pairs), 'pair')}{families})")
    _say("A, B", f"{rate_text(found.rate_a)}, {rate_text(found.rate_b)}")
    _say("A - B", f"{rate_text(found.difference, signed=True)}  {_interval(found)}")
    p = _equals(float(found.p))
    _say("test", f"{p}  (A better on {found.better}, B on {found.worse} of {plural(found.tasks, 'task')})")
    if told := margin_text(found):
        _say("margin", told)
    _print_verdict(compared)
    _print_axes(compared)
    print_mixed(sides, results)
    _print_flips(sides, found)
    print_left_out(sides, found, results)
    print_unnamed(sides, results)
    print_marks(compared.halves)


def _say(label: str, text: str) -> None:
    say(f"{label:<{_LABEL}}{text}", indent=_LABEL)


def _interval(found: Comparison) -> str:
    """Return the interval; an end that the verdict cuts at 0 is no part of it."""
    text = interval_text(found.interval, signed=True)
    if found.says == "better":
        return text.replace("[0.0%", "[more than 0%")
    return text.replace(" 0.0%]", " less than 0%]") if found.says == "worse" else text


def _print_verdict(compared: Compared) -> None:
    found = compared.found
    _say("verdict", compared.verdict)
    _say("", compared.could_see)
    if compared.lacks:
        _say("", compared.lacks)
    say(ESTIMANDS[found.on])
    if found.interval and found.interval.weak:
        say(WEAK)
    if compared.possible > 1:
        say(picked_out(compared))


def picked_out(compared: Compared) -> str:
    """Return what the verdict is worth to somebody who saw all pairs before this one was named."""
    all_of_them = min(1.0, float(compared.found.p) * compared.possible)
    decided = "decided" if compared.found.says != "undecided" and all_of_them <= ERROR else "undecided"
    return (
        f"Picked out of the {compared.possible} pairs of configurations after the results were seen: "
        f"{decided}, {_equals(all_of_them)} with all of them allowed for."
    )


def _equals(p: float) -> str:
    """Return `p = 0.0312`, or `p < 0.0001`."""
    text = probability(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _print_axes(compared: Compared) -> None:
    """Print the other axes. Of one that a plugin adds nobody says here which way is better."""
    if not compared.axes:
        return
    say("\nThe other axes, over the tasks of which both sides know one:")
    rows = [
        (
            name_line(axis_name(label(one.axis), one.unit)),
            compared.axis_verdict(one),
            figure(one.axis, one.a),
            figure(one.axis, one.b),
            change(one),
            between(one),
            "-" if one.p_held is None else probability(one.p_held),
            "" if one.tasks == compared.found.tasks else f"{one.tasks}/{compared.found.tasks}",
        )
        for one in compared.axes
    ]
    heads = ("A", "B", "change", "95% interval", "p held", "tasks")
    print_table(rows, ("axis",), ("verdict",), heads)
    for said in unknown(compared):
        say(said)
    say(AXES_NOTE)


def _print_flips(sides: Sides, found: Comparison) -> None:
    flipped = found.flipped
    say(f"\n{len(flipped)} flipped" + (":" if flipped else ": both sides agree on every pair."))
    shown = _shown(sides, found.pairs)
    heads = ("task", *sides.common)
    rows = [
        (*(pair.unit[i] for i in shown), "A" if pair.difference > 0 else "B", _rate(pair.a), _rate(pair.b))
        for pair in flipped[:_LISTED]
    ]
    print_table(rows, [heads[i] for i in shown], ("better",), ("A", "B"))
    if len(flipped) > _LISTED:
        say(f"and {len(flipped) - _LISTED} more; --json has them all")
    say("")


def _rate(tally: Tally) -> str:
    return decimal(float(tally.rate), 2)


def _shown(sides: Sides, pairs: Sequence[Pair]) -> list[int]:
    """Return the parts of a unit that tell pairs apart."""
    always = [0, *(i for i, key in enumerate(sides.common, 1) if key in _ALWAYS)]
    further = [i for i in range(1, 1 + len(sides.common)) if len({p.unit[i] for p in pairs}) > 1]
    return sorted({*always, *further})

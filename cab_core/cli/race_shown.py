"""How a race ended, for people and for programs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from cab_core.records import to_json
from cab_core.stats import Selector, distinct_names
from cab_core.stats.contest import WHYS, Contest
from cab_core.stats.sequential import Plan as FixedPlan
from cab_core.sweep.race import Race
from cab_core.sweep.race_course import Course
from cab_core.words import plural

from .again import program
from .ending import INTERRUPTED, print_end
from .race_sides import compared
from .session import Ended
from .summaries import interval_text, rate_text
from .table import print_json
from .tally import Tally
from .text import name_line, one_line, reason, say

_LABEL = 10  # columns
_GOES_ON = ("interrupted", "infrastructure")


@attrs.frozen(kw_only=True)
class Shown:
    """A race that has ended. `most`: the units that it might have run."""

    race: Race
    fixed: FixedPlan
    sides: Sequence[Selector]
    course: Course
    most: int
    ended: Ended
    tally: Tally
    runs: Path
    go_on: str
    settings: dict[str, int]

    @property
    def exit_code(self) -> int:
        """130 interrupted, 1 where the infrastructure kept it from an end, else 0."""
        if self.ended.interrupted:
            return INTERRUPTED
        return int(any(pair.why in _GOES_ON for pair in self.race.contests.pairs))

    @property
    def _fixed(self) -> dict[str, Any]:
        """The plan that it is held against: all sides on the tasks that the difference takes, or on all."""
        units = min(self.fixed.units, len(self.course.units))
        cells = units * len(self.sides) * self.settings["attempts"]
        rule = "power" if units == self.fixed.units else "all tasks"
        return {"tasks": units, "cells": cells, "rule": rule, "power": 0.8 if rule == "power" else None}

    def print_json(self) -> None:
        """Print all of it."""
        fixed, used = self._fixed, len(self.race.ended)
        print_json(
            {
                "sides": [str(side) for side in self.sides],
                **self.settings,
                "difference": self.fixed.difference,
                "flips": self.fixed.flips,
                "tasks_at_most": self.most,
                "cells": used,
                "usd": self.race.ended.usd,
                "fixed_plan": fixed,
                "saved_cells": fixed["cells"] - used,
                "pairs": [self._pair_json(n, pair) for n, pair in enumerate(self.race.contests.pairs, 1)],
                "orders": self.race.orders,
                "left_out": self.course.left_out,
                "stopped": self.ended.stopped,
                "compare": self._compare(),
                "go_on": self.go_on if self.exit_code else None,
            }
        )

    def _pair_json(self, n: int, pair: Contest) -> dict[str, Any]:
        interval = self.race.contests.interval(pair)
        return {
            "a": str(self.sides[0]),
            "b": str(self.sides[n]),
            "verdict": pair.says,
            "why": pair.why,
            "e": pair.evidence,
            "highest_e": pair.highest,
            "decides": self.race.contests.limit if pair.says == "undecided" else None,
            "n": pair.units,
            "excluded": pair.lost,
            "lost_cells": dict(zip("ab", self._lost(n), strict=True)),
            "discordant": pair.better + pair.worse,
            "better": pair.better,
            "worse": pair.worse,
            "rate_a": pair.rates[0],
            "rate_b": pair.rates[1],
            "difference": pair.total / pair.units if pair.units else None,
            "interval": to_json(interval) if interval else None,
        }

    def _lost(self, n: int) -> tuple[int, int]:
        """Cells without a verdict, of A and of the n-th other side: whoever voids its failures has many."""
        return self.race.ended.lost_of(0), self.race.ended.lost_of(n)

    def print(self) -> None:
        """Print the counts, a verdict for each pair, and what it saved."""
        print_end([], self.tally)
        for line in self.ended.stopped:
            say(f"Stopped: {reason(line, 900)}")
        names = distinct_names(self.course.sides)
        for n, pair in enumerate(self.race.contests.pairs, 1):
            click.echo()
            for label, i in (("A", 0), ("B", n)):
                _say(
                    label, f"{one_line(str(self.sides[i]), 300)}  ({name_line(names[self.course.sides[i]])})"
                )
            self._print_pair(n, pair)
        click.echo()
        if self.race.orders > 1:
            say(
                f"These sides were looked at in {self.race.orders} orders by now (seeds, sets of tasks, "
                "attempts). That equals are told apart has a chance of 5% in one order that was chosen "
                f"before, and of up to {min(5 * self.race.orders, 100)}% in one or the other of these."
            )
        self._print_saved()
        if self.exit_code:
            click.echo(f"Go on with: {self.go_on}")
        for line in self._compare():
            click.echo(f"Task by task: {line}")

    def _print_pair(self, n: int, pair: Contest) -> None:
        a, b = self._lost(n)
        lost = f", {pair.lost} left out: a cell came to no verdict, of A {a}, of B {b}" if pair.lost else ""
        _say("tasks", f"{pair.units} of {self.most} that it might have taken{lost}")
        if pair.units:
            _say("A, B", ", ".join(rate_text(rate) for rate in pair.rates))
            interval = interval_text(self.race.contests.interval(pair), signed=True)
            _say("A - B", f"{rate_text(pair.total / pair.units, signed=True)}  {interval} at every look")
        limit = f"{self.race.contests.limit:g} decides" if pair.says == "undecided" else "decided"
        flips = f"A better on {pair.better}, B on {pair.worse} of {plural(pair.units, 'task')}"
        _say(
            "e-value",
            f"{_e(pair.highest if pair.says != 'undecided' else pair.evidence)}, {limit}  ({flips})",
        )
        _say("verdict", _verdict(pair))

    def _print_saved(self) -> None:
        fixed, used = self._fixed, len(self.race.ended)
        saved, tasks = fixed["cells"] - used, plural(fixed["tasks"], "task")
        plan = (
            f"{tasks}, which show a difference of {rate_text(self.fixed.difference)} in 80% of cases "
            f"where the sides differ on {rate_text(self.fixed.flips)}"
            if fixed["rule"] == "power"
            else f"all {tasks}, one of each family"
        )
        if any(pair.why in (*_GOES_ON, "budget") for pair in self.race.contests.pairs):
            # It was cut short: what it did not run is no saving.
            say(f"{plural(used, 'cell')}. A fixed plan has {fixed['cells']:,} ({plan}).")
            return
        what = f"saved {plural(saved, 'cell')}" if saved >= 0 else f"took {plural(-saved, 'cell')} more"
        say(f"{plural(used, 'cell')}: {what} against a fixed plan of {fixed['cells']:,} ({plan}).")

    def _compare(self) -> list[str]:
        """Return the commands that show the same cells task by task."""
        scripted = ["--scripted"] if any(r.scripted for _, r in self.ended.results) else []
        said = [
            compared(side, config.tui, config.stack)
            for side, config in zip(self.sides, self.course.sides, strict=True)
        ]
        place = [] if str(self.runs) == "runs" else ["--runs", str(self.runs)]
        return [shlex.join([program(), "compare", said[0], other, *place, *scripted]) for other in said[1:]]


def _say(label: str, text: str) -> None:
    say(f"{label:<{_LABEL}}{text}", indent=_LABEL)


def _e(value: float) -> str:
    return f"{value:.3g}" if value < 1e6 else "more than 1,000,000"


def _verdict(pair: Contest) -> str:
    if pair.says != "undecided":
        return "A does better." if pair.says == "better" else "B does better."
    why = pair.why or "tasks"
    return f"undecided: {why} ({WHYS[why]})."

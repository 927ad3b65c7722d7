"""A comparison with all that is said of it, in whatever form, and its verdicts in words."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from cab_core.records import CellSummary
from cab_core.stats import (
    FEWEST,
    POWER,
    AxisComparison,
    Comparison,
    Halves,
    On,
    Sensitivity,
    Sides,
    compare_axes,
    percent,
    sensitivity_of,
    summarise,
    unknown_amounts,
    verdict_of,
)
from cab_core.words import plural

from .table import axis_figure

PASS_RATE = "pass_rate"
_LABELS = {"latency": "time s", "usd": "dollars", PASS_RATE: "pass rate"}


@attrs.frozen(kw_only=True)
class Compared:
    """The pass rate (`found`), every other axis, and what could have been seen. `possible`: pairs in all."""

    sides: Sides
    halves: Halves
    found: Comparison
    axes: Sequence[AxisComparison]
    sensitivity: Sensitivity
    results: Sequence[CellSummary]
    possible: int
    cost_margin: float | None = None

    @classmethod
    def of(
        cls,
        sides: Sides,
        results: Sequence[CellSummary],
        possible: int,
        on: On = "like",
        margin: float | None = None,
        cost_margin: float | None = None,
    ) -> Compared:
        """Compare the two sides."""
        found, halves = sides.compare(results, on, margin), sides.halves(results)
        return cls(
            sides=sides,
            halves=halves,
            found=found,
            axes=compare_axes(halves.pairs, cost_margin),
            sensitivity=sensitivity_of(found.pairs, sides.families(results), on, found.verdict, margin),
            results=results,
            possible=possible,
            cost_margin=cost_margin,
        )

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict by axis, as `--json` names it: the pass rate first."""
        return {PASS_RATE: self.found.verdict, **{one.axis: one.says for one in self.axes}}

    @property
    def verdict(self) -> str:
        """The verdict on the pass rate in a sentence."""
        margin = share(self.found.margin)
        return {
            "better": "A does better.",
            "worse": "B does better.",
            "not worse": f"A is not worse by {margin} or more.",
            "equivalent": f"no difference as large as {margin}.{self._although}",
            "undecided": "undecided: chance alone may bring such a difference.",
        }[self.found.verdict]

    @property
    def _although(self) -> str:
        if self.found.says == "undecided":
            return ""
        return f" ({'A' if self.found.says == 'better' else 'B'} does better, by less than that.)"

    def axis_verdict(self, one: AxisComparison) -> str:
        """Return the verdict on an axis in a few words."""
        return _in_words(one.says, self.cost_margin)

    @property
    def short_verdict(self) -> str:
        """The verdict on the pass rate in a few words."""
        return _in_words(self.found.verdict, self.found.margin)

    @property
    def could_see(self) -> str:
        """What difference would have been seen, or that none could have been."""
        if not self.found.decidable:
            return _too_few(self.found)
        if self.sensitivity.smallest is None:
            return "With so few tasks or attempts not even the largest difference would be seen for sure."
        return (
            f"A true difference of about {percent(self.sensitivity.smallest, 0)} or more would have been "
            f"seen in {percent(POWER, 0)} of such comparisons."
        )

    @property
    def lacks(self) -> str:
        """What it takes for a verdict; empty where there is one."""
        if self.found.verdict != "undecided" or not self.found.tasks or not self.found.decidable:
            return ""
        tasks, attempts = self.sensitivity.more_tasks, self.sensitivity.more_attempts
        ways = [plural(tasks, "more task") + " like these"] if tasks else []
        ways += [plural(attempts, "more attempt") + " a task on either side"] if attempts else []
        if not ways:
            return "Nothing was observed of which more data would soon make a verdict."
        return f"An estimate, if the difference is the one observed: about {' or '.join(ways)} would decide."


def _too_few(found: Comparison) -> str:
    if found.on == "these":
        return "With so few cells no result could decide; more tasks or attempts are needed."
    one, many = ("task", "tasks") if found.families == found.tasks else ("family", "families of tasks")
    count = f"{found.families} {one if found.families == 1 else many}"
    return f"With {count} no result could decide; at least {FEWEST} are needed."


def left_out(compared: Compared) -> list[str]:
    """Return, of each side, what is in no pair: whoever can make its failures void may look better."""
    found, said = compared.found, list[str]()
    halves = compared.sides.chosen(compared.results)
    for name, half, alone in zip("AB", halves, (found.only_a, found.only_b), strict=True):
        excluded = summarise(map(verdict_of, half)).why_excluded
        parts = [f"without a verdict: {excluded}"] if excluded else []
        parts += [f"{plural(len(alone), 'task')} without a partner"] if alone else []
        said += [f"Left out of {name}: {'; '.join(parts)}."] if parts else []
    return [*said, *unknown(compared)]


def unknown(compared: Compared) -> list[str]:
    """Return of which amounts one side has more cells that are not known: those are left out of the axis."""
    return [
        f"{label(axis)}: not known of {a} of A's cells and {b} of B's, which are left out of that axis."
        for axis, (a, b) in unknown_amounts(compared.halves.pairs).items()
    ]


def _in_words(says: str, margin: float | None) -> str:
    by = share(margin)
    return {
        "better": "A better",
        "worse": "B better",
        "higher": "A higher",
        "lower": "A lower",
        "not worse": f"A not worse by {by}",
        "equivalent": f"within {by}",
        "undecided": "undecided",
    }[says]


def share(margin: float | None) -> str:
    """Return a margin as it was most likely given: 5%, 2.5%."""
    return "" if margin is None else f"{100 * margin:g}%"


def label(axis: str) -> str:
    """Return what people call an axis."""
    return _LABELS.get(axis, axis)


def figure(axis: str, value: float) -> str:
    """Return a value of an axis."""
    return axis_figure(value / 1000 if axis == "latency" else value)


def change(one: AxisComparison) -> str:
    """Return the ratio, as ×1.12, or the difference."""
    return _change(one, one.value)


def between(one: AxisComparison) -> str:
    """Return the interval of that, or a dash."""
    if one.interval is None:
        return "-"
    return f"[{_change(one, one.interval.low)}, {_change(one, one.interval.high)}]"


def _change(one: AxisComparison, value: float) -> str:
    if one.kind == "difference":
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"×{value:.2f}" if 0.01 <= value < 1000 else f"×{value:.1e}"

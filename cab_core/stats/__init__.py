"""Statistics behind the figures: rates, intervals, tests and ranks, in plain Python.

Every public function names its formula and its source; docs/reference/statistics.md tells the whole. The
browser's copy of what the compare page needs is `cab_core/site/static/stats.js`, and gives the same figures.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cab_core.records import Configuration

if TYPE_CHECKING:
    from .axes import AMOUNTS, AxisComparison, compare_axes, unknown_amounts, verdicts_of
    from .comparison import Comparison, compare
    from .figures import Figure
    from .halves import Halves
    from .intervals import Interval
    from .margin import VERDICTS, Bounds
    from .names import distinct_names, distinctions, settings, value_text
    from .noise import Noise, noise_of
    from .paired import ERROR, FEWEST, Pair
    from .power import Assumed, largest_flip, measured, power_of, smallest, tasks_needed
    from .ranks import Ranking, rankings
    from .rounding import decimal, percent, probability
    from .select import Selector, one_of_each
    from .sensitivity import POWER, Sensitivity, sensitivity_of
    from .sides import Sides
    from .summary import FIGURES, Summary, Verdict, configurations, summarise, verdict_of
    from .tally import ESTIMANDS, On, Tally, tallies

# module -> what is used of it: loaded then, for a run tells configurations apart and asks for no figure.
_PUBLIC: dict[str, tuple[str, ...]] = {
    "axes": (
        "AMOUNTS",
        "AxisComparison",
        "compare_axes",
        "unknown_amounts",
        "verdicts_of",
    ),
    "comparison": (
        "Comparison",
        "compare",
    ),
    "figures": ("Figure",),
    "halves": ("Halves",),
    "intervals": ("Interval",),
    "margin": (
        "VERDICTS",
        "Bounds",
    ),
    "names": (
        "distinct_names",
        "distinctions",
        "settings",
        "value_text",
    ),
    "noise": (
        "Noise",
        "noise_of",
    ),
    "paired": (
        "ERROR",
        "FEWEST",
        "Pair",
    ),
    "power": (
        "Assumed",
        "largest_flip",
        "measured",
        "power_of",
        "smallest",
        "tasks_needed",
    ),
    "ranks": (
        "Ranking",
        "rankings",
    ),
    "rounding": (
        "decimal",
        "percent",
        "probability",
    ),
    "select": (
        "Selector",
        "one_of_each",
    ),
    "sides": ("Sides",),
    "sensitivity": (
        "POWER",
        "Sensitivity",
        "sensitivity_of",
    ),
    "summary": (
        "FIGURES",
        "Summary",
        "Verdict",
        "configurations",
        "summarise",
        "verdict_of",
    ),
    "tally": (
        "ESTIMANDS",
        "On",
        "Tally",
        "tallies",
    ),
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "AMOUNTS",
    "ERROR",
    "ESTIMANDS",
    "FEWEST",
    "FIGURES",
    "POWER",
    "VERDICTS",
    "Assumed",
    "AxisComparison",
    "Bounds",
    "Comparison",
    "Configuration",
    "Figure",
    "Halves",
    "Interval",
    "Noise",
    "On",
    "Pair",
    "Ranking",
    "Selector",
    "Sensitivity",
    "Sides",
    "Summary",
    "Tally",
    "Verdict",
    "compare",
    "compare_axes",
    "configurations",
    "decimal",
    "distinct_names",
    "distinctions",
    "largest_flip",
    "measured",
    "noise_of",
    "one_of_each",
    "percent",
    "power_of",
    "probability",
    "rankings",
    "sensitivity_of",
    "settings",
    "smallest",
    "summarise",
    "tallies",
    "tasks_needed",
    "unknown_amounts",
    "value_text",
    "verdict_of",
    "verdicts_of",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

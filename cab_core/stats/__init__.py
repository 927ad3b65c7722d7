"""Statistics behind the figures: rates, intervals, tests and ranks, in plain Python.

Every public function names its formula and its source; docs/reference/statistics.md tells the whole. The
browser's copy of what the compare page needs is `cab_core/site/static/stats.js`, and gives the same figures.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cab_core.records import Configuration

if TYPE_CHECKING:
    from .axes import AxisDifference, axis_differences
    from .comparison import Comparison, compare
    from .figures import Figure
    from .halves import Halves
    from .intervals import Interval
    from .names import distinct_names, distinctions, settings, value_text
    from .paired import ERROR, FEWEST, Pair
    from .ranks import Ranking, rankings
    from .rounding import decimal, percent, probability
    from .select import Selector, one_of_each
    from .sides import Sides
    from .summary import FIGURES, Summary, Verdict, configurations, summarise, verdict_of
    from .tally import ESTIMANDS, On, Tally, tallies

# module -> what is used of it: loaded then, for a run tells configurations apart and asks for no figure.
_PUBLIC: dict[str, tuple[str, ...]] = {
    "axes": (
        "AxisDifference",
        "axis_differences",
    ),
    "comparison": (
        "Comparison",
        "compare",
    ),
    "figures": ("Figure",),
    "halves": ("Halves",),
    "intervals": ("Interval",),
    "names": (
        "distinct_names",
        "distinctions",
        "settings",
        "value_text",
    ),
    "paired": (
        "ERROR",
        "FEWEST",
        "Pair",
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
    "ERROR",
    "ESTIMANDS",
    "FEWEST",
    "FIGURES",
    "AxisDifference",
    "Comparison",
    "Configuration",
    "Figure",
    "Halves",
    "Interval",
    "On",
    "Pair",
    "Ranking",
    "Selector",
    "Sides",
    "Summary",
    "Tally",
    "Verdict",
    "axis_differences",
    "compare",
    "configurations",
    "decimal",
    "distinct_names",
    "distinctions",
    "one_of_each",
    "percent",
    "probability",
    "rankings",
    "settings",
    "summarise",
    "tallies",
    "value_text",
    "verdict_of",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

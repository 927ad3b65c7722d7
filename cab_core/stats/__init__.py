"""Statistics behind the figures: rates, intervals, tests and ranks, in plain Python.

Every public function names its formula and its source; docs/reference/statistics.md tells the whole. The
browser's copy of what the compare page needs is `cab_core/site/static/stats.js`, and gives the same figures.
"""

from __future__ import annotations

from cab_core.records import Configuration

from .compare import Comparison, compare
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

__all__ = [
    "ERROR",
    "ESTIMANDS",
    "FEWEST",
    "FIGURES",
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

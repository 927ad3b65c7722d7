"""Statistics behind the figures: intervals and paired tests, in plain Python.

Every public function names its formula and its source. The browser's copy of what the compare page
needs is `cab_core/site/static/stats.js`; both draw from the same generator and give the same figures.
"""

from __future__ import annotations

from cab_core.records import Configuration

from .compare import Comparison, Pair, compare
from .halves import Halves
from .intervals import Interval, cluster_bootstrap, wilson
from .names import distinct_names, distinctions, settings, value_text
from .paired import exact_mcnemar, paired_bootstrap
from .select import Selector, one_of_each
from .sides import Sides
from .summary import Summary, Verdict, configurations, summarise, verdict_of

__all__ = [
    "Comparison",
    "Configuration",
    "Halves",
    "Interval",
    "Pair",
    "Selector",
    "Sides",
    "Summary",
    "Verdict",
    "cluster_bootstrap",
    "compare",
    "configurations",
    "distinct_names",
    "distinctions",
    "exact_mcnemar",
    "one_of_each",
    "paired_bootstrap",
    "settings",
    "summarise",
    "value_text",
    "verdict_of",
    "wilson",
]

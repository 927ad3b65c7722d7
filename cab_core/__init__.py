"""CodingAgentBench: coding-agent CLIs x models x tasks, recorded, scored and published.

What a plugin author needs is importable from here; everything is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cab_core.plugins.markers import hookimpl
    from cab_core.plugins.protocols import Adapter, Leftovers, Runtime, Scorer
    from cab_core.plugins.registration import Registration
    from cab_core.records import Evidence, Harvest, Job, Launch, Recipe, Score

__version__ = "0.1.0"

# name -> module that defines it. The public surface of the package: a test freezes it.
_PUBLIC = {
    "hookimpl": "cab_core.plugins.markers",
    "Registration": "cab_core.plugins.registration",
    "Adapter": "cab_core.plugins.protocols",
    "Scorer": "cab_core.plugins.protocols",
    "Runtime": "cab_core.plugins.protocols",
    "Job": "cab_core.records",
    "Launch": "cab_core.records",
    "Recipe": "cab_core.records",
    "Harvest": "cab_core.records",
    "Leftovers": "cab_core.plugins.protocols",
    "Evidence": "cab_core.records",
    "Score": "cab_core.records",
}

__all__ = [
    "Adapter",
    "Evidence",
    "Harvest",
    "Job",
    "Launch",
    "Leftovers",
    "Recipe",
    "Registration",
    "Runtime",
    "Score",
    "Scorer",
    "__version__",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'cab_core' has no attribute {name!r}")

"""What holds for every CLI that is driven through an endpoint, whatever it speaks: with the real CLI."""

from __future__ import annotations

from .adapter_cells import InCells
from .adapter_runs import AtAnEndpoint
from .adapter_runs import Driven as Driven


class AdapterConformance(InCells, AtAnEndpoint):
    """A subclass names its CLI, and may say what is this CLI's own: see `OwnWays`."""

"""What cells will take, by what earlier ones took."""

from __future__ import annotations

from pathlib import Path

import attrs

from cab_core.records import CellSummary
from cab_core.sweep.forecast import Spread, forecast
from tests.site.made import Made

CELL = Made().cell().configuration
OTHER_VERSION = Made(version="2").cell().configuration
STRANGER = Made(tui="other").cell().configuration


def earlier(root: Path, *tokens: int, **more: object) -> list[tuple[str, CellSummary]]:
    """Write cells that took so many tokens."""
    paths = [
        Made(task=f"p/{i}", tokens=(n, 0), **more).write(root)  # type: ignore[arg-type]
        for i, n in enumerate(tokens)
    ]
    from cab_core.store.cells import Store

    return [(str(p), Store(root).summary(p)) for p in paths]


def test_it_is_the_median_of_the_configuration_times_the_cells(tmp_path: Path) -> None:
    """With the half in the middle, and of how many."""
    found = forecast([CELL] * 10, earlier(tmp_path, 100, 200, 300, 400, 5000, usd=0.5), 2)
    assert found.total("tokens").spread == Spread(n=5, median=3000, low=2000, high=4000)
    assert found.total("calls").spread == Spread(n=5, median=10, low=10, high=10)
    assert found.total("usd").spread == Spread(n=5, median=5, low=5, high=5)
    [basis] = found.bases
    assert (basis.cells, basis.level) == (10, "configuration")


def test_time_is_shared_among_those_that_run_at_once(tmp_path: Path) -> None:
    """And is no less than that of one cell."""
    cells = earlier(tmp_path, 1)
    one = (found := forecast([CELL], cells, 1).wall.spread) and found.median
    assert one is not None and round(one, 2) == 12.99
    for n, width, times in ((10, 2, 5), (3, 8, 1)):
        found = forecast([CELL] * n, cells, width).wall.spread
        assert found is not None and abs(found.median - times * one) < 1e-9


def test_where_the_configuration_is_new_its_cli_and_model_are_the_basis(tmp_path: Path) -> None:
    """In whatever version."""
    [basis] = forecast([OTHER_VERSION], earlier(tmp_path, 7), 1).bases
    assert basis.level == "CLI x model" and basis.figures["tokens"] == Spread(n=1, median=7, low=7, high=7)


def test_where_nothing_is_known_it_is_unknown(tmp_path: Path) -> None:
    """And never zero; what is known beside it is told, with how many are not."""
    cells = earlier(tmp_path, 100)
    found = forecast([STRANGER], cells, 1)
    assert found.total("tokens").spread is None and found.wall.spread is None
    assert found.total("usd").unknown == 1
    both = forecast([CELL, STRANGER, STRANGER], cells, 1)
    assert both.total("tokens") == attrs.evolve(found.total("tokens"), spread=Spread(n=1, median=100, low=100, high=100), unknown=2)  # fmt: skip


def test_dollars_without_a_price_are_unknown_and_a_script_is_free(tmp_path: Path) -> None:
    """Nobody said what the model costs."""
    assert forecast([CELL], earlier(tmp_path / "a", 1), 1).total("usd").spread is None
    free = forecast([CELL], earlier(tmp_path / "b", 1, marks=("scripted",)), 1).total("usd").spread
    assert free is not None and free.median == 0


def test_cells_without_a_verdict_say_nothing(tmp_path: Path) -> None:
    """A dead endpoint took no tokens."""
    assert forecast([CELL], earlier(tmp_path, 1, outcome="infra_upstream"), 1).bases[0].level is None

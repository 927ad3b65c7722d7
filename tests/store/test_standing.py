"""Which of several tries of one cell counts."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from cab_core.stats import one_of_each
from cab_core.store.cells import Store
from tests.site.made import Made

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
TRIES = {
    "the latest": (Made(outcome="failed", ended_at=EARLY), Made(ended_at=LATE)),
    "a verdict before none": (Made(outcome="infra_upstream", ended_at=LATE), Made(ended_at=EARLY)),
    "a sealed run before a provisional one": (Made(marks=("provisional",), ended_at=LATE), Made(ended_at=EARLY)),
    "a provisional verdict before none": (
        Made(outcome="cancelled", ended_at=LATE),
        Made(marks=("provisional",), ended_at=EARLY),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRIES)
@pytest.mark.parametrize("turned", [False, True])
def test_which_try_stands(tmp_path: Path, name: str, turned: bool) -> None:
    """In whichever order they were made."""
    other, wanted = TRIES[name]
    for made in (wanted, other) if turned else (other, wanted):
        made.write(tmp_path)
    [(_, found)] = Store(tmp_path).standing()
    assert (found.outcome, found.ended_at) == (wanted.outcome, wanted.ended_at)


@pytest.mark.parametrize("name", TRIES)
def test_which_sweep_stands(tmp_path: Path, name: str) -> None:
    """The same holds for one cell in two sweeps."""
    other, wanted = TRIES[name]
    attrs.evolve(other, sweep="a").write(tmp_path)
    attrs.evolve(wanted, sweep="b").write(tmp_path)
    [(_, found)] = one_of_each(Store(tmp_path).standing())
    assert found.cell.sweep_id == "b"

"""What a run says of a cluster that has no worker for it; the cluster's answers are given here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from cab_executor_dask import mapping

from cab_core import WorkerError
from cab_core.records import Cell

WORKER = {"tcp://one:1": {"resources": {"cell": 2}}}


class Client:
    """Tells of these workers, a look each; then the scheduler is gone."""

    id = "client"

    def __init__(self, *looks: dict[str, Any]) -> None:
        self._looks = iter(looks)

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        """Return the workers of the next look."""
        try:
            return {"workers": next(self._looks)}
        except StopIteration:
            raise OSError("gone") from None

    def submit(self, *_: Any, **__: Any) -> Any:
        """Take a cell, of which nothing is heard."""
        return SimpleNamespace(add_done_callback=lambda _: None, cancel=lambda: None, release=lambda: None)

    def subscribe_topic(self, *_: Any) -> None:
        """Say nothing."""

    def unsubscribe_topic(self, *_: Any) -> None:
        """Say nothing."""


class Work:
    """One cell's worth of work, and what was warned of."""

    portable, budget = b"", False

    def __init__(self) -> None:
        self.warned: list[str] = []
        self.stop, self.warn = self, self.warned.append

    @contextmanager
    def watch(self, _: Any) -> Iterator[None]:
        """Never stop."""
        yield

    def is_set(self) -> bool:
        """Never stop."""
        return False

    def job(self, _: Cell) -> bytes:
        """Return what a worker gets."""
        return b""


@pytest.mark.parametrize(("looks", "times"), [(({}, {}), 1), (({}, WORKER, {}, {}), 2), ((WORKER,), 0)])
def test_a_cluster_without_a_worker_is_told_of_as_often_as_it_has_lost_them(
    looks: tuple[dict[str, Any], ...], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not at every look; with what a worker must have, since one without cab ends before it says why."""
    monkeypatch.setattr(mapping, "_LOOK_S", 0.0)
    work = Work()
    cell = Cell(sweep_id="s", tui="t", tui_version="1", model="m", task="p/t")
    with pytest.raises(WorkerError, match="scheduler is gone"):
        list(mapping.Mapping(Client(*looks), work, 2).results([cell]))  # type: ignore[arg-type]
    assert len(work.warned) == times
    assert all("--resources cell=K" in said and "ModuleNotFoundError" in said for said in work.warned)

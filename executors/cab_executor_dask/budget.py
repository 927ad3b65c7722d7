"""The run's budget on the scheduler, which all workers reach."""

from __future__ import annotations

from typing import Any

from distributed import SchedulerPlugin
from distributed.scheduler import Scheduler

from cab_core import SharedBudget

from .worker import operation


class BudgetPlugin(SchedulerPlugin):
    """Answers the workers of one run, until its client is gone."""

    def __init__(self, run: str, client: str) -> None:
        self.name = f"{run}-budget"
        self._run, self._client = run, client

    async def start(self, scheduler: Scheduler) -> None:
        """Answer from now on."""
        self._shared = SharedBudget()
        scheduler.handlers[operation(self._run)] = self.answer

    async def answer(self, who: str, question: dict[str, Any]) -> float:
        """Answer a worker."""
        return await self._shared.answer(who, question)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:
        """Take back what a worker had that is gone."""
        self._shared.gone(worker)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Leave nothing on the scheduler."""
        if client == self._client:
            scheduler.handlers.pop(operation(self._run), None)
            scheduler.plugins.pop(self.name, None)

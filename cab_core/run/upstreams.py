"""Which upstream answers a cell: the shared one of its endpoint, or a scripted model of its own."""

from __future__ import annotations

import threading
from pathlib import Path

from cab_core.gateway.models import Model
from cab_core.gateway.scripted.personas import PERSONAS, Scene
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.upstream import EndpointUpstream, Upstream
from cab_core.records import Job

from .order import Desk, Order


class SharedUpstreams:
    """One upstream for each endpoint and key, so that all cells share its throttle and connections."""

    def __init__(self) -> None:
        self._made: dict[tuple[str | None, str | None], EndpointUpstream] = {}
        self._lock = threading.Lock()

    def __call__(self, model: Model) -> Upstream:
        """Return the upstream of a model's endpoint."""
        key = (model.endpoint, model.key)
        with self._lock:
            if key not in self._made:
                assert model.endpoint is not None
                self._made[key] = EndpointUpstream(model.endpoint, model.key, model.idle_s)
            return self._made[key]


def upstream_for(order: Order, desk: Desk, job: Job) -> Upstream:
    """Return who answers the calls of this cell."""
    if order.model.scripted is None:
        return desk.upstream_of(order.model)
    scene = Scene(
        solution=_texts(order),
        dialect=order.adapter.dialect(),  # type: ignore[attr-defined]  # checked when the run is planned
        job=job,
    )
    return ScriptedUpstream(order.model.id, PERSONAS[order.model.scripted], scene)


def _texts(order: Order) -> dict[str, str]:
    return {f.path: Path(f.source).read_text(encoding="utf-8") for f in order.task.section("solution")}

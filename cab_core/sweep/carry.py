"""One cell in a worker process: planned again, held against what the runner planned, run, and packed."""

from __future__ import annotations

import atexit
import functools
import glob
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import attrs

from cab_core.declared.reading import find_cli
from cab_core.errors import CabError, InfraError, UserError, WorkerError, WorkerUnfit
from cab_core.gateway.models import EndpointChoice
from cab_core.gateway.server import Gateway
from cab_core.own_memory import forget
from cab_core.plugins.protocols import Scorer, StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.plugins.work import Ask
from cab_core.records import Cell, Json, from_json, to_json
from cab_core.run.cell import run_cell
from cab_core.run.planned import PlannedCell, RunContext
from cab_core.run.upstreams import SharedUpstreams
from cab_core.runtimes.scratch import plain_scratch
from cab_core.store.cells import Store
from cab_core.tasks.catalog import Catalog
from cab_core.trace.otlp import delivery

from .archive import TooLarge, pack
from .plan import make_plan
from .portable import HANDED, CarriedCell, Portable, versions

T = TypeVar("T")
_PLANS = 64  # cells of one attempt whose plan is kept: others of their attempts may come
_lock = threading.Lock()
_sweeps: OrderedDict[str, _Sweep] = OrderedDict()  # by run; a worker may live for many
_SWEEPS = 4
_seen: dict[str, object] = {}  # what was imported into this process, as it was when that was first looked at


def carry(
    document: Json, job: bytes, where: str, began: Callable[[], None], stop: StopSignal, ask: Ask | None
) -> bytes:
    """Run one cell and return its directory as an archive; see `plugins.work.carry_out`."""
    wanted = from_json(json.loads(job), CarriedCell)
    try:
        sweep = _sweep(document, ask)
        planned = sweep.planned(wanted)
        began()
        return _archive(planned, sweep, stop)
    except WorkerError as exc:
        raise type(exc)(f"worker {where}: {exc}", exc.outcome, exc.inputs) from None
    except UserError as exc:
        raise WorkerUnfit(f"worker {where}: {exc}") from None
    except InfraError as exc:
        raise WorkerError(f"worker {where}: {exc}", exc.outcome) from None
    except CabError as exc:
        raise WorkerError(f"worker {where}: {exc}") from None


def _archive(planned: PlannedCell, sweep: _Sweep, stop: StopSignal) -> bytes:
    with plain_scratch() as scratch, delivery(_unheard) as spans:
        said = sweep.portable.sweep
        context = RunContext(
            store=Store(scratch),
            gateway=_gateway(),
            scorers=sweep.scorers,
            upstream_of=sweep.upstreams,
            stop=stop,
            spans=spans,
            wire=said.wire,
            real_time=said.real_time,
            leftovers=said.leftovers,
        )
        try:
            directory, _ = run_cell(planned, context)
        except OSError as exc:
            raise WorkerUnfit(f"{scratch}: a cell cannot be written: {exc.strerror}") from exc
        try:
            return pack(directory)
        except TooLarge as exc:
            raise WorkerError(str(exc)) from exc


class _Sweep:
    """What the cells of a sweep share in this process."""

    def __init__(self, portable: Portable, ask: Ask | None) -> None:
        self.portable, self._ask = portable, ask
        self.plugins = Plugins(portable.disabled, map(Path, portable.plugin_paths))
        self._lock = threading.RLock()
        self._plans: OrderedDict[str, PlannedCell] = OrderedDict()
        self.upstreams = SharedUpstreams(ask)
        here = versions(self.plugins)
        if told := list(_others(portable.versions, here)):
            raise WorkerUnfit("; ".join(told))
        for name, version in here.items():
            _hold_unchanged(name, version)

    @functools.cached_property
    def scorers(self) -> list[Scorer]:
        return self.plugins.scorers()

    @functools.cached_property
    def _catalog(self) -> Catalog:
        return Catalog(self.plugins, map(Path, self.portable.packs))

    @functools.cached_property
    def _choice(self) -> EndpointChoice:
        """Return the endpoint with keys of this process, whose variables are gone from its environment."""
        said, keys = self.portable, _keys()
        choice = EndpointChoice(url=said.endpoint, taken=keys)
        for name in said.variables:
            choice.take(name, "the key that the runner has")
        if said.key_env is None:
            return choice
        if said.key_env not in keys:
            raise WorkerUnfit("a key that is given by --key goes to no other machine; use --key-env NAME")
        return attrs.evolve(choice, key=keys[said.key_env])

    def planned(self, wanted: CarriedCell) -> PlannedCell:
        """Return a cell as it is planned here.

        Raises:
            WorkerUnfit: its content is another than the runner's.
        """
        with self._lock:  # a CLI is installed once
            planned = self._plan(wanted.cell).of_attempt(wanted.cell.attempt)
        if (planned.content_key, planned.grader_key) != (wanted.content_key, wanted.grader_key):
            inputs = json.dumps(to_json(planned.inputs))
            raise WorkerUnfit("it would run another cell than was planned", inputs=inputs)
        if planned.model.bounded and self._ask is None:
            raise WorkerUnfit(
                f"cab.toml bounds what {planned.model.endpoint} may be asked by all workers together, and "
                "this executor has no way to share that"
            )
        return planned

    def _plan(self, cell: Cell) -> PlannedCell:
        first = attrs.evolve(cell, attempt=1)
        key = json.dumps(to_json(first), sort_keys=True)
        if key not in self._plans:
            self._plans[key] = self._planned_anew(first)
            if len(self._plans) > _PLANS:
                self._plans.popitem(last=False)
        return self._plans[key]

    def _planned_anew(self, cell: Cell) -> PlannedCell:
        sweep = attrs.evolve(
            self.portable.sweep,
            tuis=(self._cli(cell),),
            models=(cell.model,),
            tasks=(glob.escape(cell.task),),
            attempts=1,
            runtimes=(cell.runtime,),
            options=cell.options,
            option_sets=(),
        )
        said = self.portable
        plan = make_plan(sweep, self.plugins, self._catalog, self._choice, said.config, _unheard)
        if plan.broken:
            raise WorkerUnfit("; ".join(plan.broken))
        [planned] = plan.cells
        _hold_unchanged(f"the adapter of {cell.tui}", planned.inputs.cli.code)
        return planned

    def _cli(self, cell: Cell) -> str:
        """Return how the sweep names a cell's CLI, with the version that the runner found."""
        for text in self.portable.sweep.tuis:
            name, version = find_cli(self.plugins, text)
            if name == cell.tui:
                bare = text.removesuffix(f"@{version}") if version else text
                return f"{bare}@{cell.tui_version}"
        raise WorkerUnfit(f"none of the CLIs of the sweep is {cell.tui!r} here")


def _sweep(document: Json, ask: Ask | None) -> _Sweep:
    """Return what is there of a sweep in this process, made by its first cell."""
    with _lock:
        if document["run"] not in _sweeps:
            _sweeps[document["run"]] = _Sweep(from_json(document, Portable), ask)
            if len(_sweeps) > _SWEEPS:
                _sweeps.popitem(last=False)
        return _sweeps[document["run"]]


def _others(runner: dict[str, str], here: dict[str, str]) -> Iterator[str]:
    """Yield what is another in this process than in the runner's."""
    for name in sorted({*runner, *here}):
        there, ours = here.get(name, "missing"), runner.get(name, "missing")
        if there != ours:
            yield f"{name} is {there} there, and {ours} where `cab run` was called"


def _hold_unchanged(name: str, version: object) -> None:
    """Refuse code that was changed on the disk since this process imported it: here the old one runs on.

    Raises:
        WorkerUnfit: it was.
    """
    if _seen.setdefault(name, version) != version:
        raise WorkerUnfit(f"{name} was changed since this worker has started; start the worker anew")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Return what makes a thing once in this process, whichever thread asks first."""
    lock, cached = threading.Lock(), functools.cache(make)

    def get() -> T:
        with lock:
            return cached()

    return get


@once
def _gateway() -> Gateway:
    """The gateway of this process."""
    gateway = Gateway().__enter__()
    atexit.register(gateway.__exit__)
    return gateway


@once
def _keys() -> dict[str, str]:
    """The keys of this process: what the runner handed over, and later what variables held."""
    found = dict(json.loads(os.environ.pop(HANDED, "{}")))
    for key in found.values():
        forget(key)
    return found


def _unheard(_: str) -> None:
    """Take what is said where nobody listens."""

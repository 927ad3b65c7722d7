"""What `cab plugins doctor` finds: every object is made, and asked what a run would ask it, without a run."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs

from cab_core.errors import CabError
from cab_core.plugins.authors import defined_at
from cab_core.plugins.boundary import unguarded
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.protocols import Adapter, Leftovers
from cab_core.plugins.registry import Plugins
from cab_core.plugins.rules import token_on_argv
from cab_core.records import (
    Args,
    Cell,
    Env,
    Evidence,
    Files,
    GradeCommand,
    GradeSpec,
    Instructions,
    Job,
    McpServer,
    Skill,
    Task,
    TaskDoc,
)
from cab_core.runtimes.install import installed_version
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.native import load_as_listed

from .protocol import faults_of_protocol

_REQUEST = {"model": "probe", "messages": [{"role": "user", "content": "probe"}]}

_STACK = (
    Instructions(name="probe", text="probe"),
    McpServer(name="probe", command=("true",)),
    Skill(name="probe", description="probe", text="probe"),
    Env(name="probe", values={"CAB_PROBE": "1"}),
    Args(name="probe", argv=("--probe",)),
    Files(name="probe", files={".cab-probe": ""}),
)


def faults_of(plugins: Plugins, rows: Sequence[PluginRow], thorough: bool = False) -> list[list[str]]:
    """Return what is wrong with each object, in sentences that name its plugin and place."""
    # In another thread, as in a run: there a KeyboardInterrupt is the plugin's, not the terminal's.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return list(pool.map(lambda row: _faults_of(plugins, row), rows))


def _faults_of(plugins: Plugins, row: PluginRow) -> list[str]:
    if row.status == "disabled":
        return []
    if row.registration is None or row.status != "ok":
        named = "" if row.kind == "plugin" else f" {row.name}:"
        return [f"plugin {row.owner}:{named} {row.fault}"] if row.fault else []
    try:
        made = plugins.get(row.kind, row.name)  # type: ignore[arg-type]  # a registration's kind is a Kind
    except CabError as exc:
        return [str(exc)]
    checks = _CHECKS.get(row.kind)
    return list(dict.fromkeys(checks(plugins, row, made))) if checks else []


def _tried(*calls: Callable[[], object]) -> Iterator[str]:
    for call in calls:
        try:
            call()
        except CabError as exc:
            yield str(exc)


def _adapter(_: Plugins, row: PluginRow, adapter: Any) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="cab-doctor-") as home:
        job = _job(home)
        left = Leftovers(job=job, home=Path(home), exit_code=0, stdout="", stderr="")
        optional = [lambda: adapter.render("{}")] if hasattr(adapter, "render") else []
        yield from _tried(
            lambda: adapter.recipe(adapter.default_version),
            adapter.version_argv,
            lambda: adapter.launch(job),
            lambda: adapter.launch(attrs.evolve(job, stack=_STACK)),
            lambda: adapter.harvest(left),
            lambda: _dialect(adapter, job),
            *optional,
        )
        yield from _of_launch(row, adapter, job)
    yield from _of_version(row, adapter)


def _job(home: str) -> Job:
    return Job(
        prompt="probe",
        model="probe",
        endpoint="http://127.0.0.1:1/v1",
        token=f"probe-{secrets.token_hex(8)}",
        home=home,
        workdir=f"{home}/work",
        deadline_s=60,
    )


def _dialect(adapter: Any, job: Job) -> None:
    if hasattr(adapter, "dialect"):
        dialect = adapter.dialect()
        dialect.edit({"probe.txt": "probe\n"}, _REQUEST, job)
        if hasattr(dialect, "cannot"):
            dialect.cannot({"probe.txt": "probe\n"}, _REQUEST, job)
        if hasattr(dialect, "done"):
            dialect.done("done", _REQUEST, job)


def _of_launch(row: PluginRow, adapter: Any, job: Job) -> Iterator[str]:
    try:
        argv = adapter.launch(job).argv
    except CabError:
        return  # told already
    if told := token_on_argv(argv, job.token):
        at = defined_at(unguarded(adapter).launch)
        yield f"plugin {row.owner}: CLI {row.name!r}: launch() {told} (at {at})"


def _of_version(row: PluginRow, adapter: Adapter) -> Iterator[str]:
    try:
        reported = installed_version(adapter, adapter.default_version)
    except CabError:
        return
    if reported is not None and adapter.default_version not in reported:
        at = defined_at(type(unguarded(adapter)))
        yield (
            f"plugin {row.owner}: CLI {row.name!r}: its default_version is {adapter.default_version!r}, but "
            f"what its recipe installs says {reported[:80]!r} (at {at})"
        )


def _scorer(plugins: Plugins, row: PluginRow, scorer: Any) -> Iterator[str]:
    told: list[str] = []
    usable = plugins.scorers(told.append)
    yield from (t for t in told if f"axis {row.name!r} is left out" in t)
    if not scorer.needs and any(s.axis == scorer.axis for s in usable):
        yield from _tried(lambda: scorer.score(_nothing(), {}))


def _nothing() -> Evidence:
    """Return the evidence of a cell that was interrupted before it began: every scorer meets one some day."""
    grade = GradeSpec(commands=(GradeCommand(argv=("true",)),))
    doc = TaskDoc(schema_version=1, title="t", prompt="p", expected_files=("f",), grade=grade)
    task = Task(id="p/t", pack="p", pack_version="1", tree_hash="", doc=doc)
    cell = Cell(sweep_id="s", tui="t", tui_version="1", model="m", task=task.id)
    return Evidence(cell=cell, task=task, outcome="cancelled", wall_ms=None)


def _pack(plugins: Plugins, row: PluginRow, root: Path) -> Iterator[str]:
    catalog = Catalog(plugins)
    catalog.tasks()
    if row.name in catalog.faults:
        yield catalog.faults[row.name]
    elif (root / "pack.toml").is_file():
        yield from _tried(lambda: load_as_listed(root))  # a run leaves out a task that cannot be read


def _format(_: Plugins, row: PluginRow, task_format: Any) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="cab-doctor-") as empty:
        yield from _tried(lambda: task_format.recognises(Path(empty)))


def _executor(_: Plugins, row: PluginRow, executor: Any) -> Iterator[str]:
    yield from _tried(lambda: list(executor.map([], str, 1)))


def _runtime(_: Plugins, row: PluginRow, runtime: Any) -> Iterator[str]:
    optional = [runtime.doctor] if hasattr(runtime, "doctor") else []
    yield from _tried(lambda: runtime.inside(Path("/probe"), "work"), *optional)


def _protocol(plugins: Plugins, row: PluginRow, protocol: Any) -> Iterator[str]:
    return faults_of_protocol(protocol, plugins.blame("protocol", row.name))


_CHECKS: dict[str, Callable[[Plugins, PluginRow, Any], Iterator[str]]] = {
    "adapter": _adapter,
    "scorer": _scorer,
    "task_pack": _pack,
    "task_format": _format,
    "executor": _executor,
    "runtime": _runtime,
    "protocol": _protocol,
}

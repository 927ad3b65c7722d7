"""What the object of each kind of plugin must offer, by the protocols that cab holds it against."""

from __future__ import annotations

from cab_core.errors import WorkerError, WorkerUnfit
from cab_core.gateway.shared_budget import SharedBudget
from cab_core.plugins import hookspecs
from cab_core.plugins.protocols import (
    Adapter,
    AdapterExtras,
    Check,
    Dialect,
    DialectExtras,
    Executor,
    ExecutorExtras,
    Leftovers,
    Output,
    Reply,
    Runtime,
    RuntimeExtras,
    Scorer,
    StopSignal,
    TaskFormat,
)
from cab_core.plugins.registration import HOOK_KINDS, Registration
from cab_core.plugins.wire_protocol import (
    Asked,
    Operation,
    Reading,
    WireProtocol,
    WireProtocolExtras,
)
from cab_core.plugins.work import Work

from .classes import class_text, linking
from .words import signature, text_of

# kind of object -> what it must offer, what it may besides, and what goes in and out
OBJECTS: dict[str, tuple[type, ...]] = {
    "adapter": (Adapter, AdapterExtras, Dialect, DialectExtras, Reply, Leftovers),
    "scorer": (Scorer,),
    "runtime": (Runtime, RuntimeExtras, Output, StopSignal, Check),
    "executor": (Executor, ExecutorExtras, Work, SharedBudget, WorkerError, WorkerUnfit),
    "format": (TaskFormat,),
    "protocol": (WireProtocol, WireProtocolExtras, Operation, Asked, Reading, Reply),
}


def classes_text(classes: tuple[type, ...]) -> str:
    """Return sections of classes, linked with each other."""
    link = linking(classes)
    return "\n\n".join(class_text(cls, link) for cls in classes)


def hooks() -> dict[str, str]:
    """Return what each hook says of itself, by its name."""
    return {name: text_of(f) for name, f in vars(hookspecs).items() if name.startswith("cab_")}


def hooks_text() -> str:
    """Return the sections of the hooks: those that register, those that observe, and what is registered."""
    parts = [f"## {name}\n\n{_shown(name)}\n\n{says}" for name, says in hooks().items()]
    kinds = ", ".join(f"`{hook}`: {kind}" for hook, kind in HOOK_KINDS.items())
    told = f"What registers which kind of object: {kinds}."
    return "\n\n".join((text_of(hookspecs), told, *parts, classes_text((Registration,))))


def _shown(name: str) -> str:
    return f"```python\n{name}{signature(getattr(hookspecs, name))}\n```"

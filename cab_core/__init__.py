"""CodingAgentBench: coding-agent CLIs x models x tasks, recorded, scored and published.

What a plugin author needs is importable from here; everything is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cab_core.declared.acp import DeclaredAcp
    from cab_core.declared.adapter import DeclaredCli
    from cab_core.declared.reading import read_declared
    from cab_core.errors import ImageError, SandboxError, UserError, WorkerError, WorkerUnfit
    from cab_core.gateway.shared_budget import SharedBudget
    from cab_core.plugins.markers import hookimpl
    from cab_core.plugins.protocols import (
        Adapter,
        Check,
        Dialect,
        Executor,
        Leftovers,
        Output,
        Reply,
        Runtime,
        Scorer,
        StopSignal,
        TaskFormat,
    )
    from cab_core.plugins.registration import Registration
    from cab_core.plugins.wire_protocol import Asked, Operation, Reading, WireProtocol
    from cab_core.plugins.work import Work, carry_out
    from cab_core.records import (
        Applied,
        Args,
        Cell,
        CellResult,
        Change,
        Changes,
        Entry,
        Env,
        Evidence,
        Execution,
        Files,
        Grade,
        GradeCommand,
        GradeSpec,
        Harvest,
        Installation,
        Instructions,
        Job,
        Launch,
        McpServer,
        ModelCall,
        PackedTask,
        Process,
        Recipe,
        RefusalSigns,
        Sandbox,
        Score,
        Skill,
        StackItem,
        Step,
        Task,
        TaskDoc,
        TokenClaim,
        Usage,
        WorkFile,
    )
    from cab_core.runtimes.local import LocalRuntime
    from cab_core.tasks.foreign import file_at, file_of, packed

__version__ = "0.1.0"

# module -> the names in it that are public here. A test freezes them.
_PUBLIC: dict[str, tuple[str, ...]] = {
    "cab_core.declared.acp": ("DeclaredAcp",),
    "cab_core.declared.adapter": ("DeclaredCli",),
    "cab_core.declared.reading": ("read_declared",),
    "cab_core.errors": (
        "ImageError",
        "SandboxError",
        "UserError",
        "WorkerError",
        "WorkerUnfit",
    ),
    "cab_core.gateway.shared_budget": ("SharedBudget",),
    "cab_core.plugins.markers": ("hookimpl",),
    "cab_core.plugins.protocols": (
        "Adapter",
        "Check",
        "Dialect",
        "Executor",
        "Leftovers",
        "Output",
        "Reply",
        "Runtime",
        "Scorer",
        "StopSignal",
        "TaskFormat",
    ),
    "cab_core.plugins.registration": ("Registration",),
    "cab_core.plugins.wire_protocol": ("Asked", "Operation", "Reading", "WireProtocol"),
    "cab_core.plugins.work": ("Work", "carry_out"),
    "cab_core.records": (
        "Applied",
        "Args",
        "Cell",
        "CellResult",
        "Change",
        "Changes",
        "Entry",
        "Env",
        "Evidence",
        "Execution",
        "Files",
        "Grade",
        "GradeCommand",
        "GradeSpec",
        "Harvest",
        "Installation",
        "Instructions",
        "Job",
        "Launch",
        "McpServer",
        "ModelCall",
        "PackedTask",
        "Process",
        "Recipe",
        "RefusalSigns",
        "Sandbox",
        "Score",
        "Skill",
        "StackItem",
        "Step",
        "Task",
        "TaskDoc",
        "TokenClaim",
        "Usage",
        "WorkFile",
    ),
    "cab_core.runtimes.local": ("LocalRuntime",),
    "cab_core.tasks.foreign": ("file_at", "file_of", "packed"),
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "Adapter",
    "Applied",
    "Args",
    "Asked",
    "Cell",
    "CellResult",
    "Change",
    "Changes",
    "Check",
    "DeclaredAcp",
    "DeclaredCli",
    "Dialect",
    "Entry",
    "Env",
    "Evidence",
    "Execution",
    "Executor",
    "Files",
    "Grade",
    "GradeCommand",
    "GradeSpec",
    "Harvest",
    "ImageError",
    "Installation",
    "Instructions",
    "Job",
    "Launch",
    "Leftovers",
    "LocalRuntime",
    "McpServer",
    "ModelCall",
    "Operation",
    "Output",
    "PackedTask",
    "Process",
    "Reading",
    "Recipe",
    "RefusalSigns",
    "Registration",
    "Reply",
    "Runtime",
    "Sandbox",
    "SandboxError",
    "Score",
    "Scorer",
    "SharedBudget",
    "Skill",
    "StackItem",
    "Step",
    "StopSignal",
    "Task",
    "TaskDoc",
    "TaskFormat",
    "TokenClaim",
    "Usage",
    "UserError",
    "WireProtocol",
    "Work",
    "WorkFile",
    "WorkerError",
    "WorkerUnfit",
    "__version__",
    "carry_out",
    "file_at",
    "file_of",
    "hookimpl",
    "packed",
    "read_declared",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module 'cab_core' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""What flows through the house: frozen records without I/O."""

from __future__ import annotations

import warnings
from typing import Any

from .base import Json
from .call_sums import CallSums, totals
from .calls import Ended, ModelCall, Refusal, TokenTotals, Usage
from .cell import Cell, CellKey, Configuration, Limits, Sweep
from .changes import Change, Changes, Entry
from .convert import from_json, to_json
from .environment import Environment, Needs
from .execution import Execution, Process, Sandbox, StopReason
from .grading import CaseResult, CaseState, CommandResult, Grade
from .inputs import Inputs
from .launch import (
    Accounted,
    Applied,
    Harvest,
    Installation,
    ItemState,
    Job,
    Launch,
    Step,
    TokenClaim,
    WorkFile,
)
from .observed import Observed, TextSeen, ToolSeen
from .outcomes import OUTCOMES, Outcome, OutcomeRule, is_solved
from .recipe import Recipe
from .result import CellResult, Identity, Voided, Wiring
from .score import STANDARD_AXES, Evidence, RefusalSigns, Score, axis_name, further_axes
from .span import Span
from .stack import Args, Env, Files, Instructions, McpServer, Skill, StackItem, StackPart
from .summary import CellSummary
from .task import (
    EnvironmentSpec,
    GradeCommand,
    GradeSpec,
    IntegritySpec,
    LateFiles,
    Origin,
    PackDoc,
    PackedTask,
    ProtectedRegion,
    RefusalSpec,
    Task,
    TaskDoc,
    TaskFile,
)

__all__ = [
    "OUTCOMES",
    "STANDARD_AXES",
    "Accounted",
    "Applied",
    "Args",
    "CallSums",
    "CaseResult",
    "CaseState",
    "Cell",
    "CellKey",
    "CellResult",
    "CellSummary",
    "Change",
    "Changes",
    "CommandResult",
    "Configuration",
    "Ended",
    "Entry",
    "Env",
    "Environment",
    "EnvironmentSpec",
    "Evidence",
    "Execution",
    "Files",
    "Grade",
    "GradeCommand",
    "GradeSpec",
    "Harvest",
    "Identity",
    "Inputs",
    "Installation",
    "Instructions",
    "IntegritySpec",
    "ItemState",
    "Job",
    "Json",
    "LateFiles",
    "Launch",
    "Limits",
    "McpServer",
    "ModelCall",
    "Needs",
    "Observed",
    "Origin",
    "Outcome",
    "OutcomeRule",
    "PackDoc",
    "PackedTask",
    "Process",
    "ProtectedRegion",
    "Recipe",
    "Refusal",
    "RefusalSigns",
    "RefusalSpec",
    "Sandbox",
    "Score",
    "Skill",
    "Span",
    "StackItem",
    "StackPart",
    "Step",
    "StopReason",
    "Sweep",
    "Task",
    "TaskDoc",
    "TaskFile",
    "TextSeen",
    "TokenClaim",
    "TokenTotals",
    "ToolSeen",
    "Usage",
    "Voided",
    "Wiring",
    "WorkFile",
    "axis_name",
    "from_json",
    "further_axes",
    "is_solved",
    "to_json",
    "totals",
]


# Former names, kept for one release.
_RENAMED = {"Room": "Sandbox"}


def __getattr__(name: str) -> Any:
    if name not in _RENAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    warnings.warn(f"cab_core.records.{name} is now {_RENAMED[name]}", DeprecationWarning, stacklevel=2)
    return globals()[_RENAMED[name]]

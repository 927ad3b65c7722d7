"""What flows through the house: frozen records without I/O."""

from __future__ import annotations

from .base import Json
from .calls import ModelCall, TokenTotals, Usage, totals
from .cell import Cell, Limits, Sweep
from .changes import Change, Changes, Entry
from .convert import from_json, to_json
from .execution import Execution, Process, Room, StopReason
from .grading import CommandResult, Grade
from .launch import Applied, Harvest, Installation, Job, Launch, Step, TokenClaim, WorkFile
from .recipe import Recipe
from .result import OUTCOMES, CellResult, Identity, Outcome, OutcomeRule, Wiring
from .score import Evidence, RefusalSigns, Score
from .span import Span
from .stack import Args, Env, Files, Instructions, McpServer, Skill, StackItem
from .task import (
    GradeCommand,
    GradeSpec,
    IntegritySpec,
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
    "Applied",
    "Args",
    "Cell",
    "CellResult",
    "Change",
    "Changes",
    "CommandResult",
    "Entry",
    "Env",
    "Evidence",
    "Execution",
    "Files",
    "Grade",
    "GradeCommand",
    "GradeSpec",
    "Harvest",
    "Identity",
    "Installation",
    "Instructions",
    "IntegritySpec",
    "Job",
    "Json",
    "Launch",
    "Limits",
    "McpServer",
    "ModelCall",
    "Origin",
    "Outcome",
    "OutcomeRule",
    "PackDoc",
    "PackedTask",
    "Process",
    "ProtectedRegion",
    "Recipe",
    "RefusalSigns",
    "RefusalSpec",
    "Room",
    "Score",
    "Skill",
    "Span",
    "StackItem",
    "Step",
    "StopReason",
    "Sweep",
    "Task",
    "TaskDoc",
    "TaskFile",
    "TokenClaim",
    "TokenTotals",
    "Usage",
    "Wiring",
    "WorkFile",
    "from_json",
    "to_json",
    "totals",
]

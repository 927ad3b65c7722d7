"""The kit for authors of plugins: conformance classes to subclass, and what its fixtures give.

Installed with cab, pytest finds the fixtures by itself. Everything here is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapter import AdapterConformance
    from .cells import CellRunner, Ran
    from .endpoint import Endpoint
    from .kinds import (
        ExecutorConformance,
        FormatConformance,
        PackConformance,
        ProtocolConformance,
        ScorerConformance,
        StackConformance,
    )
    from .registry import Registry
    from .runtime import RuntimeConformance
    from .script_adapter import ScriptAdapter, TinyAgent

_PUBLIC: dict[str, tuple[str, ...]] = {
    ".adapter": ("AdapterConformance",),
    ".cells": ("CellRunner", "Ran"),
    ".endpoint": ("Endpoint",),
    ".kinds": (
        "ExecutorConformance",
        "FormatConformance",
        "PackConformance",
        "ProtocolConformance",
        "ScorerConformance",
        "StackConformance",
    ),
    ".registry": ("Registry",),
    ".runtime": ("RuntimeConformance",),
    ".script_adapter": ("ScriptAdapter", "TinyAgent"),
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "AdapterConformance",
    "CellRunner",
    "Endpoint",
    "ExecutorConformance",
    "FormatConformance",
    "PackConformance",
    "ProtocolConformance",
    "Ran",
    "Registry",
    "RuntimeConformance",
    "ScorerConformance",
    "ScriptAdapter",
    "StackConformance",
    "TinyAgent",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name], __name__), name)
    raise AttributeError(f"module 'cab_core.testing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""What has become known about a cell so far: filled stage by stage, whatever comes in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from cab_core.errors import CabError, InfraError, PluginCrash
from cab_core.records import (
    Changes,
    Execution,
    Grade,
    Harvest,
    Launch,
    ModelCall,
    RefusalSigns,
    WorkFile,
)


@attrs.define
class Findings:
    """None: that stage was not reached. `trouble` is the first infrastructure error."""

    launch: Launch | None = None
    files: tuple[WorkFile, ...] = ()  # of the work dir, as the adapter was told
    execution: Execution | None = None
    harvest: Harvest | None = None
    changes: Changes | None = None
    grade: Grade | None = None
    calls: tuple[ModelCall, ...] = ()
    refusal: RefusalSigns = RefusalSigns()
    wall_ms: float | None = None
    trouble: InfraError | None = None
    cancelled: bool = False
    notes: list[str] = attrs.field(factory=list)


@contextmanager
def plugin_errors(owner: str) -> Iterator[None]:
    """Turn whatever a plugin raises into a PluginCrash that names it."""
    try:
        yield
    except CabError:
        raise
    except Exception as exc:
        raise PluginCrash(f"plugin {owner} raised {type(exc).__name__}: {exc}") from exc

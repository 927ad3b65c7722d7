"""What a task needs, held against a runtime: toolchains, and an image of its pack where there is one.

A runtime that makes such images says so (`environments`), and is asked with the environment besides.
"""

from __future__ import annotations

from typing import Any

from cab_core.plugins.protocols import Adapter, Runtime, Say
from cab_core.records import Installation, Needs, Recipe
from cab_core.tasks.toolchains import lacking, versions


def unmet(runtime: Runtime, needs: Needs, say: Say) -> str | None:
    """Return why a runtime does not have what is needed, or None; one that cannot say has this machine's."""
    if needs.environment is not None and not _makes_images(runtime):
        return f"it runs in {needs.environment}, and runtime {runtime.name} makes none; docker does"
    if hasattr(runtime, "lacking"):
        found: str | None = runtime.lacking(needs.requires, say, **_more(needs))
        return found
    return lacking(needs.requires)


def versions_in(runtime: Runtime, needs: Needs) -> dict[str, str | None]:
    """Return which versions are there; of a runtime that cannot tell, this machine's."""
    if not _makes_images(runtime):
        return dict(getattr(runtime, "versions", versions)(needs.requires))
    return dict(runtime.versions(needs.requires, **_more(needs)))  # type: ignore[attr-defined]  # has it then


def install(
    runtime: Runtime, adapter: Adapter, version: str, needs: Needs, extras: tuple[Recipe, ...], say: Say
) -> Installation:
    """Make a CLI ready beside what is needed.

    Raises:
        ImageError: it could not be installed.
    """
    return runtime.install(adapter, version, needs.requires, extras, say, **_more(needs))


def _makes_images(runtime: Runtime) -> bool:
    return bool(getattr(runtime, "environments", False))


def _more(needs: Needs) -> dict[str, Any]:
    return {"environment": needs.environment} if needs.environment is not None else {}

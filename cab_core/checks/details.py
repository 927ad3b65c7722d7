"""What an object is, for people: what was registered, and what the object says of itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cab_core.errors import CabError
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registry import Plugins
from cab_core.records import Recipe, to_json
from cab_core.tasks.catalog import load_pack

from .scorer import scores_of


def details_of(plugins: Plugins, row: PluginRow) -> dict[str, Any]:
    """Return what is known of an object, JSON; as much of it as can be had where it is faulty.

    `import_ms`: of the plugin's module, which every command imports. `make_ms`: of the object, made when it
    is asked for, with what is imported only then.
    """
    found: dict[str, Any] = {"import_ms": row.import_ms, "hooks": _hooks(plugins, row)}
    if row.registration is None or row.status != "ok":
        return found
    start = time.perf_counter()
    try:
        made = plugins.get(row.kind, row.name)  # type: ignore[arg-type]  # a registration's kind is a Kind
        found |= {"api": row.registration.api, "make_ms": round((time.perf_counter() - start) * 1000, 1)}
        return found | _OF_KIND[row.kind](plugins, made)
    except CabError:
        return found  # it is told as a fault


def _hooks(plugins: Plugins, row: PluginRow) -> list[str]:
    """Return the hooks that the plugin of an object implements."""
    manager = plugins.loaded.manager
    plugin = manager.get_plugin(row.owner)
    return sorted(caller.name for caller in manager.get_hookcallers(plugin) or ()) if plugin else []


def _adapter(_: Plugins, made: Any) -> dict[str, Any]:
    return {
        "default_version": made.default_version,
        "recipe": _short(made.recipe(made.default_version)),
        "protocols": list(made.protocols),
        "options": getattr(made, "options", {}),
        "model_params": list(made.model_params) if hasattr(made, "model_params") else "any",
        "dialect": hasattr(made, "dialect"),
    }


def _short(recipe: Recipe) -> dict[str, Any]:
    """Return what of a recipe says something."""
    return {name: value for name, value in to_json(recipe).items() if value}


def _scorer(plugins: Plugins, made: Any) -> dict[str, Any]:
    """Return what it needs, its keys, and which of them the headline is on all canned evidence."""
    keys: list[str] = []
    heads: set[str] | None = None
    for found in scores_of(plugins, made):
        keys = keys or list(found.values)
        same = {key for key, value in found.values.items() if value == found.headline}
        heads = same if heads is None else heads & same
    return {"needs": list(made.needs), "keys": keys, "headline": min(heads, default=None) if heads else None}


def _pack(plugins: Plugins, root: Path) -> dict[str, Any]:
    return {"directory": str(root), "tasks": len(load_pack(plugins, root))}


def _stack(_: Plugins, items: Any) -> dict[str, Any]:
    return {"items": [f"{item.kind}:{item.name}" for item in items]}


def _runtime(_: Plugins, made: Any) -> dict[str, Any]:
    return {"citable": made.citable, "networks": list(made.networks), "environments": _environments(made)}


def _environments(made: Any) -> bool:
    return bool(getattr(made, "environments", False))


def _protocol(_: Plugins, made: Any) -> dict[str, Any]:
    spoken = [f"{method} {path}" for method, path in made.spoken]
    return {"base": made.base, "spoken": spoken, "parameters": sorted(getattr(made, "parameters", {}))}


def _nothing(_: Plugins, made: Any) -> dict[str, Any]:
    return {}


_OF_KIND: dict[str, Callable[[Plugins, Any], dict[str, Any]]] = {
    "adapter": _adapter,
    "scorer": _scorer,
    "task_pack": _pack,
    "stack": _stack,
    "runtime": _runtime,
    "protocol": _protocol,
    "executor": _nothing,
    "task_format": _nothing,
}

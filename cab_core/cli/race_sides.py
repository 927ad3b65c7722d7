"""The sides of a race: what `tui=aider,model=M` says is to be run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cab_core.errors import UserError
from cab_core.records import Limits, Sweep
from cab_core.stats import Selector

from . import options

_ONE = {"tui": "tuis", "model": "models", "stack": "stacks", "runtime": "runtimes", "network": "network"}
_NONE = "none"  # of a stack: the bare CLI


def sweep_of(side: Selector, shared: Mapping[str, Any], limits: Limits) -> Sweep:
    """Return what a side runs: what the sides share, and what it names itself.

    Raises:
        UserError: it names what is shared already, or not enough.
    """
    wanted = dict(side.wanted)
    if "sweep" in wanted:
        raise UserError(
            f"{str(side)!r}: a side of a race says what is run, which is in one sweep (--sweep-id)"
        )
    given = {
        field: shared[field]
        for field in ("tasks", "attempts", "sweep_id", "executor", "network")
        if shared[field]
    }
    for key, field in _ONE.items():
        given[field] = _one(key, field, wanted, shared, side)
    given |= {
        "options": _settings("option", wanted, shared["pairs"], side),
        "model_params": _settings("param", wanted, shared["params"], side),
    }
    for name, field in (("tui", "tuis"), ("model", "models")):
        if not given[field]:
            raise UserError(f"{str(side)!r} names no {name}, and no --{name} stands for both sides")
    given["tuis"] = (_versioned(given["tuis"][0], wanted.pop("version", None), side),)
    known = {name: value for name, value in given.items() if value}
    return Sweep(**known, limits=limits, wire=not shared["no_wire"])


def compared(side: Selector, tui: str, stack: tuple[str, ...]) -> str:
    """Return a side as `cab compare` takes it: there a stack and a declared CLI have their names."""
    said = {"tui": tui, "stack": "+".join(stack) or _NONE}
    return ",".join(f"{k}={said.get(k, v).replace('[', '[[]')}" for k, v in side.wanted.items())


def _one(key: str, field: str, wanted: dict[str, str], shared: Mapping[str, Any], side: Selector) -> Any:
    both = shared[field]
    if key in ("tui", "model", "runtime") and len(both) > 1:
        raise UserError(f"--{key} is given {len(both)} times: in a race it stands once, for every side")
    if key not in wanted:
        return both
    if both:
        raise UserError(f"{str(side)!r} names a {key}, and so does --{key}, which stands for every side")
    value = wanted.pop(key)
    if key == "network":
        return value
    if key != "stack":
        return (value,)
    return () if value == _NONE else (value,) if Path(value).exists() else tuple(value.split("+"))


def _settings(kind: str, wanted: dict[str, str], both: tuple[str, ...], side: Selector) -> dict[str, Any]:
    option = {"option": "--option", "param": "--model-param"}[kind]
    shared = options.key_values(both, option)
    own = {key: wanted.pop(key) for key in [*wanted] if key.startswith(f"{kind}.")}
    pairs = tuple(f"{key.removeprefix(f'{kind}.')}={v}" for key, v in own.items() if v != _NONE)
    found = options.key_values(pairs, option)
    if twice := sorted(found.keys() & shared.keys()):
        raise UserError(f"{str(side)!r} sets {twice[0]!r}, and so does {option}, which stands for every side")
    return {**shared, **found}


def _versioned(tui: str, version: str | None, side: Selector) -> str:
    if version is None:
        return tui
    if "@" in tui:
        raise UserError(f"{str(side)!r} names a version, and {tui!r} has one already")
    return f"{tui}@{version}"

"""What configurations are called where several of them stand side by side."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from cab_core.records import Configuration

UNSET = "none"  # of an option that is not there, as of the stack of a bare CLI
_LONGEST = 200  # characters of a name


def distinct_names(configs: Iterable[Configuration]) -> dict[Configuration, str]:
    """Return a name for each: `tui × model + stack`, and what else tells it from others of that name here.

    No two names are the same: where the parts read alike, or a name had to be cut, it ends in a hash.
    """
    return {c: _joined(c.name, said) for c, said in distinctions(configs).items()}


def distinctions(configs: Iterable[Configuration]) -> dict[Configuration, str]:
    """Return what stands behind `tui × model + stack`, such as `@1.2 docker`; empty where nothing need."""
    groups: dict[str, list[Configuration]] = {}
    for config in dict.fromkeys(configs):
        groups.setdefault(config.name, []).append(config)
    found = {c: said for group in groups.values() for c, said in _differing(group).items()}
    often = Counter(_joined(c.name, said) for c, said in found.items())
    return {c: _marked(c, said, often[_joined(c.name, said)]) for c, said in sorted(found.items())}


def settings(text: str) -> dict[str, str]:
    """Return the values of options or model parameters as texts, from their canonical JSON."""
    return {name: value_text(value) for name, value in sorted(json.loads(text).items())}


def value_text(value: Any) -> str:
    """Return a value as `--option NAME=VALUE` takes it: JSON, or a bare text that is none."""
    if not isinstance(value, str):
        return json.dumps(value, sort_keys=True)
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return value
    return json.dumps(value)


def _differing(group: list[Configuration]) -> dict[Configuration, str]:
    parts = {c: _parts(c) for c in group}
    keys = list(dict.fromkeys(key for known in parts.values() for key in known))
    differ = [key for key in keys if len({known.get(key) for known in parts.values()}) > 1]
    several = _of_several_networks(group)
    return {
        c: " ".join(_said(key, known) for key in differ if key[0] != "network" or c.runtime in several)
        for c, known in parts.items()
    }


def _of_several_networks(group: Iterable[Configuration]) -> set[str]:
    """Return the runtimes that occur with several networks here; from any other, the network follows."""
    networks: dict[str, set[str]] = {}
    for config in group:
        networks.setdefault(config.runtime, set()).add(config.network)
    return {runtime for runtime, found in networks.items() if len(found) > 1}


def _parts(c: Configuration) -> dict[tuple[str, str], str]:
    plain = {("version", ""): c.version, ("runtime", ""): c.runtime, ("network", ""): c.network}
    options = {("option", name): value for name, value in settings(c.options).items()}
    return {**plain, **options, **{("param", name): v for name, v in settings(c.model_params).items()}}


def _said(key: tuple[str, str], known: Mapping[tuple[str, str], str]) -> str:
    kind, name = key
    value = known.get(key, UNSET)
    return {"version": f"@{value}", "runtime": value, "network": f"network {value}"}.get(
        kind, f"{name}={value}"
    )


def _joined(name: str, said: str) -> str:
    return f"{name} {said}" if said else name


def _marked(config: Configuration, said: str, times: int) -> str:
    """Add a hash where the parts would not tell this one from others, on whatever page."""
    room = max(_LONGEST - len(config.name), 60)
    if times == 1 and len(said) <= room:
        return said
    mark = f"#{hashlib.sha256(repr(config).encode()).hexdigest()[:8]}"
    return f"{said[:room]}… {mark}" if len(said) > room else _joined(said, mark).strip()

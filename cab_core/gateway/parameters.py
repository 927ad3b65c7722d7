"""The model parameters of a sweep on their way to the endpoint: what a CLI says is left, else they are set.

The body is not written anew: a value is put into it, or in the place of another, and every other byte stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from cab_core.plugins.strict_json import reads_one_way
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records.base import Json, canonical
from cab_core.records.parameters import How, ParameterOfCall

from .insert import put

Path = tuple[str, ...]
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SAID = 40  # characters of JSON that are kept: a number or a word, and no cell's token


def settable(protocol: WireProtocol) -> Mapping[str, tuple[Path, ...]]:
    """Return the places in a request of each parameter that the protocol knows."""
    known = getattr(protocol, "parameters", {})
    return {name: tuple(tuple(place.split(".")) for place in places) for name, places in known.items()}


@attrs.define
class Setting:
    """One parameter in one call. `targets`: where it stands; `said`: what the CLI said, by place."""

    value: Json
    how: How
    targets: list[Path]
    said: dict[Path, Json]
    others: list[Path] = attrs.field(factory=list)  # where the endpoint may take it instead

    @property
    def is_ours(self) -> bool:
        """True where the gateway sets it."""
        return self.how in ("inserted", "replaced")

    def withdraw(self) -> None:
        """Try the next place, or none: the endpoint refused it."""
        if self.how == "inserted" and self.others:
            self.targets = [self.others.pop(0)]
        else:
            self.how, self.targets = "withdrawn", []

    def record(self) -> ParameterOfCall:
        """Return what is written of it; the CLI's word is a stranger's."""
        place = ".".join(self.targets[0]) if self.targets else None
        # Of several places one that says another value tells more.
        said = sorted(self.said.values(), key=lambda v: _same(v, self.value))
        return ParameterOfCall(how=self.how, place=place, said=_text(said[0]) if said else None)


class Parameters:
    """Those of one cell. What is remembered from call to call: in which of several places one is taken."""

    def __init__(self, protocol: WireProtocol, values: Mapping[str, Json]) -> None:
        known = settable(protocol) if values else {}
        self._values = dict(values)
        self._places = {name: known.get(name) for name in values}

    def is_clear(self, request: Mapping[str, Any]) -> bool:
        """Return whether all readers find the same in these places of a request."""
        return all(_is_clear(request, path) for places in self._places.values() for path in places or ())

    def of(self, request: Mapping[str, Any]) -> dict[str, Setting]:
        """Return how each goes out with this request."""
        return {name: self._setting(name, value, request) for name, value in self._values.items()}

    def _setting(self, name: str, value: Json, request: Mapping[str, Any]) -> Setting:
        places = self._places[name]
        said = {path: found[0] for path in places or ((name,),) if (found := _at(request, path))}
        if said and all(_same(v, value) for v in said.values()):
            return Setting(value, "cli", list(said), said)
        if places is None:
            return Setting(value, "cli" if _is_spread(value, request) else "unseen", [], said)
        if said:
            return Setting(value, "replaced", list(said), said)
        first = next((p for p in places if _at(request, p[:-1])), places[0])
        return Setting(value, "inserted", [first], said, [p for p in places if _plain(p) != _plain(first)])

    def taken(self, settings: Mapping[str, Setting]) -> None:
        """Note that the endpoint answered a call with these: the place that it took is tried first."""
        for name, setting in settings.items():
            if setting.how == "inserted" and (places := self._places[name]):
                [place] = setting.targets
                self._places[name] = (place, *(p for p in places if p != place))


def sent(body: bytes, settings: Mapping[str, Setting]) -> bytes:
    """Return a body with what the gateway sets."""
    for setting in settings.values():
        for path in setting.targets if setting.is_ours else ():
            body = put(body, path, json.dumps(setting.value))
    return body


def withdraw(settings: Mapping[str, Setting], refusal: bytes) -> bool:
    """Withdraw what a refusal names of what the gateway set; return whether there was anything.

    An error may name an object together with the field in it: then the field alone is meant.
    """
    named = {_plain((word,)) for word in _NAME.findall(refusal.decode("utf-8", "replace"))}
    ours = [s for s in settings.values() if s.is_ours]
    for part in (slice(-1, None), slice(0, -1)):
        if meant := [s for s in ours if any(_plain((w,)) in named for p in s.targets for w in p[part])]:
            for setting in meant:
                setting.withdraw()
            return True
    return False


def _same(found: Json, value: Json) -> bool:
    """Return whether what an agent wrote is this value; true is not 1."""
    return found == value and canonical(found) == canonical(value)


def _text(found: Json) -> str:
    """Return what an agent wrote, where it is short: it may be as large as a request."""
    inner = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []
    if len(inner) > _SAID or any(isinstance(v, (dict, list)) for v in inner):
        return "(an object)" if isinstance(found, dict) else "(a list)"
    text = json.dumps(found)
    return text if len(text) <= _SAID else f"({len(text)} characters)"


def _is_spread(value: Json, request: Mapping[str, Any]) -> bool:
    """Return whether the fields of an object stand in the request itself, as those of `extra_body` do."""
    fields = value.items() if isinstance(value, dict) else ()
    return bool(fields) and all(_at(request, (k,)) == [v] for k, v in fields)


def _plain(path: Sequence[str]) -> str:
    """`max_tokens` and `maxTokens` are two spellings of one name."""
    return ".".join(path).replace("_", "").casefold()


def _at(request: Mapping[str, Any], path: Sequence[str]) -> list[Any]:
    """Return what stands at a path, as a list of one, or an empty one."""
    found: Any = request
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return []
        found = found[name]
    return [found]


def _is_clear(request: Mapping[str, Any], path: Path) -> bool:
    found: Any = request
    for name in path:
        if not isinstance(found, dict):
            return True
        if not reads_one_way(found, {name}):
            return False
        found = found.get(name)
    return True

"""Parameters of the model that a sweep sets: how each came into the requests, as was seen on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import attrs

from .base import Json, doc

if TYPE_CHECKING:
    from .calls import ModelCall

# `cli`: the CLI said it itself. `inserted`, `replaced`: the gateway set it, where the CLI said nothing or
# another value. `withdrawn`: the endpoint refused it, and had the request as the CLI made it. `unseen`: it is
# none that the protocol has a place for, and the CLI did not say it under its own name.
How = Literal["cli", "inserted", "replaced", "withdrawn", "unseen"]
_CLI_SAID = 5  # other values of one parameter that are kept


@attrs.frozen(kw_only=True)
class ParameterOfCall:
    """How a parameter went to the endpoint with one call.

    `place`: where in the body it stands, None where it does not. `said`: what the CLI had said there, as
    JSON, where it is short; None: nothing.
    """

    how: How = attrs.field(
        metadata=doc(
            "cli: the CLI said it; inserted, replaced: the gateway set it, where the CLI said "
            "nothing or another value; withdrawn: the endpoint refused it; unseen: it was not "
            "seen under its own name"
        )
    )
    place: str | None = None
    said: str | None = None


@attrs.frozen(kw_only=True)
class ParameterSeen:
    """A parameter of a cell, and in how many of its calls it went to the endpoint in which way."""

    value: Json = attrs.field(metadata=doc("what the sweep set"))
    by: Literal["cli", "gateway", "in part", "not set"] | None = attrs.field(
        metadata=doc(
            "whose doing it is that each call had it; in part: some had it not; null: no call, or not known"
        )
    )
    calls: dict[str, int] = attrs.field(
        factory=dict, metadata=doc("calls by how: cli, inserted, replaced, withdrawn, unseen")
    )
    places: tuple[str, ...] = attrs.field(default=(), metadata=doc("where in the requests it stood"))
    cli_said: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("other values, as JSON, that the CLI had said")
    )

    @property
    def told(self) -> str:
        """How it came into the calls, for people."""
        counts = ", ".join(f"{n} {_HOWS[how]}" for how, n in self.calls.items() if how in _HOWS)
        said = f"; the CLI had said {', '.join(self.cli_said)}" if self.cli_said else ""
        return f"{_BYS[self.by]}{f' (calls: {counts})' if counts else ''}{said}"


_BYS = {
    "cli": "said by the CLI",
    "gateway": "set by the gateway",
    "in part": "not in every call",
    "not set": "in no call",
    None: "not known",
}
_HOWS: dict[str, str] = {
    "cli": "as the CLI said",
    "inserted": "inserted",
    "replaced": "replaced",
    "withdrawn": "withdrawn, since the endpoint refused it",
    "unseen": "without it under that name",
}


def parameters_seen(params: Mapping[str, Json], calls: Sequence[ModelCall]) -> dict[str, ParameterSeen]:
    """Return what became of each parameter in the calls of a cell."""
    return {
        name: _seen(value, [c.params[name] for c in calls if name in c.params])
        for name, value in params.items()
    }


def _seen(value: Json, found: Sequence[ParameterOfCall]) -> ParameterSeen:
    hows = [f.how for f in found]
    others = (f.said for f in found if f.how != "cli" and f.said is not None)
    return ParameterSeen(
        value=value,
        by=_by({*hows}),
        calls={how: hows.count(how) for how in sorted({*hows})},
        places=tuple(dict.fromkeys(f.place for f in found if f.place)),
        cli_said=tuple(dict.fromkeys(others))[:_CLI_SAID],
    )


def _by(hows: set[How]) -> Literal["cli", "gateway", "in part", "not set"] | None:
    had = hows & {"cli", "inserted", "replaced"}
    if "unseen" in hows or not hows:
        return None  # a CLI may say it under another name
    if not had:
        return "not set"
    if "withdrawn" in hows:
        return "in part"
    return "cli" if had == {"cli"} else "gateway"

"""Which scripted model a name means: what stands behind `scripted:`."""

from __future__ import annotations

from cab_core.errors import UnknownName, UserError

from .personas import CARRY_OUT, PERSONAS, Persona
from .share import SHARE, Share


def persona_named(script: str) -> Persona:
    """Return the persona of `NAME`, or of `NAME?SETTINGS` where it has settings.

    Raises:
        UserError: there is none of that name, or it has no such setting.
    """
    name, asked, settings = script.partition("?")
    if name == SHARE:
        return Share.parse(settings)
    if name not in PERSONAS:
        raise UnknownName("scripted model", name, [*PERSONAS, SHARE])
    if asked:
        raise UserError(f"scripted model {name!r} has no settings, and {settings!r} stands behind it")
    return PERSONAS[name]


def carries_out(script: str) -> bool:
    """Tell whether a persona needs to know the reference."""
    return script.partition("?")[0] in (*CARRY_OUT, SHARE)

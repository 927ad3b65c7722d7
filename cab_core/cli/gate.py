"""`--fail-on`: which verdicts of a comparison end with exit code 1."""

from __future__ import annotations

from collections.abc import Sequence

from cab_core.errors import UnknownName, UserError
from cab_core.stats import VERDICTS, verdicts_of

from .compared import PASS_RATE, Compared

AT_A_MARGIN = ("not worse", "equivalent")


def failing(compared: Compared, wanted: Sequence[tuple[str, str]]) -> list[str]:
    """Return the axes whose verdict is one of those named, as (axis, verdict).

    Raises:
        UnknownName: no such axis is known of both sides: a gate that looks at nothing is open.
        UserError: nor has any task a verdict on both, and `undecided` is not named.
    """
    verdicts = compared.verdicts
    for axis, _ in wanted:
        if axis not in verdicts:
            raise UnknownName("axis", axis, verdicts, "no task has it known on both sides")
    if wanted and not compared.found.tasks and (PASS_RATE, "undecided") not in wanted:
        raise UserError(
            "--fail-on: no task has a verdict on both sides, so there is nothing to look at; `cab compare` "
            "without it says which cells there are"
        )
    return [axis for axis, says in verdicts.items() if (axis, says) in wanted]


def could_not_fail(compared: Compared, wanted: Sequence[tuple[str, str]]) -> list[str]:
    """Return the axes that are looked at and undecided whatever came, which is not among what is named."""
    blind = {one.axis for one in compared.axes if one.p is None}
    if not compared.found.decidable:
        blind.add(PASS_RATE)
    looked_at = dict.fromkeys(axis for axis, _ in wanted)
    return [axis for axis in looked_at if axis in blind and (axis, "undecided") not in wanted]


def wanted_of(text: str | None, margin: float | None, cost_margin: float | None) -> list[tuple[str, str]]:
    """Read `worse,undecided,tokens:worse`: an axis, the pass rate where none is named, and a verdict.

    Raises:
        UserError: none is named, or one that the axis never has, or never without a margin.
    """
    found = list[tuple[str, str]]()
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        axis, sign, says = part.rpartition(":")
        axis, says = axis if sign else PASS_RATE, says.replace("-", " ")
        known: Sequence[str] = VERDICTS if axis == PASS_RATE else verdicts_of(axis)
        if says not in known:
            raise UnknownName(
                "verdict", says, known, f"of {axis}, as in --fail-on worse,undecided,tokens:worse"
            )
        option, given = ("--margin", margin) if axis == PASS_RATE else ("--cost-margin", cost_margin)
        if says in AT_A_MARGIN and given is None:
            raise UserError(
                f"--fail-on {part}: there is no such verdict without {option}; give one, such as 10%"
            )
        found.append((axis, says))
    if text is not None and not found:
        raise UserError("--fail-on names no verdict; expected some, such as worse,undecided")
    return found

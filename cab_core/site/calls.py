"""How the calls of a cell ended, in words, a sign and a class: one that brought no answer looks like none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import attrs

from cab_core.records import ModelCall


@attrs.frozen
class End:
    """What a page shows of a call's end: colour is never alone."""

    sign: str
    kind: str
    says: str


_ENDS: Mapping[str, End] = {
    "answered": End("✓", "pass", "answered"),
    "refused": End("⊘", "limit", "refused by the endpoint"),
    "failed": End("✗", "fail", "no answer of a model"),
    "hung_up": End("◷", "limit", "the CLI hung up"),
    "cut": End("◷", "limit", "the run ended in mid-answer"),
    "unanswered": End("∅", "limit", "nothing had come when the run ended"),
}


def end_of(call: ModelCall) -> End:
    """Return how a call ended."""
    return _ENDS[call.ended]


def ends(calls: Sequence[ModelCall]) -> str:
    """Return how many calls ended in which way, such as `answered: 2, no answer of a model: 27`."""
    often = Counter(end_of(call).says for call in calls)
    return ", ".join(f"{end.says}: {often[end.says]:,}" for end in _ENDS.values() if often[end.says])


def unanswered(calls: Sequence[ModelCall]) -> dict[str, End]:
    """Return the ends of the calls that were not answered, by the names of their spans."""
    return {f"model_call:{c.n}": end_of(c) for c in calls if c.ended != "answered"}


def in_recording(calls: Sequence[ModelCall]) -> dict[str, str]:
    """Return the ends of the calls that were not answered in words, by their marks in the recording."""
    return {
        f"model call {c.n}": f"{e.sign} {e.says}" for c in calls if c.ended != "answered" for e in [end_of(c)]
    }

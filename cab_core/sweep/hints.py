"""What a calibration tells an adapter's author: where `harvest()` reads other than what the wire shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cab_core.records import Evidence, Harvest

_GOOD = ("passed", "failed", "refused")  # the CLI came to its end
_Test = Callable[[Evidence, Harvest], bool]


def _answered(evidence: Evidence) -> bool:
    return evidence.observed is not None and bool(evidence.observed.last_answer)


def _well(evidence: Evidence) -> bool:
    return evidence.outcome in _GOOD and _answered(evidence)


def _failed_by_itself(evidence: Evidence) -> bool:
    """A CLI that was ended by a limit has had no time to say why."""
    ended = evidence.execution
    return evidence.outcome == "infra_upstream" and (ended is None or ended.stopped is None)


def _other_words(evidence: Evidence, harvest: Harvest) -> bool:
    said, seen = harvest.final_message, evidence.observed and evidence.observed.last_answer
    return bool(said and seen) and " ".join(str(seen).split()) not in " ".join(str(said).split())


_HINTS: dict[str, _Test] = {
    "the model's last answer on the wire had text, and harvest() gave no final_message; that of the wire was "
    "taken, which may not be what the user reads":
        lambda e, h: _well(e) and h.final_message is None,
    "harvest() gave another final_message than the model's last answer on the wire":
        lambda e, h: _well(e) and _other_words(e, h),
    "harvest() said neither that the CLI came to its end nor that it did not (finished is None)":
        lambda e, h: _well(e) and h.finished is None,
    "harvest() said that the CLI did not come to its end (finished is False), and it answered well":
        lambda e, h: _well(e) and h.finished is False,
    "the endpoint failed to the end, and harvest() said that the CLI came to its end (finished is True)":
        lambda e, h: e.outcome == "infra_upstream" and h.finished is True,
    "the CLI did not come to its end, and harvest() gave no `failure` that says why":
        lambda e, h: _failed_by_itself(e) and h.finished is False and not h.failure,
    "harvest() gave no transcript":
        lambda e, h: _well(e) and not h.transcript,
    "the transcript has no word of the agent's":
        lambda e, h: _well(e) and bool(h.transcript) and all(s.role != "assistant" for s in h.transcript),
}  # fmt: skip


def hints(cells: Iterable[Evidence]) -> list[str]:
    """Return a sentence for each thing that is worth a look, with how many cells show it and one of them."""
    found: dict[str, list[str]] = {}
    for evidence in cells:
        if evidence.harvest is None:
            continue
        for says, shows in _HINTS.items():
            if shows(evidence, evidence.harvest):
                found.setdefault(says, []).append(f"{evidence.cell.model} x {evidence.cell.task}")
    return [_told(says, found) for says in _HINTS if says in found]


def _told(says: str, found: Mapping[str, list[str]]) -> str:
    first, *more = found[says]
    others = f", and {len(more)} more" if more else ""
    return f"{says}: {first}{others}"

"""What became of the items of a stack: by what the wire showed, and by what the CLI itself said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cab_core.conversation.tools import ToolCame
from cab_core.records import (
    Accounted,
    Applied,
    Files,
    Harvest,
    Instructions,
    ItemState,
    Launch,
    Observed,
    Skill,
    StackItem,
    TextSeen,
)

from .stack_cost import tokens_a_call
from .stack_tools import requests_told, tools_state

_SHOWN = ("used", "present", "partial", "offered", "lost")  # the wire showed it, whatever the CLI says later
_LACKING = ("failed", "absent", "lost")
_MISSED: dict[ItemState | None, str] = {"lost": "lost"}  # how a note says it
_LONGEST = 500  # characters of a sentence


def given_texts(items: Iterable[StackItem]) -> dict[tuple[str, str], str]:
    """Return the texts of a stack that a model may be shown, by item and part."""
    found = {}
    for item in items:
        name = f"{item.kind}:{item.name}"
        if isinstance(item, Instructions | Skill):
            found[name, "text"] = item.text
        if isinstance(item, Skill):
            found[name, "description"] = item.description
        if isinstance(item, Files):
            found |= {(name, path): text for path, text in item.files.items()}
    return found


def account(
    launch: Launch | None,
    observed: Observed | None,
    harvest: Harvest | None,
    prompt: int | None = None,
    came: Mapping[str, ToolCame] | None = None,
) -> tuple[Accounted, ...]:
    """Return every item with what came of it. The CLI's own word stands where the wire showed nothing.

    `prompt`: input tokens of all calls, None where they are unknown. `came`: what tools brought, by name.
    """
    if launch is None:
        return ()
    failed = harvest.failed_items if harvest else {}
    return tuple(
        _accounted(item, launch, observed, failed.get(item.item), prompt, came or {}) for item in launch.stack
    )


def lacking(stack: Sequence[Accounted]) -> list[str]:
    """Return notes on the items without which the CLI ran, though they were given to it."""
    return [
        f"of the stack, {a.item} was {_MISSED.get(a.state, 'not seen to take effect')}: {a.evidence}"
        for a in stack
        if a.state in _LACKING or (a.state == "unknown" and a.item.startswith("mcp:"))
    ]


def _accounted(
    item: Applied,
    launch: Launch,
    observed: Observed | None,
    failed: str | None,
    prompt: int | None,
    came: Mapping[str, ToolCame],
) -> Accounted:
    state, evidence = None, None
    if item.reason is None:
        state, evidence = _seen(item, launch, observed, came)
        if failed is not None:
            state = state if state in _SHOWN else "failed"
            evidence = f"{evidence}; the CLI says: {' '.join(failed.split())}"
    return Accounted(
        item=item.item,
        reason=item.reason,
        tool_prefix=item.tool_prefix,
        state=state,
        evidence=evidence[:_LONGEST] if evidence else None,
        tokens_a_call=tokens_a_call(item, launch, observed, prompt) if state in _SHOWN else None,
    )


def _seen(
    item: Applied, launch: Launch, observed: Observed | None, came: Mapping[str, ToolCame]
) -> tuple[ItemState, str]:
    """Return what the wire showed of an item."""
    kind = item.item.partition(":")[0]
    if kind in ("env", "args"):
        return "unknown", "what it does cannot be seen on the wire"
    if observed is None or not observed.requests:
        return "unknown", "no request was seen"
    if kind == "mcp":
        return tools_state(item, launch, observed, came)
    return _texts(item.item, kind, observed)


def _texts(item: str, kind: str, observed: Observed) -> tuple[ItemState, str]:
    texts = [t for t in observed.texts if t.item == item]
    described = [t for t in texts if kind == "skill" and t.part == "description"]
    read = [t for t in texts if t not in described]
    wanted, found = sum(t.wanted for t in read), sum(t.found for t in read)
    if found:
        much = "" if found == wanted else f", in part ({found} of {wanted} passages)"
        return "present" if found == wanted else "partial", f"its text was in call {_first(read)}{much}"
    if any(t.found for t in described):
        return "offered", f"its description was in call {_first(described)}, its text was never read"
    if observed.cut:
        return "unknown", "its text was not seen, but not all requests were looked at in full"
    if not any(t.wanted for t in texts):
        return "unknown", "its text is too short to be told from others"
    if kind == "files":
        return "unknown", "no text of it was in a request; the CLI may read it all the same"
    return "absent", f"its text was in none of {requests_told(observed)}"


def _first(texts: Sequence[TextSeen]) -> int | None:
    return min((t.first for t in texts if t.first is not None), default=None)

"""What became of the items of a stack: by what the wire showed, and by what the CLI itself said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cab_core.records import (
    Accounted,
    Applied,
    Files,
    Harvest,
    Instructions,
    ItemState,
    Observed,
    Skill,
    StackItem,
    TextSeen,
    ToolSeen,
)

_SHOWN = ("used", "present", "partial", "offered")  # the wire showed it, whatever the CLI says later
_LACKING = ("failed", "absent")
_NAMED = 5  # tools that are named in a sentence
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
    stack: Sequence[Applied], observed: Observed | None, harvest: Harvest | None
) -> tuple[Accounted, ...]:
    """Return every item with what came of it. The CLI's own word stands where the wire showed nothing."""
    failed = harvest.failed_items if harvest else {}
    return tuple(_accounted(item, stack, observed, failed.get(item.item)) for item in stack)


def lacking(stack: Sequence[Accounted]) -> list[str]:
    """Return notes on the items without which the CLI ran, though they were given to it."""
    return [
        f"of the stack, {a.item} was not seen to take effect: {a.evidence}"
        for a in stack
        if a.state in _LACKING
    ]


def _accounted(
    item: Applied, stack: Sequence[Applied], observed: Observed | None, failed: str | None
) -> Accounted:
    state, evidence = None, None
    if item.reason is None:
        state, evidence = _seen(item, stack, observed)
        if failed is not None:
            state = state if state in _SHOWN else "failed"
            evidence = f"{evidence}; the CLI says: {' '.join(failed.split())}"
    return Accounted(
        item=item.item,
        reason=item.reason,
        tool_prefix=item.tool_prefix,
        state=state,
        evidence=evidence[:_LONGEST] if evidence else None,
    )


def _seen(item: Applied, stack: Sequence[Applied], observed: Observed | None) -> tuple[ItemState, str]:
    """Return what the wire showed of an item."""
    kind = item.item.partition(":")[0]
    if kind in ("env", "args"):
        return "unknown", "what it does cannot be seen on the wire"
    if observed is None or not observed.requests:
        return "unknown", "no request was seen"
    if kind == "mcp":
        return _tools(item, stack, observed)
    return _texts(item.item, kind, observed)


def _tools(item: Applied, stack: Sequence[Applied], observed: Observed) -> tuple[ItemState, str]:
    if item.tool_prefix is None:
        return "unknown", "its adapter does not say how the CLI names its tools"
    own = [t for t in observed.tools if _owner(t.name, stack) == item]
    offered = [t for t in own if t.offered]
    called = [t for t in offered if t.called]
    if called:
        return "used", f"the model called {_named(called)}"
    if offered:
        calls = f"calls {min(t.first or 0 for t in offered)} to {max(t.last or 0 for t in offered)}"
        return "offered", f"offered in {calls}, never called: {_named(offered)}"
    if observed.cut:
        return "unknown", "none of its tools was seen, but not all requests were looked at in full"
    made_up = f"; the model called {_named(own)} all the same" if own else ""
    return "absent", f"none of its tools was offered in {_requests(observed)}{made_up}"


def _requests(observed: Observed) -> str:
    return f"{observed.requests} request{'s' if observed.requests > 1 else ''}"


def _owner(tool: str, stack: Sequence[Applied]) -> Applied | None:
    """Return the server whose tool this is: of two prefixes that fit, the longer says more."""
    fitting = [i for i in stack if i.reason is None and i.tool_prefix and tool.startswith(i.tool_prefix)]
    return max(fitting, key=lambda i: len(i.tool_prefix or ""), default=None)


def _named(tools: Sequence[ToolSeen]) -> str:
    more = f" and {len(tools) - _NAMED} more" if len(tools) > _NAMED else ""
    return ", ".join(t.name for t in tools[:_NAMED]) + more


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
    return "absent", f"its text was in none of {_requests(observed)}"


def _first(texts: Sequence[TextSeen]) -> int | None:
    return min((t.first for t in texts if t.first is not None), default=None)

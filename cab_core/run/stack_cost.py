"""What an item of a stack costs: the input tokens that it adds to every call.

No endpoint says what a part of a request took. Its share of the characters of all requests, times the input
tokens of all calls, is near it: tools and texts are much the same mixture of words and JSON as the rest.
"""

from __future__ import annotations

from cab_core.records import Applied, Launch, Observed

from .stack_tools import own_tools


def tokens_a_call(item: Applied, launch: Launch, observed: Observed | None, prompt: int | None) -> int | None:
    """Return about how many tokens an item that was seen adds to a call; None where it is unknown."""
    if observed is None or not observed.asked or prompt is None:
        return None
    size = _tools(item, launch, observed) if item.item.startswith("mcp:") else _texts(item, observed)
    return None if size is None else round(size * prompt / observed.asked)


def _tools(item: Applied, launch: Launch, observed: Observed) -> int | None:
    sizes = [t.size for t in own_tools(item, launch, observed) if t.offered]
    return None if None in sizes else sum(s for s in sizes if s is not None)


def _texts(item: Applied, observed: Observed) -> int | None:
    """Return the characters of what was seen: of a text of which a part was found, that part."""
    seen = [t for t in observed.texts if t.item == item.item and t.found]
    if not seen or any(t.size is None for t in seen):
        return None
    return round(sum((t.size or 0) * t.found / t.wanted for t in seen))

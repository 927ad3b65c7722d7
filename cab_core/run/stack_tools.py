"""What became of a stack's MCP servers, told by the names of the tools that were offered and called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cab_core.conversation.tools import ToolCame
from cab_core.records import Applied, ItemState, Launch, Observed, ToolSeen

_NAMED = 5  # tools that are named in a sentence
_QUOTED = 120  # characters of a result


def tools_state(
    item: Applied, launch: Launch, observed: Observed, came: Mapping[str, ToolCame]
) -> tuple[ItemState, str]:
    """Return what the wire showed of a server: a tool that may as well be another's is no evidence."""
    if item.tool_prefix is None:
        return "unknown", "its adapter does not say how the CLI names its tools"
    fitting = _fitting(item, launch, observed)
    own = own_tools(item, launch, observed)
    unclear = {t: others for t, others in fitting.items() if others and t.offered}
    offered = [t for t in own if t.offered]
    called = [t for t in offered if t.called]
    lost, when = _when(offered, observed)
    if called:
        brought = "".join(_brought(t, came) for t in called[-1:])
        said = f"the model called {_list(called)}{brought}"
        return ("lost", f"{said}; offered in {when}") if lost else ("used", said)
    if offered:
        said = f"offered in {when}, {_uncalled(unclear, observed)}: {_list(offered)}"
        return "lost" if lost else "offered", said
    if unclear:
        return "unknown", f"nothing was offered but what may be of {_doubt(unclear)}"
    if observed.cut:
        return "unknown", "none of its tools was seen, but not all requests were looked at in full"
    made_up = f"; the model called {_list(own)} all the same" if own else ""
    return "absent", f"none of its tools was offered in {requests_told(observed)}{made_up}"


def _when(offered: Sequence[ToolSeen], observed: Observed) -> tuple[bool, str]:
    """Return whether tools were offered no more though others were, and in which calls they were offered."""
    first, last = (
        min((t.first or 0 for t in offered), default=0),
        max((t.last or 0 for t in offered), default=0),
    )
    all_first = min((t.first for t in observed.tools if t.first is not None), default=0)
    all_last = max((t.last for t in observed.tools if t.last is not None), default=0)
    late = f", not before call {first}" if first > all_first else ""
    lost = last < all_last
    return lost, f"calls {first} to {last}{late}{', and not after that' if lost else ''}"


def _brought(tool: ToolSeen, came: Mapping[str, ToolCame]) -> str:
    """Return what the calls of a tool brought: how long it took, and how the last result begins."""
    found = came.get(tool.name)
    if found is None:
        return ""
    words = " ".join(found.result.split())
    begins = f": {words[:_QUOTED]}{'...' if len(words) > _QUOTED else ''}" if words else " is empty"
    last = {True: "an error", False: "its last result", None: "its last result"}[found.failed]
    return f", which took at most {found.longest_s:.1f} s; {last}{begins}"


def own_tools(item: Applied, launch: Launch, observed: Observed) -> list[ToolSeen]:
    """Return the tools that were seen of a server, and can be no other's."""
    return [t for t, others in _fitting(item, launch, observed).items() if not others]


def _fitting(item: Applied, launch: Launch, observed: Observed) -> dict[ToolSeen, list[str]]:
    """Return the tools that may be the server's, each with whose else it may be."""
    if item.tool_prefix is None:
        return {}
    return {t: _others(t.name, item, launch) for t in observed.tools if t.name.startswith(item.tool_prefix)}


def requests_told(observed: Observed) -> str:
    """Return how many requests were looked at, in words."""
    return f"{observed.requests} request{'s' if observed.requests > 1 else ''}"


def _others(tool: str, item: Applied, launch: Launch) -> list[str]:
    """Return whose a tool of this name may be beside the item's: by its name nobody can tell."""
    stack = [i for i in launch.stack if i is not item and i.reason is None and i.tool_prefix]
    itself = ["the CLI itself"] if tool in launch.own_tools else []
    return [i.item for i in stack if tool.startswith(i.tool_prefix or "")] + itself


def _uncalled(unclear: dict[ToolSeen, list[str]], observed: Observed) -> str:
    called = {t: others for t, others in unclear.items() if t.called}
    if called:
        return f"not seen to be called (but for what may be of {_doubt(called)})"
    return "not seen to be called, though not all was looked at" if observed.cut else "never called"


def _doubt(unclear: dict[ToolSeen, list[str]]) -> str:
    others = dict.fromkeys(other for others in unclear.values() for other in others)
    return f"{' or '.join(others)}: {_list(list(unclear))}"


def _list(tools: Sequence[ToolSeen]) -> str:
    more = f" and {len(tools) - _NAMED} more" if len(tools) > _NAMED else ""
    return ", ".join(t.name for t in tools[:_NAMED]) + more

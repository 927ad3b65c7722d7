"""What a cell's page shows of the run as it went on: time-line and conversation, and how they are linked."""

from __future__ import annotations

import re

import attrs

from .cell_data import CellData
from .said_data import SaidData, call_facts, said_data
from .spans import Node, origin_ns, tree
from .timeline import Lane, lanes

_MARK = re.compile(r'"m", ?"model call (\d{1,9})"\]')
_SPAN = re.compile(r"model_call:(\d{1,9})")


@attrs.frozen(kw_only=True)
class RunView:
    """`shown`: calls that the conversation has, `sides`: those of side conversations, `spans`: those that the
    spans have, by the id of the span.
    """

    nodes: list[Node]
    lanes: list[Lane]
    data: SaidData
    shown: set[int]
    sides: set[int]
    spans: dict[str, int]

    @classmethod
    def of(cls, m: CellData) -> RunView:
        """Return what is to be shown of a cell."""
        nodes, origin, calls = tree(m.spans), origin_ns(m.spans), m.evidence.calls
        spans = _spans(nodes)
        marked = {int(n) for n in _MARK.findall(m.cast.text)}
        facts = call_facts(calls, origin, marked, set(spans.values()))
        known = m.said.conversation
        threads = known.threads if known else ()
        return cls(
            nodes=nodes,
            lanes=lanes(nodes, calls, known, origin),
            data=said_data(m.said, facts) if known else SaidData(),
            shown={n for t in threads for n in t.calls},
            sides={n for t in threads if t.side for n in t.calls},
            spans=spans,
        )


def _spans(nodes: list[Node]) -> dict[str, int]:
    """Return the calls of the spans that are one, each once."""
    found: dict[int, str] = {}
    for node in nodes:
        match = _SPAN.fullmatch(node.name) if node.kind == "model_call" else None
        if match:
            found.setdefault(int(match[1]), node.id)
    return {id_: n for n, id_ in found.items()}

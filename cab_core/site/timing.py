"""Where the time of a cell went: the CLI's own, which the axis and the limit mean, and what was around it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from .spans import Node, total_ms

_STAGES = {
    "task_setup": "preparation",
    "compare": "comparing the work directory",
    "grade": "grading in a sandbox of its own",
    "cleanup": "cleaning up",
}
_ROUNDING = 1.0  # milliseconds by which clocks of different kinds may differ
_AROUND = "its sandbox before and after"


@attrs.frozen
class Part:
    """A part of the time that a trace spans."""

    name: str
    ms: float


def parts(nodes: Sequence[Node], wall_ms: float | None) -> list[Part]:
    """Return the parts of a trace's time in their order; together they are all of it.

    None are told where they would not add up: a time is not known, or stages overlap.
    """
    roots = [n for n in nodes if n.depth == 0]
    if wall_ms is None or not roots or any(n.duration_ms is None for n in roots) or _overlap(roots):
        return []
    found = [part for node in roots for part in _parts(node, wall_ms)]
    found.append(Part("between these", total_ms(nodes) - sum(part.ms for part in found)))
    return found if all(part.ms > -_ROUNDING for part in found) else []


def _overlap(roots: Sequence[Node]) -> bool:
    ends = [n.at_ms + (n.duration_ms or 0.0) for n in roots]
    return any(after.at_ms < end - _ROUNDING for end, after in zip(ends, roots[1:], strict=False))


def _parts(node: Node, wall_ms: float) -> list[Part]:
    took = node.duration_ms or 0.0
    if node.kind != "adapter_run":
        return [Part(_STAGES.get(node.kind, node.name), took)]
    return [Part("the CLI's own time", wall_ms), Part(_AROUND, took - wall_ms)]

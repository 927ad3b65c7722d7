"""Why cells that were run before are run anew: which part of what they depend on has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cab_core.records import OUTCOMES, Inputs, to_json
from cab_core.records.inputs import differences
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import Store
from cab_core.store.reading import read_optional

_EARLIER = "an earlier cab ran them, which kept no record of their inputs"
_MOST = 8  # sentences


def why_anew(todo: Sequence[PlannedCell], store: Store) -> list[str]:
    """Return sentences for those cells that have a verdict of another content, each reason once."""
    reasons = Counter(reason for planned in todo for reason in reasons_of(planned, store))
    said = [
        f"{n} {'cell is' if n == 1 else 'cells are'} run anew: {reason}"
        for reason, n in reasons.most_common()
    ]
    return said[:_MOST] + ([f"and {len(said) - _MOST} more reasons"] if len(said) > _MOST else [])


def reasons_of(planned: PlannedCell, store: Store) -> Iterator[str]:
    """Yield what differs between a cell's inputs and those of its newest try that has a verdict."""
    for path in reversed(store.tries(planned.cell)):
        result = store.result(path)
        if OUTCOMES[result.outcome].retry:
            continue
        if (result.content_key, result.grader_key) == (planned.content_key, planned.grader_key):
            return
        before = read_optional(path / "inputs.json", Inputs)
        if before is None:
            yield _EARLIER
        else:
            yield from differences(to_json(before), to_json(planned.inputs))
        return

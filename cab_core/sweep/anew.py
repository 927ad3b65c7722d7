"""Why cells that were run before are run anew: which part of what they depend on has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from cab_core.records import OUTCOMES, Inputs, to_json
from cab_core.records.differences import differences
from cab_core.run.planned import PlannedCell
from cab_core.store.cells import Store
from cab_core.store.reading import read_optional

_NO_RECORD = "no record"
_MOST = 8  # sentences
_FEW = 3  # reasons in one of them


def why_anew(todo: Sequence[PlannedCell], store: Store) -> list[str]:
    """Return sentences for those cells that have a verdict of another content, one for equal reasons."""
    found = Counter(reasons for planned in todo if (reasons := tuple(reasons_of(planned, store))))
    said = [_sentence(reasons, n) for reasons, n in found.most_common(_MOST)]
    rest = found.total() - sum(n for _, n in found.most_common(_MOST))
    return said + ([f"{_cells(rest)} run anew for other reasons"] if rest else [])


def _sentence(reasons: Sequence[str], n: int) -> str:
    if reasons == (_NO_RECORD,):
        them, their = ("it", "its") if n == 1 else ("them", "their")
        return f"{_cells(n)} run anew: an earlier cab ran {them}, which kept no record of {their} inputs"
    more = [f"and {len(reasons) - _FEW} more"] if len(reasons) > _FEW else []
    return f"{_cells(n)} run anew: {'; '.join([*reasons[:_FEW], *more])}"


def _cells(n: int) -> str:
    return f"{n} cell is" if n == 1 else f"{n} cells are"


def reasons_of(planned: PlannedCell, store: Store) -> Iterator[str]:
    """Yield what differs between a cell's inputs and those of its newest try that has a verdict."""
    for path in reversed(store.tries(planned.cell)):
        result = store.summary(path)
        if OUTCOMES[result.outcome].retry:
            continue
        if (result.content_key, result.grader_key) == (planned.content_key, planned.grader_key):
            return
        before = read_optional(Path(path, "inputs.json"), Inputs)
        if before is None:
            yield _NO_RECORD
        else:
            yield from differences(to_json(before.keyed), to_json(planned.inputs.keyed))
        return

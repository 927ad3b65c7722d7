"""A scripted model that solves a known share of the tasks: `share?rate=0.7&seed=3`.

It is the oracle on some tasks and null on the others. Which ones follows from a hash of the seed and the
task's id, and with `by=attempt` of the attempt too. So two rates of one seed are nested: what the lower one
solves the higher one solves as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl

import attrs

from cab_core.errors import UserError
from cab_core.plugins.protocols import Reply

from .context import ScriptContext
from .faults import Endless, Failure
from .personas import null, oracle

SHARE = "share"
_MEANT = "expected share?rate=R with R from 0 to 1, then &seed=N and &by=task or &by=attempt where wanted"


@attrs.frozen(kw_only=True)
class Share:
    """A persona. `by`: what is drawn anew, each task once or each attempt at it."""

    rate: float
    seed: int = 0
    by: Literal["task", "attempt"] = "task"

    @classmethod
    def parse(cls, settings: str) -> Share:
        """Read `rate=R&seed=N&by=task`.

        Raises:
            UserError: a setting is unknown, is there twice, or has a value that it cannot have.
        """
        pairs = parse_qsl(settings, keep_blank_values=True)
        said = dict(pairs)
        try:
            rate, seed, by = float(said.pop("rate")), int(said.pop("seed", "0")), said.pop("by", "task")
        except (KeyError, ValueError) as exc:
            raise _refused(settings) from exc
        if said or len({name for name, _ in pairs}) < len(pairs) or not 0 <= rate <= 1:
            raise _refused(settings)
        if by not in ("task", "attempt"):
            raise _refused(settings)
        return cls(rate=rate, seed=seed, by="task" if by == "task" else "attempt")

    def solves(self, task: str, attempt: int) -> bool:
        """Tell whether it is the oracle at this attempt at a task."""
        drawn = [str(self.seed), task] + ([str(attempt)] if self.by == "attempt" else [])
        first = hashlib.sha256("\n".join(drawn).encode(errors="surrogatepass")).digest()[:8]
        return int.from_bytes(first, "big") < self.rate * 2**64

    async def __call__(self, context: ScriptContext, request: Mapping[str, Any]) -> Reply | Failure | Endless:
        """Answer as the oracle or as null."""
        persona = oracle if self.solves(context.task, context.attempt) else null
        return await persona(context, request)


def _refused(settings: str) -> UserError:
    return UserError(f"scripted model share?{settings}: {_MEANT}; such as scripted:share?rate=0.7&seed=3")

"""One short question to a model, and the list of an endpoint: for whoever wants to know no more."""

from __future__ import annotations

from typing import Any

import attrs

from cab_core.errors import UpstreamError
from cab_core.gateway.models import Model

from . import questions
from .asking import Asker
from .listing import Listing, context_of
from .reach import reach
from .spoken import Spoken
from .told import seconds, why

_LIST_S = 10.0


@attrs.frozen(kw_only=True)
class Ping:
    """What came of it. `seconds` and `tokens`: of the one call; None: it was not answered, or nobody says."""

    model: str
    protocol: str
    ok: bool
    says: str
    served: str | None = None
    seconds: float | None = None
    tokens: int | None = None

    def row(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return attrs.asdict(self)


def ping(model: Model, spoken: Spoken, patience_s: float) -> Ping:
    """Ask a model for a few words."""
    assert model.endpoint is not None
    name = spoken.protocol.name
    try:
        reach(model.endpoint, min(patience_s, 5.0))
    except UpstreamError as exc:
        return Ping(model=model.id, protocol=name, ok=False, says=str(exc))
    with Asker(model, spoken, patience_s) as asker:
        heard = asker.ask(questions.short(stream=False, tokens=16))
    call = heard.call
    if not heard.answered:
        return Ping(model=model.id, protocol=name, ok=False, says=why(call))
    took = (call.latency_ms + call.throttle_ms) / 1000
    tokens = "tokens unknown" if call.tokens is None else f"{call.tokens} tokens"
    served = f", as {call.model_served}" if call.model_served not in (None, model.id) else ""
    return Ping(
        model=model.id,
        protocol=name,
        ok=True,
        says=f"answered {name} in {seconds(took)}, {tokens}{served}",
        served=call.model_served,
        seconds=round(took, 3),
        tokens=call.tokens,
    )


def listed(model: Model, spoken: Spoken) -> tuple[dict[str, int | None] | None, str]:
    """Return the models that an endpoint lists, each with its context if that is said; None, and why not."""
    assert model.endpoint is not None
    reach(model.endpoint, 5.0)
    with Asker(model, spoken, _LIST_S) as asker:
        seen = asker.look("models", _LIST_S)
    found = Listing.of(seen.value) if seen.status == 200 else None
    if found is None:
        return None, seen.why or f"it answered {seen.status}"
    contexts = {name: context_of(row) for name, row in found.models.items()}
    return {name: context[0] if context else None for name, context in contexts.items()}, ""

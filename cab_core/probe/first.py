"""The first answer: does the model answer at all, in this protocol? It may have to be loaded for it."""

from __future__ import annotations

from cab_core.records import ModelCall

from . import questions
from .elsewhere import look_for_base
from .look import Look
from .told import seconds, short, why

_NO_SUCH_ADDRESS = ("http_404", "http_405", "malformed", "empty")


def look_at_first_answer(look: Look) -> bool:
    """Ask for a short answer in one piece; return whether the model answered."""
    heard = look.ask("a short answer", questions.short(stream=False, tokens=16))
    call, probe = heard.call, look.probe
    if not heard.answered:
        look.bad("answer", why(call) + _hint(look, call))
        return False
    probe.served, probe.usage = call.model_served, call.tokens is not None
    other = f", as {short(probe.served)!r}" if probe.served and probe.served != probe.model else ""
    took = seconds((call.latency_ms + call.throttle_ms) / 1000)
    look.good("answer", f"the model answers {look.asker.spoken.protocol.name}{other}; it took {took}")
    return True


def _hint(look: Look, call: ModelCall) -> str:
    """Return what may be the matter, from what else the endpoint shows."""
    if call.fault == "http_401" and look.asker.model.key is None:
        return ". No key was given"
    if call.fault in _NO_SUCH_ADDRESS and (base := look_for_base(look.asker)):
        return f". {base} is answered: give --endpoint {base}"
    if call.fault == "timeout":
        return "; it may be busy, or slow: --probe-timeout gives it longer"
    of_the_model = call.status in (400, 404, 422) and look.listing and not look.probe.listed
    return look.listing.nearest(look.probe.model) if of_the_model and look.listing else ""

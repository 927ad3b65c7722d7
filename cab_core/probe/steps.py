"""The probe: what is looked at, one after another. Each step says what was observed, and is soon over."""

from __future__ import annotations

from cab_core.errors import UpstreamError
from cab_core.gateway.models import Model

from .abilities import look_at_stream, look_at_tools
from .asking import Asker
from .at_once import look_at_width
from .elsewhere import look_at_context, look_at_list, look_at_protocols
from .first import look_at_first_answer
from .look import Doing, Look, Tell
from .reach import reach
from .record import Line, Probe
from .spoken import SPOKEN, USUAL
from .suggest import say_spent, say_suggested
from .told import seconds

PATIENCE_S = 60.0  # for a call: a server may have to load its model first
_SILENT_S = 10.0  # for a call to an endpoint that did not even send its list
_REACH_S = 5.0


def run_probe(
    model: Model, tell: Tell, doing: Doing, patience_s: float | None = None, protocol: str = USUAL
) -> Probe:
    """Look at a model's endpoint; `tell` gets each line when it is known, `doing` what is being waited for.

    `patience_s`: seconds for one call; None: as many as suit what the endpoint has shown until then.
    `protocol`: in which it is asked, one of `SPOKEN`.
    """
    assert model.endpoint is not None
    probe = Probe(endpoint=model.endpoint, model=model.id, protocol=protocol)
    doing("connecting")
    try:
        line = Line(what="address", ok=True, says=_reached(model.endpoint))
    except UpstreamError as exc:
        line = Line(what="address", ok=False, says=str(exc))
    probe.lines.append(line)
    tell(line)
    if line.ok:
        with Asker(model, SPOKEN[protocol], patience_s or PATIENCE_S) as asker:
            _take(Look(asker, probe, tell, doing), patience_s)
    return probe


def _reached(endpoint: str) -> str:
    found = reach(endpoint, _REACH_S)
    if found.proxy:
        return f"by the proxy that is set for {found.proxy}: only it can tell"
    tls = f", {found.tls}, certificate trusted" if found.tls else ""
    return f"{found.address}, connected in {seconds(found.connected_s or 0)}{tls}"


def _take(look: Look, patience_s: float | None) -> None:
    """Take the steps behind the connection, or those until it is known that no cell can be run."""
    came = look_at_list(look)
    if not came and patience_s is None:
        look.asker.wait_for(_SILENT_S)
    look.probe.usable = look_at_first_answer(look)
    if look.probe.usable:
        look_at_stream(look)
        look_at_tools(look)
        look_at_width(look)
    if look.probe.usable or look.asker.calls[-1].fault != "timeout":
        look_at_protocols(look)
    if look.probe.usable:
        look_at_context(look)
        say_spent(look)
        say_suggested(look)

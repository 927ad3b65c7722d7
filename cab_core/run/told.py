"""What a model call says to a person: why it brought no answer, or how far it had come."""

from __future__ import annotations

from collections.abc import Mapping

from cab_core.records import CallSums, ModelCall
from cab_core.records.parameters import ParameterSeen

_QUIET_S = 10.0  # a pause within an answer that is worth telling
_HERE = "nothing was sent"  # the trouble of this machine, told as such
_FAULTS = {
    "http_401": "the endpoint refused the credential (401): check the key (--key-env, CAB_KEY)",
    "http_402": "the account at the endpoint has no credit left (402)",
    "http_403": "the endpoint forbids this (403): may this key use this model?",
    "http_404": "the endpoint knows no such model or path (404): check --model and --endpoint; "
    "`cab check` says which protocols it speaks",
    "http_405": "the endpoint takes no calls at this address (405): check --endpoint",
    "http_407": "a proxy on the way wants a user and a password (407): check HTTP_PROXY",
    "http_408": "the endpoint gave the call up before it had answered (408)",
    "http_413": "the endpoint, or a proxy before it, takes no request as large as this (413)",
    "http_429": "the endpoint is overloaded or the quota is used up (429)",
    "unreachable": "the endpoint cannot be reached: is the server running, is the address right?",
    "timeout": "the endpoint accepted a call and sent nothing for too long",
    "malformed": "the endpoint sent what is no answer",
    "empty": "the endpoint answered, and nothing of a model was in it",
    "error_in_200": "the endpoint sent an error with status 200, where an answer should have been",
    "dropped": "the endpoint broke off in the middle of an answer",
    "closed": "the endpoint broke off before it answered: did it crash, or does it speak https where "
    "--endpoint says http?",
    "speaks_http": f"{_HERE}: the endpoint speaks http, not https: write http:// in --endpoint",
    "speaks_https": "the endpoint speaks https, not http: write https:// in --endpoint",
    "certificate": f"{_HERE}: the endpoint's certificate is not trusted on this machine; set SSL_CERT_FILE "
    "to the certificate of its authority",
    "tls": f"{_HERE}: this machine and the endpoint agree on no encryption",
    "proxy": f"{_HERE}: the proxy that is set on this machine does not work; correct or unset it, or name "
    "the endpoint's host in NO_PROXY",
    "plugin": "the plugin of the wire protocol failed",
    "unsendable": f"{_HERE}: this machine could not make a request of it; check --endpoint and the key",
}
_PLAIN = ("dropped", "closed", "timeout")  # what was kept of the error says no more
_REFUSED = {
    "context": "the conversation was longer than the model's context",
    "policy": "the endpoint refused a call for its content",
    "request": "the endpoint refused a call for what is wrong with it",
}
_TOO_LARGE = "the conversation was larger than the endpoint takes"
_VAIN = {
    "context": "refused because the conversation was too long for it",
    "policy": "refused for content",
    "request": "refused for what was wrong in the call",
    "refused": "refused",  # by an earlier cab, which did not say for what
    "failed": "failed at the endpoint, or on the way to it",
    "hung_up": "given up by the CLI",
}


def withdrawn_told(parameters: Mapping[str, ParameterSeen]) -> list[str]:
    """Return a note for each model parameter that the endpoint would not have."""
    return [
        f"model parameter {name}: the endpoint refused it in {n} of {sum(p.calls.values())} calls, "
        "and had them without it"
        for name, p in parameters.items()
        if (n := p.calls.get("withdrawn"))
    ]


def vain_told(calls: CallSums) -> list[str]:
    """Return a note of how many calls brought no whole answer, by kind, but for what the cell's end cut."""
    vain = {kind: calls.ends[kind] for kind in _VAIN if calls.ends[kind]}
    said = ", ".join(f"{n} {_VAIN[kind]}" for kind, n in vain.items())
    return (
        [f"{sum(vain.values())} of {calls.count} calls to the model brought no whole answer: {said}"]
        if vain
        else []
    )


def fault_told(call: ModelCall) -> str:
    """Return why the endpoint did not answer, and what can be done."""
    assert call.fault is not None
    says = _FAULTS.get(call.fault) or _by_status(call.fault.removeprefix("http_"))
    if call.fault == "http_429" and call.throttle_ms > 0:
        says += f", even after waiting {call.throttle_ms / 1000:.1f} s"
    return says if call.fault in _PLAIN else says + _said(call)


def _by_status(status: str) -> str:
    if status.startswith("3"):
        return f"the endpoint sends calls elsewhere ({status}): give --endpoint the address that it names"
    if status.startswith("4"):
        doubt = "nothing shows that it is about what the agent sent"
        return f"the endpoint refused a call ({status}), and {doubt}: check --model, --endpoint and the key"
    return f"the endpoint failed ({status})"


def refusal_told(call: ModelCall) -> str:
    """Return for what a call was refused."""
    # By this status nobody says that tokens were counted.
    large = call.refused == "context" and call.status == 413
    return (_TOO_LARGE if large else _REFUSED[call.refused or "request"]) + _said(call)


def _said(call: ModelCall) -> str:
    return f"; it said: {' '.join(call.error.split())}" if call.error else ""


def progress_told(call: ModelCall) -> str:
    """Return how far a call had come that was broken off."""
    seconds = (call.latency_ms + call.throttle_ms) / 1000
    if call.hung_up:
        shown = f"{seconds:.1f}" if seconds < _QUIET_S else f"{seconds:.0f}"
        return f"the CLI hung up on call {call.n} after {shown} s, when {_had_come(call)}"
    return f"call {call.n} was under way for {seconds:.0f} s, and {_had_come(call)}"


def _had_come(call: ModelCall) -> str:
    if not call.began:
        return "nothing but keep-alives had come" if call.first_byte_ms is not None else "not a byte had come"
    events = "a part of the answer" if call.events is None else _plural(call.events)
    tokens = f", at least {call.at_least:,} tokens" if call.at_least else ""
    quiet_s = (call.quiet_ms or 0) / 1000
    return f"{events} had come{tokens}" + (f", the last {quiet_s:.0f} s before" if quiet_s > _QUIET_S else "")


def _plural(events: int) -> str:
    return f"{events:,} event{'' if events == 1 else 's'} of its stream"

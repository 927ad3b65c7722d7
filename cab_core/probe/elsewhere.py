"""What other addresses of an endpoint say: its models, their context, other protocols."""

from __future__ import annotations

from cab_core.gateway.error_body import one_line
from cab_core.records import Json
from cab_core.records.calls import count

from .asking import Asker, Seen
from .listing import Listing, context_of
from .look import Look
from .record import Probe
from .spoken import SPOKEN, Spoken
from .told import short

_LIST_S = 5.0
_OTHER_S = 3.0
SMALL = 16_000  # tokens: the instructions of a CLI and a file or two
# Where a server says how large the context is, if not in its list: llama.cpp, Ollama, LM Studio.
_ELSEWHERE = ("props", "api/ps", "api/v0/models")
_TELL_CLIS = "CLIs are told of it by `context_tokens` in cab.toml"


def look_at_list(look: Look) -> bool:
    """Look for the list of models; return whether anything came."""
    look.doing("asking for the list of models")
    seen, model = look.asker.look("models", _LIST_S), look.probe.model
    look.listing = listing = Listing.of(seen.value) if seen.status == 200 else None
    if listing is None:
        look.note("models", f"no list of models: {_instead(seen)}")
        return seen.status is not None
    look.probe.listed = listing.entry(model) is not None
    n = len(listing.models)
    of = "the one" if n == 1 else f"one of the {n}"
    if look.probe.listed:
        look.good("models", f"{model!r} is {of} that the endpoint lists")
    else:
        known = f" ({', '.join(map(short, listing.models))})" if 0 < n <= 3 else listing.nearest(model)
        look.note("models", f"{model!r} is not {of} that the endpoint lists{known}")
    return True


def _instead(seen: Seen) -> str:
    """Return what came where something else was expected."""
    if seen.status is None:
        return seen.why
    words = short(one_line(seen.words[:4000]), 100)
    page = f"a web page ({words}): is the address that of an API?"
    return f"{seen.status}, {page}" if seen.page else f"{seen.status} {words}".rstrip()


def look_for_base(asker: Asker) -> str | None:
    """Return the address with `/v1` (Gemini: `/v1beta`), where that was left out and is answered."""
    version = asker.spoken.version
    if asker.base.endswith(f"/{version}"):
        return None
    seen = asker.look(f"{version}/models", _LIST_S)
    found = seen.status == 401 or (seen.status == 200 and Listing.of(seen.value) is not None)
    return f"{asker.base}/{version}" if found else None


def look_for_slots(asker: Asker) -> int | None:
    """Return how many calls at once a server of llama.cpp works on; None where none says so."""
    seen = asker.look("props", _OTHER_S, root=True)
    return (count(seen.value.get("total_slots")) or None) if isinstance(seen.value, dict) else None


def look_at_protocols(look: Look) -> None:
    """Say which protocols are spoken, if any is."""
    look.doing("looking for other protocols")
    probe, asked = look.probe, look.asker.spoken.protocol.name
    probe.protocols = {
        name: probe.usable if name == asked else _speaks(look.asker, other) for name, other in SPOKEN.items()
    }
    spoken = [n for n, there in probe.protocols.items() if there]
    absent = [n for n, there in probe.protocols.items() if there is False]
    if not spoken:
        return
    said = [", ".join(spoken)]
    said += [f"not {' nor '.join(absent)}"] if absent else []
    if unknown := [n for n, there in probe.protocols.items() if there is None]:
        said.append(f"unknown: {', '.join(unknown)}")
    if not probe.usable and not look.asker.model.protocols:
        said.append(f"`protocols` in cab.toml says which of them a CLI is to speak, in place of {asked}")
    look.note("protocols", "; ".join(said))


def _speaks(asker: Asker, other: Spoken) -> bool | None:
    """Send a call without anything in it: who speaks the protocol says what is missing, or answers anyway."""
    path = other.path_for(asker.model.id)
    seen = asker.look(path, _OTHER_S, body={}, other=other)
    words = seen.words[:4000].replace(f"/{path}", "")
    if seen.page or seen.status in (404, 405, 501):
        return False
    if seen.status == 200 and isinstance(seen.value, dict) and other.answer in seen.value:
        return True
    refused = seen.status is not None and seen.status >= 400
    return True if refused and any(field in words for field in other.names) else None


def look_at_context(look: Look) -> None:
    """Say how large the context is, by whoever says so."""
    look.doing("looking for the size of the context")
    own, probe = look.asker.model.context_tokens, look.probe
    found = _in_list(look.listing, probe) or _at_the_server(look.asker, probe)
    if found is None:
        said = f"{own:,} tokens by cab.toml; the endpoint does not say" if own else "unknown: nobody says"
        look.note("context", said if own else f"{said}. {_TELL_CLIS}")
        return
    probe.context_tokens, probe.context_from = found
    said = f"{found[0]:,} tokens ({found[1]})"
    if own is not None and own != found[0]:
        look.bad("context", f"{said}, but cab.toml says {own:,}")
    elif found[0] < SMALL:
        look.bad("context", f"{said}: little for a CLI, whose instructions alone may take 10,000")
    else:
        look.good("context", said if own else f"{said}. {_TELL_CLIS}")


def _in_list(listing: Listing | None, probe: Probe) -> tuple[int, str] | None:
    names = [probe.model, probe.served or ""]
    rows = [row for name in names if listing and (row := listing.entry(name)) is not None]
    found = next((c for row in rows if (c := context_of(row)) is not None), None)
    return (found[0], f"{found[1]} in its list of models") if found else None


def _at_the_server(asker: Asker, probe: Probe) -> tuple[int, str] | None:
    for path in _ELSEWHERE:
        seen = asker.look(path, _OTHER_S, root=True)
        row = _row(seen.value, probe) if seen.status == 200 else None
        if row is not None and (found := context_of(row)) is not None:
            return found[0], f"{found[1]} in /{path}"
    return None


def _row(value: Json, probe: Probe) -> dict[str, Json] | None:
    listing = Listing.of(value)
    if listing is None:
        return value if isinstance(value, dict) else None
    found = listing.entry(probe.model) or listing.entry(probe.served or "")
    return dict(found) if found is not None else None

"""What stays of a request when all that is random or dated is taken out of it.

A CLI tells its model the date, a session's id, how long a command took, where a temporary file lies. None of
it is the same twice. So digits, ids, and names of days and months do not count; the order of the calls does.
Where a model repeats such an id (of a sub-agent, of a command in the background, of a file that was left), it
must have the one of this run: `names` tells which stands for which.
"""

from __future__ import annotations

import json
import re

_UUID = rb"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_HEX = rb"(?<![A-Za-z0-9_])[0-9a-f]{6,}(?![A-Za-z0-9_])"  # of a commit, of a command: it may have no digit
# A word with letters and digits in it, as long as an id is, and what is joined to it.
_ID = rb"(?<![A-Za-z0-9_])(?=[A-Za-z_]*[0-9])(?=[0-9_]*[A-Za-z])[A-Za-z0-9_]{8,}(?:-[A-Za-z0-9_]+)*"
_DAY = rb"\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b"
_MONTH = (
    rb"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t|tember)?"
    rb"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"
)
# A temporary file, and the name that some make of its path: -tmp-a-b.
_TEMPORARY = rb"(?:/(?:var/)?tmp/[^\s\"'\\<>)\]},;:]+|-tmp-[A-Za-z0-9_-]+)"
_NAME = re.compile(b"|".join([_UUID, _TEMPORARY, _ID, _HEX]))
_LINE_END = re.compile(rb"(?:\\n|\n)+")
_CHANGING = re.compile(b"|".join([_UUID, _TEMPORARY, _ID, _HEX, _DAY, _MONTH, rb"[0-9]+"]))


def lasting(body: bytes) -> bytes:
    """Return a request without what changes from run to run, nor the order of its keys."""
    return _CHANGING.sub(b"#", _sorted(body))


def changing(body: bytes) -> bytes:
    """Return what was taken out of it, line by line."""
    return b"\n".join(_CHANGING.findall(_sorted(body)))


def _sorted(body: bytes) -> bytes:
    try:
        text = json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body  # it is compared as it stands
    return text.encode("utf-8", "surrogatepass")


def names(then: bytes, now: bytes) -> dict[bytes, bytes]:
    """Return the ids of one request by those of another of which the same lasts; both are its `changing`."""
    before, after = then.split(b"\n"), now.split(b"\n")
    if then == now or len(before) != len(after):
        return {}
    return {
        a: b
        for a, b in zip(before, after, strict=True)
        if a != b and _NAME.fullmatch(a) and _NAME.fullmatch(b)
    }


def lines(asked: bytes) -> bytes:
    """Return what lasts of a request with its lines in order: some CLIs list files as a hash has them."""
    return b"\n".join(sorted(_LINE_END.split(asked)))


def difference(one: bytes, other: bytes, around: int = 60) -> tuple[str, str]:
    """Return what two texts have where they first differ, with a little of what stands before it."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    begin = max(0, low - around // 2)
    found = [text[begin : low + around].decode("utf-8", "replace") for text in (one, other)]
    return found[0], found[1]

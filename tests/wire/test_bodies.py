"""Request bodies, each as what it adds to an earlier one."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from cab_core.redaction import Redactor
from cab_core.wire.bodies import Bodies, as_bytes, as_text
from tests.support.endpoint import KEY

TOKEN = "cab-0f3a9c51e7d24b6880aa17c3d94e5f6b2c1d0e9f"
PATH = "/srv/people/ada/.cache/cab"
SPELLINGS = [
    KEY, TOKEN, json.dumps(KEY), quote(KEY, safe=""), "".join(f"%{b:02x}" for b in KEY.encode()), KEY.encode().hex(),
    KEY.encode().hex().upper(), "".join(f"\\u{ord(c):04x}" for c in KEY),
    *(base64.b64encode(b"x" * n + KEY.encode()).decode() for n in range(3)), KEY[:20], KEY[9:], "\\n".join(KEY),
]  # fmt: skip
WORDS = st.sampled_from(
    [*SPELLINGS, PATH, f"{PATH}/x.py", f"{PATH}2", "é漢🙂", '{"role": "user"}', "\\n", "a" * 700, " "]
)
TEXTS = st.lists(WORDS | st.text(max_size=8), max_size=12).map("".join)


def redactor() -> Redactor:
    """Return what hides a key, a token and a path."""
    found = Redactor({KEY: "[key]", TOKEN: "[token]"})
    found.hide_path(PATH, "$CAB_CACHE")
    return found


def read_back(found: list[tuple[int, object]]) -> list[bytes]:
    """Return the bodies as a reader puts them together."""
    bodies: dict[int, bytes] = {}
    for n, body in found:
        base = bodies[body.like] if body.like is not None else b""
        bodies[n] = base[: body.first] + as_bytes(body.text) + base[len(base) - body.last :]
    return list(bodies.values())


@st.composite
def conversations(draw: st.DrawFn) -> list[bytes]:
    """Bodies of one cell: each is an earlier one that was cut, and had something put in or taken out."""
    bodies = [draw(TEXTS) + "z" * draw(st.sampled_from([0, 2000]))]
    for _ in range(draw(st.integers(1, 6))):
        text = bodies[draw(st.integers(0, len(bodies) - 1))]
        at = draw(st.integers(0, len(text)))
        bodies.append(text[:at] + draw(TEXTS) + text[at + draw(st.sampled_from([0, 0, 1, 9, 40])) :])
    return [body.encode() for body in bodies]


@given(conversations())
def test_what_is_read_back_is_the_body_without_secrets(bodies: list[bytes]) -> None:
    """Wherever it was edited, and whatever stood across the cut; searched as if each were alone."""
    taken = Bodies(redactor())
    found = read_back([(n, taken.take(n, raw)) for n, raw in enumerate(bodies, 1)])
    assert found == [redactor().data(raw) for raw in bodies]
    look = Redactor({KEY: "[key]", TOKEN: "[token]"})
    assert not any(look.finds(body) for body in found)


@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_any_bytes_come_back(bodies: list[bytes]) -> None:
    """Also what is no UTF-8, and no JSON; with nothing to hide not a byte is another."""
    taken = Bodies(Redactor())
    assert read_back([(n, taken.take(n, b"x" * 1500 + raw)) for n, raw in enumerate(bodies)]) == [
        b"x" * 1500 + raw for raw in bodies
    ]


@given(st.integers(1, len(KEY) - 1))
def test_a_secret_of_which_the_first_part_was_there_is_found(at: int) -> None:
    """The next body has the rest of it, right behind what both have in common."""
    before = b"z" * 3000 + KEY[:at].encode()
    taken = Bodies(redactor())
    found = read_back([(1, taken.take(1, before)), (2, taken.take(2, before + KEY[at:].encode() + b" more"))])
    assert found[1] == b"z" * 3000 + b"[key] more"


def test_a_conversation_that_grows_is_written_once() -> None:
    """Of a body that adds to an earlier one no more than that is there; side calls between do not matter."""
    taken = Bodies(redactor())
    taken.take(1, b"a" * 5000)
    taken.take(2, b"another, of a title")
    found = taken.take(3, b"a" * 5000 + b"new")
    assert (found.like, found.text, found.first) == (1, "new", 5000)


def test_a_text_stands_for_bytes() -> None:
    """Whatever they are."""
    data = bytes(range(256)) + "é漢🙂".encode()
    assert as_bytes(json.loads(json.dumps(as_text(data)))) == data

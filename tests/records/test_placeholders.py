"""Placeholders in published texts: what is one, and what only reads so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cab_core.records.placeholders import parts, published

MARKS = {"cab00aa": "YOUR_KEY", "cab11bb": "HOUSE", "cab22cc": "HOME"}
PIECES = st.lists(
    st.sampled_from([*MARKS, "$", "$$", "$YOUR_KEY", "${HOUSE}", "$HOME", "WORKDIR", "$WORKDIRS", "x", "{", "}", "_", " "])
    | st.text(max_size=3),
    max_size=12,
)  # fmt: skip


@given(PIECES)
def test_every_text_is_read_back_as_it_was(pieces: list[str]) -> None:
    """The placeholders are where the marks stood, and nowhere else, whatever the text speaks of."""
    text = "".join(pieces)
    found = list(parts(published(text, MARKS), ["YOUR_KEY", "HOUSE"]))
    marks = {name: mark for mark, name in MARKS.items()}
    assert "".join(literal + (marks[name] if name else "") for literal, name in found) == text


def test_what_an_earlier_cab_wrote_is_read() -> None:
    """A plain `$NAME` is a placeholder, in whatever it stands."""
    assert list(parts("openai/$YOUR_MODEL_ID", ["YOUR_MODEL_ID"])) == [
        ("openai/", "YOUR_MODEL_ID"),
        ("", None),
    ]


def test_a_longer_name_is_another() -> None:
    """`$HOMES` is no `$HOME`."""
    assert list(parts("$HOMES", [])) == [("$HOMES", None)]

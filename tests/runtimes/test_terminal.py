"""What installers say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cab_core.runtimes.terminal import clean_line


def test_colours_and_endless_lists_are_left_out() -> None:
    """pip names every version there is, and colours its errors."""
    line = "\x1b[31mERROR: no such version (from versions: " + ", ".join(map(str, range(999))) + ")\x1b[0m\n"
    assert clean_line(line).startswith("ERROR: no such version (from versions: 0, 1, 2")
    assert len(clean_line(line)) < 310 and "\x1b" not in clean_line(line)


@given(st.text())
def test_plain_text_stays(text: str) -> None:
    """What has no escape sequence and is short is left as it is, but for the line's end."""
    short = text.replace("\x1b", "")[:200]
    assert clean_line(short) == short.rstrip()

"""What adapters have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cab_core.plugins.toolkit import excerpt, shorten


def test_a_text_is_cut_between_words_and_says_so() -> None:
    """No word is left in half, and who reads it knows that there was more."""
    assert shorten("The quick brown fox jumps", 21) == "The quick brown (cut)"
    assert shorten("The quick brown fox", 19) == "The quick brown fox"
    assert shorten("x" * 30, 10) == "xxxx (cut)"


@given(text=st.text(), longest=st.integers(10, 60))
def test_a_short_text_is_as_long_as_it_may_be(text: str, longest: int) -> None:
    """What fits is left alone, and nothing is longer than it may be."""
    found = shorten(text, longest)
    assert len(found) <= longest and (found == text or found.endswith(" (cut)"))


def test_an_excerpt_says_how_much_is_left_out() -> None:
    """Lines beyond the last shown are counted."""
    assert excerpt("a\nb\nc", lines=2) == "a\nb\n(1 more lines)"
    assert excerpt("a\nb", lines=2) == "a\nb"

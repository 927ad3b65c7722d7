"""Text is broken so that it fits, and so that names stay whole; nothing of it is lost."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.cli.fold import columns, filled, fold, terminal_width
from cab_core.cli.text import broken, plain

ANY = st.text() | st.text("ab -/漢é\u0301❤\ufe0f👍🏽")


def letters(text: str) -> str:
    """Return what must be kept: everything but blanks."""
    return "".join(text.split(" "))


@settings(deadline=None)
@given(ANY.map(lambda t: plain(t, keep="")), st.integers(4, 90))
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    """Whatever the text is: wide letters, accents, no blank at all."""
    lines = fold(text, width)
    assert all(columns(line) <= width for line in lines)
    assert letters("".join(lines)) == letters(text)


@settings(deadline=None)
@given(
    st.lists(ANY.map(lambda t: plain(t, keep=""))), st.integers(4, 90), st.integers(0, 99), st.integers(0, 99)
)
def test_phrases_fit_too(phrases: list[str], width: int, first: int, rest: int) -> None:
    """With any indentation."""
    lines = list(filled(phrases, width, first, rest))
    assert all(columns(line) <= width for line in lines)
    assert letters("".join(lines)) == letters("".join(phrases))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("see mutations/py-interval-merge", 28, ["see", "mutations/py-interval-merge"]),
        ("mutations/py-interval-merge", 20, ["mutations/py-", "interval-merge"]),
        ("mutations/py-interval-merge", 10, ["mutations/", "py-", "interval-", "merge"]),
        ("a" * 12, 5, ["aaaaa", "aaaaa", "aa"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("two  blanks", 20, ["two  blanks"]),
    ],
)
def test_where_a_text_is_broken(text: str, width: int, lines: list[str]) -> None:
    """Between words; a word that fits no line behind a slash or a hyphen, and elsewhere only without one."""
    assert fold(text, width) == lines


def test_a_phrase_stays_whole() -> None:
    """It goes to the next line, indented, before it is broken."""
    assert list(filled(["[1/2] failed", "40 tokens", "p/one-two-three"], 26)) == [
        "[1/2] failed  40 tokens",
        "    p/one-two-three",
    ]


def test_a_pipe_gets_one_line() -> None:
    """However long."""
    assert list(filled(["a" * 200, "b" * 200], None)) == [f"{'a' * 200}  {'b' * 200}"]
    assert broken("x " * 200, None) == "x " * 200


def test_blanks_before_a_line_stay() -> None:
    """They are before what goes on of it, too."""
    assert broken("head\n    code that goes on", 16) == "head\n    code that\n    goes on"


def test_each_stream_has_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe has none; `COLUMNS` goes before what a terminal says of itself."""
    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = os.openpty()
    with os.fdopen(ours), os.fdopen(theirs, "w") as terminal:
        assert terminal_width(terminal) == 80  # it does not say
        monkeypatch.setenv("COLUMNS", "61")
        assert terminal_width(terminal) == 61
    with open(os.devnull) as file:
        assert terminal_width(file) is None

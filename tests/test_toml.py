"""TOML that people write is read, and what would take for ever is refused at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core import toml
from cab_core.errors import BadDocument
from cab_core.tasks.documents import read_toml

MANY = 100_000
FORMS = {
    "a key": ".".join("a" * MANY) + " = 1",
    "a key with spaces": "a . " * MANY + "a = 1",
    "a quoted key": '"a".' * MANY + "a = 1",
    "a table": "[" + "a." * MANY + "a]",
    "an inline table": "a = {" + "a." * MANY + "a = 1}",
    "lists": "a = " + "[" * MANY + "]" * MANY,
    "tables within one another": "a = " + "{a = " * MANY + "1" + "}" * MANY,
    "lists that are open": "a = " + "[\n" * MANY,
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_what_would_take_for_ever_is_the_mistake_of_its_author(tmp_path: Path, text: str) -> None:
    """It is told with its line."""
    (path := tmp_path / "x.toml").write_text("b = 1\n" + text)
    with pytest.raises(
        BadDocument, match=r"x\.toml: \(file\): cannot be parsed: .* more than 20 .*\(at line \d+\)"
    ):
        read_toml(path)


@pytest.mark.parametrize(
    "text",
    [
        "a = '''" + "x." * 50 + "[" * 50 + "'''\n" + 'b = """\\"""' + "x." * 50 + '"""\nc = "\\"' + "[" * 50 + '"',
        "# " + "x." * 50 + "[" * 50 + "\na = 1.5",
        "a = [" + "1.5, " * 500 + "]\n" + "[[b]]\nc = {d = [1]}\n" * 500,
    ],
)  # fmt: skip
def test_texts_and_comments_may_hold_anything(text: str) -> None:
    """Dots and brackets count where they are TOML's own."""
    assert toml.loads(text) == tomllib.loads(text)


@given(st.text(alphabet="ab.\"'[]{}=,\\\n# 1"))
def test_what_is_short_is_read_as_ever(text: str) -> None:
    """By the standard library, whose errors stay."""
    try:
        expected = tomllib.loads(text)
    except ValueError:
        expected = None
    try:
        found = toml.loads(text)
    except ValueError:
        found = None
    assert found == expected or text.count(".") >= toml.PARTS or sum(map(text.count, "[{")) > toml.OPEN


def test_a_string_that_is_never_closed_is_looked_at_once() -> None:
    """Each of these opens one within another's rest."""
    with pytest.raises(ValueError, match=r"Unterminated|Expected|Illegal"):
        toml.loads('a = """\n' + '\\"""\n' * MANY)


def test_it_is_the_one_reader_of_toml() -> None:
    """A second one would be a second place to guard."""
    root = Path(toml.__file__).parent.parent
    places = [root / name for name in ("cab_core", "adapters", "scorers", "task_packs", "executors")]
    files = [path for place in places for path in place.rglob("*.py")]
    assert [path.name for path in files if "tomllib" in path.read_text()] == ["toml.py"]

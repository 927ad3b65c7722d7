"""Placeholders in a published text: `$NAME` or `${NAME}` is for the reader to fill in.

What reads so by itself, because a prompt speaks of `$HOME`, has the dollars before the name twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

STANDING = {
    "YOUR_ENDPOINT": "base URL of your endpoint, such as http://127.0.0.1:8000/v1",
    "YOUR_KEY": "its key, or any word where it wants none",
    "YOUR_MODEL_ID": "a model that it knows",
}
PLACES = ("HOME", "WORKDIR")  # which the script itself makes


def published(text: str, marks: Mapping[str, str]) -> str:
    """Return a text in which each mark is the placeholder of its name, and nothing else is one."""
    names = [*marks.values(), *PLACES]
    doubled = _pattern(names).sub(lambda m: m[1] * 2 + m[2], text)
    for mark, name in marks.items():
        doubled = re.sub(rf"(\$*){mark}(?=(\w?))", lambda m, n=name: _placeholder(m, n), doubled)  # type: ignore[misc]
    return doubled


def _placeholder(found: re.Match[str], name: str) -> str:
    return found[1] * 2 + (f"${{{name}}}" if found[2] else f"${name}")


def parts(text: str, names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the text as pairs: a piece that stands for itself, and the name of the placeholder behind it."""
    start = 0
    for match in _pattern([*names, *PLACES]).finditer(text):
        dollars, name = len(match[1]), match[2].strip("{}")
        literal = text[start : match.start()] + "$" * (dollars // 2)
        yield (literal, name) if dollars % 2 else (literal + match[2], None)
        start = match.end()
    yield text[start:], None


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    known = "|".join(map(re.escape, names))
    return re.compile(rf"(\$+)((?:{known})(?!\w)|\{{(?:{known})\}})")

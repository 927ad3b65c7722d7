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
PACK = "YOUR_PACK"  # a directory, for `--pack`
PLUGIN = "YOUR_PLUGIN"  # a path, for `--plugin`


def published(text: str, marks: Mapping[str, str]) -> str:
    """Return a text in which each mark is the placeholder of its name, and nothing else is one."""
    known = _pattern([*marks.values(), *PLACES])
    pieces = re.split(f"({'|'.join(marks)})", text) if marks else [text]
    found = []
    for literal, mark, behind in zip(pieces[::2], [*pieces[1::2], ""], [*pieces[2::2], ""], strict=True):
        doubled = known.sub(lambda m: m[1] * 2 + m[2], literal)
        if mark:
            last = len(doubled) - len(doubled.rstrip("$"))
            name = marks[mark]
            doubled += "$" * last + (f"${{{name}}}" if re.match(r"\w", behind) else f"${name}")
        found.append(doubled)
    return "".join(found)


def parts(text: str, names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the text as pairs: a piece that stands for itself, and the name of the placeholder behind it."""
    literal, start = "", 0
    for match in _pattern([*names, *PLACES]).finditer(text):
        dollars = len(match[1])
        literal += text[start : match.start()] + "$" * (dollars // 2)
        start = match.end()
        if dollars % 2:
            yield literal, match[2].strip("{}")
            literal = ""
        else:
            literal += match[2]
    yield literal + text[start:], None


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    known = "|".join(map(re.escape, names))
    return re.compile(rf"(\$+)((?:{known})(?!\w)|\{{(?:{known})\}})")

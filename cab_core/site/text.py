"""Values as text for pages. Everything that an agent wrote is hostile: what is invisible is shown."""

from __future__ import annotations

import json
import math
from typing import Any

from markupsafe import Markup

from cab_core import stats

DASH = "–"


class _Escapes(dict[int, str]):
    """Characters by code: itself where it prints, else its escape. Filled as it is used."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        shown = char if char in "\n\t" or char.isprintable() else char.encode("unicode_escape").decode()
        self[code] = shown
        return shown


_ESCAPES = _Escapes()


def visible(text: object) -> str:
    """Return text whose control, bidi and surrogate characters are shown as escapes."""
    return str(text).translate(_ESCAPES)


def content(text: object) -> Markup:
    """Return visible text for the inside of an element alone: its quotation marks are not escaped."""
    return Markup(visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def figure(value: float | None, digits: int = 3) -> str:
    """Return a number for a page; a dash where it is unknown or does not apply."""
    return DASH if value is None else f"{value:,.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share in percent, with the digits that the browser would show."""
    return DASH if value is None else stats.percent(value, digits)


def span(interval: stats.Interval | None) -> str:
    """Return the ends of an interval of shares in percent."""
    if interval is None:
        return DASH
    return f"{percent(interval.low).removesuffix('%')}–{percent(interval.high)}"


def seconds(ms: float | None, digits: int = 1) -> str:
    """Return milliseconds as seconds."""
    return DASH if ms is None else f"{ms / 1000:.{digits}f}s"


def millis(ms: float | None) -> str:
    """Return a short time: milliseconds below one second, else seconds with two digits."""
    if ms is None:
        return DASH
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"


def exact(value: float) -> str:
    """Return a number for scripts and style sheets, to three digits and no longer than it must be."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def count(value: float | None) -> str:
    """Return a number of tokens; unknown is said in words."""
    return "not recorded" if value is None else f"{value:,.0f}"


def compact(value: Any) -> str:
    """Return a value as one line of JSON. Floats that are whole numbers are written without a point."""
    return json.dumps(_whole(value), ensure_ascii=False, separators=(",", ":"))


def json_line(value: Any) -> Markup:
    """Return a value as one line of JSON for a page, which may be broken after each comma."""
    return Markup(str(content(compact(value))).replace(",", ",<wbr>"))


def _whole(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value == int(value) else value
    if isinstance(value, dict):
        return {k: _whole(v) for k, v in value.items()}
    return [_whole(v) for v in value] if isinstance(value, list | tuple) else value


def json_lines(text: str) -> Markup:
    """Return lines of JSON that may stand in a `<script type="text/plain">` of a page: nothing ends it."""
    return Markup(text.replace("<", "\\u003c"))

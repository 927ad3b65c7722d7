"""What an endpoint says of an error, in whichever of the usual shapes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any

import attrs

_LOOKED_AT = 4000  # characters: what follows is an echo of the request, or a trace
_NAMES = (
    *("message", "msg", "status_msg", "type", "code", "status", "error_type", "detail", "error", "raw"),
    *("metadata", "innererror", "base_resp"),
)
_STATUS = ("code", "status_code", "statusCode", "status")
_PAGE = re.compile(r"[\s\ufeff]*<(!--|(!doctype html|html|head|body|center|h1)\b)", re.I)
_DECODER = json.JSONDecoder()
_PASSED_ON = re.compile(r"\{\s*['\"]|\[\s*\{")  # how JSON begins within words
_MOST = 3  # places of a text that are looked at
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]*>", re.I | re.S)


@attrs.frozen
class ErrorBody:
    """The words of an error, which part of the request it names, and the status that it gives.

    `status`: None where it gives none. `structured`: it came as an object. `page`: it is HTML.
    """

    words: str = ""
    param: str = ""
    status: int | None = None
    structured: bool = False
    page: bool = False

    @classmethod
    def of(cls, data: dict[str, Any], text: str = "") -> ErrorBody:
        """Read the object of an error's body, or its text where it is none."""
        if not data:
            return cls(words=one_line(text[:_LOOKED_AT]), page=is_page(text))
        error = data.get("error") or data.get("detail") or data
        inner = _passed_on(told(error))
        words = " ".join([*_words(_untyped(error)), *_words(inner)] if inner else _words(data)) or text
        status = _status(error) or _status(data)
        param = _param(error) or _param(inner.get("error") or inner.get("detail") or inner)
        return cls(words[:_LOOKED_AT], param, status, structured=True, page=is_page(told(error)))


def _passed_on(words: str) -> Mapping[str, Any]:
    """Return the body of an error that stands within the words of another, as relays put it; or nothing."""
    for place in [m.start() for m in _PASSED_ON.finditer(words[:_LOOKED_AT])][:_MOST]:
        try:
            found, _ = _DECODER.raw_decode(words, place)
        except (ValueError, RecursionError):
            continue
        found = found[0] if isinstance(found, list) else found
        if isinstance(found, dict) and found.keys() & {"error", "message", "detail"}:
            return found
    return {}


def _untyped(error: Any) -> Any:
    """Return a relay's error without its type, which its library makes of the status alone."""
    return {k: v for k, v in error.items() if k != "type"} if isinstance(error, dict) else error


def error_in(data: dict[str, Any]) -> Any:
    """Return the error that stands in an answer or an event of one, or None."""
    if data.get("error"):
        return data["error"]
    if "error" in (data.get("object"), data.get("type")):
        return data
    base = data.get("base_resp")  # MiniMax has one in every answer
    if isinstance(base, dict) and base.get("status_code") not in (None, 0):
        return base
    bare = "choices" not in data and isinstance(data.get("message"), str) and _status(data) is not None
    return data if bare else None


def told(error: Any) -> str:
    """Return what a person should know of an error."""
    if not isinstance(error, dict):
        return str(error)
    return str(next((error[n] for n in _NAMES if error.get(n)), "an error without words"))


def one_line(text: str) -> str:
    """Return a short text in one line; of a page what can be read on it."""
    readable = html.unescape(_TAG.sub(" ", text)) if is_page(text) else text
    return " ".join(readable.split())


def is_page(text: str) -> bool:
    """Return whether a text is a web page, and no word of an API."""
    return _PAGE.match(text) is not None


def _status(error: Any) -> int | None:
    """Return the status that is given, as a number or as its digits."""
    found = [error.get(name) for name in _STATUS] if isinstance(error, dict) else []
    texts = [str(value) for value in found if isinstance(value, (int, str))]
    return next((int(t) for t in texts if re.fullmatch("[45][0-9][0-9]", t)), None)


def _words(value: Any, depth: int = 0) -> list[str]:
    """Return what is said; not what is echoed, which is the agent's own and shows nothing."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and depth < 5:
        return [w for item in value[:20] for w in _words(item, depth + 1)]
    if isinstance(value, dict) and depth < 5:
        return [w for name in _NAMES for w in _words(value.get(name), depth + 1)]
    return []


def _param(error: Any) -> str:
    """Return the part of the request: `param` of OpenAI's errors, `loc` of FastAPI's."""
    if isinstance(error, list) and error:
        error = error[0]
    if not isinstance(error, dict):
        return ""
    if isinstance(error.get("loc"), list):
        return ".".join(str(part) for part in error["loc"] if part != "body")
    return error["param"] if isinstance(error.get("param"), str) else ""

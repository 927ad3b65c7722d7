"""What an endpoint says of an error, in whichever of the usual shapes."""

from __future__ import annotations

from typing import Any

import attrs

_LOOKED_AT = 4000  # characters: what follows is an echo of the request, or a trace
_NAMES = ("message", "msg", "type", "code", "status", "error_type", "detail", "error", "raw")


@attrs.frozen
class ErrorBody:
    """The words of an error, which part of the request it names, and the status that it gives."""

    words: str = ""
    param: str = ""
    status: int = 502

    @classmethod
    def of(cls, data: dict[str, Any], text: str = "") -> ErrorBody:
        """Read the object of an error's body, or its text where it is none."""
        error = data.get("error") or data.get("detail") or data
        words = " ".join(_words(error)) or text
        code = error.get("code") if isinstance(error, dict) else None
        status = code if isinstance(code, int) and 400 <= code < 600 else 502
        return cls(words=words[:_LOOKED_AT], param=_param(error), status=status)


def _words(value: Any, depth: int = 0) -> list[str]:
    """Return what is said; not what is echoed, which is the agent's own and shows nothing."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and depth < 4:
        return [w for item in value[:20] for w in _words(item, depth + 1)]
    if isinstance(value, dict) and depth < 4:
        inner = [*(value.get(n) for n in _NAMES), value.get("metadata"), value.get("innererror")]
        return [w for item in inner for w in _words(item, depth + 1)]
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

"""Harbor's reward: `reward.json`, a number or a flat object of numbers, wins over `reward.txt`, one number.

Every figure must be at least 1: less is a part of the task. What is no finite number is no report at all.
"""

from __future__ import annotations

import json
import math
from typing import Any

from .report import NoReport, Report

FILES = ("reward.json", "reward.txt")  # the first that is there counts
_FULL = 1.0
_SHOWN = 60  # characters of what was found instead


def read_reward(name: str, data: bytes) -> Report:
    """Return a reward file as a report with a test for each figure; `name` is one of `FILES`.

    Raises:
        NoReport: it holds no figure, or something that is none.
    """
    text = data.decode("utf-8", "replace").strip()
    figures = _of_json(text) if name == FILES[0] else {"reward": _number("", _parsed(float, text, name))}
    report = Report()
    for key, figure in figures.items():
        if figure >= _FULL:
            report.add(key, "passed")
        else:
            report.add(f"{key} is {figure:g} of {_FULL:g}", "failed")
    return report


def _of_json(text: str) -> dict[str, float]:
    found = _parsed(lambda said: json.loads(said, object_pairs_hook=_once), text, FILES[0])
    if not isinstance(found, dict):
        return {"reward": _number("", found)}
    if not found:
        raise NoReport(f"{FILES[0]} holds no figure")
    return {key: _number(f" for {key[:_SHOWN]!r}", value) for key, value in found.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; one that has a key twice says two things."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
        raise NoReport(f"{FILES[0]} has {twice[:_SHOWN]!r} twice, expected it once")
    return found


def _parsed(read: Any, text: str, name: str) -> Any:
    try:
        return read(text)
    except (ValueError, RecursionError) as exc:
        expected = "a number" if name == FILES[1] else "JSON"
        raise NoReport(f"{name} holds {text[:_SHOWN]!r}, expected {expected}") from exc


def _number(where: str, value: Any) -> float:
    if isinstance(value, bool | int | float):
        try:
            figure = float(value)
        except OverflowError:
            figure = math.inf
        if math.isfinite(figure):
            return figure
        raise NoReport(f"the reward{where} is {str(value)[:_SHOWN]}, expected a finite number")
    nested = "nested data" if isinstance(value, dict | list) else "nothing"
    what = f"the text {value[:_SHOWN]!r}" if isinstance(value, str) else nested
    raise NoReport(f"the reward{where} is {what}, expected a number")

"""Badges: the picture, and the same as JSON for a service that draws it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from cab_core.records import OUTCOMES
from cab_core.site.build import build_site
from tests.site.made import Made

AT = "badge/aider/acme/coder-1"
# What shields.io holds an answer against: https://shields.io/badges/endpoint-badge, and `endpointSchema` in
# services/endpoint-common.js of https://github.com/badges/shields, which refuses keys that it does not know.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"type": "string", "pattern": "^[0-9a-f]{6}$"},
        "isError": {"type": "boolean"},
    },
}


def badges(root: Path, **said: Any) -> tuple[dict[str, Any], str, str]:
    """The JSON of one cell's badge, and the text and the colour on the right of its picture."""
    made = Made(**said)
    made.write(root / "runs")
    site = build_site([root / "runs"], root / "site").parent
    svg = ElementTree.fromstring((site / AT / f"{made.task}.svg").read_text())
    texts = svg.findall(".//{*}text")
    fills = [rect.get("fill", "") for rect in svg.findall("./{*}g/{*}rect")]
    return json.loads((site / AT / f"{made.task}.json").read_text()), str(texts[1].text), fills[1]


@pytest.mark.parametrize("marks", [(), ("scripted",), ("provisional",), ("sealed",)], ids=str)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_both_say_the_same(tmp_path: Path, outcome: str, marks: tuple[str, ...]) -> None:
    """In words and in colour, whatever became of the cell; an error is a cell without a verdict."""
    said, text, colour = badges(tmp_path, outcome=outcome, marks=marks)
    jsonschema.validate(said, SCHEMA)
    assert (said["label"], said["message"], f"#{said['color']}") == ("CodingAgentBench", text, colour)
    assert said.get("isError", False) is not OUTCOMES[outcome].counted
    assert ("left out: " in text) is not OUTCOMES[outcome].counted
    assert [m for m in ("scripted", "provisional") if f"({m})" in text] == [m for m in marks if m != "sealed"]
    assert outcome.replace("_", " ") in text


def test_a_percentage_says_of_what(tmp_path: Path) -> None:
    """Of a solved task the composite; a failed one has none, which would look like a rate."""
    assert badges(tmp_path / "1", outcome="passed")[0]["message"] == "passed · composite 90%"
    assert badges(tmp_path / "2", outcome="failed")[0]["message"] == "failed"


def test_a_name_takes_no_badge_of_another(tmp_path: Path) -> None:
    """Where a task is called like the file of a badge."""
    for task in ("p/t", "p/t.json/x", "p/t.svg/x"):
        Made(task=task).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert len(list((site / "badge").rglob("*.json"))) == len(list((site / "badge").rglob("*.svg"))) == 3

"""Calls on a cell page: one that brought no answer does not look like one that did; what is unknown says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from cab_core.cli import results
from cab_core.records import ModelCall
from cab_core.site.build import build_site
from cab_core.site.calls import end_of, ends
from tests.site.conftest import Browser
from tests.site.made import Made, span

GOOD = Made().calls()[0]
SILENT: dict[str, Any] = {"first_token_ms": None, "finish_reason": None, "usage": type(GOOD.usage)()}
BAD: dict[str, tuple[ModelCall, str]] = {
    "an answer of status 500": (attrs.evolve(GOOD, status=500, fault="http_500", **SILENT), "no answer of a model · http_500"),
    "an endpoint that was not there": (attrs.evolve(GOOD, status=None, fault="unreachable", **SILENT), "no answer of a model · unreachable"),
    "an error in mid-stream": (attrs.evolve(GOOD, fault="dropped", finish_reason=None), "no answer of a model · dropped"),
    "a refusal by an earlier cab": (attrs.evolve(GOOD, status=400, **SILENT), "refused by the endpoint · HTTP 400"),
    "a refusal for the context": (attrs.evolve(GOOD, status=400, refused="context", **SILENT), "refused by the endpoint · context"),
    "a CLI that hung up": (attrs.evolve(GOOD, broken_off=True, hung_up=True, finish_reason=None), "the CLI hung up"),
    "an answer that never ended": (attrs.evolve(GOOD, broken_off=True, finish_reason=None), "the run ended in mid-answer"),
    "an endpoint that said nothing": (attrs.evolve(GOOD, status=None, broken_off=True, **SILENT), "nothing had come when the run ended"),
}  # fmt: skip


def page(tmp_path: Path, *calls: ModelCall, **said: Any) -> tuple[str, Path]:
    """The text of a cell's page, without its tags, and where it is."""
    made = Made(made_calls=calls, **said)
    made.write(tmp_path / "runs")
    out = build_site([tmp_path / "runs"], tmp_path / "site").parent
    path = out / f"cell/aider/acme/coder-1/{made.task}/index.html"
    return path.read_text(), path


def row(html: str) -> tuple[str, str]:
    """The tag and the text of the first call's row."""
    table = html.partition('aria-label="Model calls"')[2].partition("</tbody>")[0]
    tag, _, rest = table.partition("<tbody>")[2].strip().partition(">")
    return tag, " ".join(re.sub(r"<[^>]+>", " ", rest).split())


@pytest.mark.parametrize("name", BAD)
def test_a_call_without_an_answer_is_told_from_one_with(tmp_path: Path, name: str) -> None:
    """By its row and by words, in the table and above it, and among the spans, of which the replay is made."""
    call, says = BAD[name]
    html, _ = page(tmp_path, call)
    tag, text = row(html)
    assert 'class="failed"' in tag and says in text
    assert f"<p>How they ended: {end_of(call).says}: 1.</p>" in html
    spans = html.partition('id="h-spans"')[2].partition("</section>")[0]
    [failed] = re.findall('<tr class="failed" .*', spans)
    assert "model_call:1" in failed and end_of(call).says in failed


def test_a_call_with_an_answer_is_drawn_as_one(tmp_path: Path) -> None:
    """And nothing of it is called failed."""
    html, _ = page(tmp_path, GOOD)
    tag, text = row(html)
    assert "failed" not in tag and "✓ answered · stop" in text
    assert html.count('class="failed"') == 0


def test_ends_are_counted() -> None:
    """Those of a kind together, the answered first."""
    calls = [GOOD, *(attrs.evolve(BAD["an answer of status 500"][0], n=n) for n in range(2, 29))]
    assert ends(calls) == "answered: 1, no answer of a model: 27"


def test_a_mark_in_the_recording_says_that_no_answer_came(browser: Browser, tmp_path: Path) -> None:
    """In the browser, where the marks are made."""
    _, path = page(tmp_path, GOOD, attrs.evolve(BAD["an answer of status 500"][0], n=2))
    browser.open(path.as_uri())
    marks = browser.all("#playback-stage .marks button")
    assert [m.text for m in marks] == ["model call 1", "model call 2 ✗ no answer of a model"]
    assert browser.faults() == []


def test_a_bar_of_the_replay_says_that_no_answer_came(browser: Browser, tmp_path: Path) -> None:
    """As does the row of its span, of which the bar is made."""
    _, path = page(tmp_path, BAD["an answer of status 500"][0])
    browser.open(path.as_uri())
    [bar] = browser.all(".gantt li.failed")
    assert bar.text.startswith("model_call:1 ✗ no answer of a model")
    assert bar.find_element("css selector", "button").get_attribute("title") == "model_call: model_call:1"
    assert browser.run("return document.querySelectorAll('.gantt li').length") == 6


def test_a_lower_bound_is_shown_where_the_tokens_are_unknown(tmp_path: Path) -> None:
    """On the page of the cell, in its tables, in the terminal; and it is no figure."""
    call = attrs.evolve(
        BAD["an answer that never ended"][0], usage=type(GOOD.usage)(), events=613, at_least=613
    )
    html, path = page(tmp_path, call, outcome="limit_wall")
    assert html.count("at least 613") == 3
    assert "at least 613" in (tmp_path / "site/index.html").read_text()
    said = (
        CliRunner().invoke(results.command, ["--runs", str(tmp_path / "runs")], catch_exceptions=False).output
    )
    assert "at least 613" in said


def test_what_an_earlier_cab_called_the_first_token_is_told(tmp_path: Path) -> None:
    """It was the first byte. A call of today knows both."""
    assert "took the first byte" in page(tmp_path / "old", GOOD)[0]
    assert "took the first byte" not in page(tmp_path / "new", attrs.evolve(GOOD, received=99))[0]


def test_an_unknown_duration_is_not_0_ms(tmp_path: Path) -> None:
    """Of a span in foreign data."""
    lines = [span("a", None, "adapter_run", "run", 0, 5, {}) | {"duration_ms": None}]
    spans = page(tmp_path, spans=lines)[0].partition('id="h-spans"')[2].partition("</section>")[0]
    assert "unknown" in spans and "0 ms</td></tr>" not in spans

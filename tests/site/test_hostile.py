"""Everything that an agent, a model or a task wrote is hostile text: it is shown, and nothing of it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.records import Accounted, TokenClaim
from cab_core.site.build import build_site
from tests.site.conftest import Browser
from tests.site.made import Made, span

# Each would set window.pwned, load something, or hide or reorder text.
HTML = "<script>window.pwned=1</script><img src=x onerror='window.pwned=2'>\"><svg onload=window.pwned=3>"
CLOSING = "</script></pre></textarea></title><script>window.pwned=4</script><!--"
LINK = "javascript:window.pwned=5"
TEMPLATE = "{{ 7*7 }}{% raw %}${window.pwned=6}`"
HIDDEN = "left\u202eright\u2066\u200b\x00\x07\x1b[31m\u2028end\udcff"
ALL = f"{HTML} {CLOSING} {LINK} {TEMPLATE} {HIDDEN}"
# A terminal is given escape sequences besides: a title, a hyperlink, a clipboard write, a half sequence.
STREAM = f"\x1b]0;{CLOSING}\x07\x1b]8;;{LINK}\x07click\x1b]8;;\x07\x1b]52;c;ZXZpbA==\x07{HTML}\r\n{CLOSING}\u202e\x1b["


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose one cell is hostile in every place."""
    root = tmp_path_factory.mktemp("hostile")
    text = ALL.replace("\udcff", "")
    for model in (f"m/{LINK}/{HTML}", "m/other"):
        Made(
            sweep=f"s {HTML}",
            tui="aider",
            model=model,
            task=f"pack/{CLOSING}",
            title=ALL,
            prompt=ALL,
            why=ALL,
            reply=ALL,
            path=ALL,
            patch=f"diff --git a/{text} b/{text}\n--- a/{text}\n@@ -1 +1 @@\n-{text}\n+{text}\n",
            stdout=text,
            tail=text,
            host={"system": ALL, "sandbox": {HTML: ALL, "pids": 512}},
            stack=(HTML,),
            applied=(Accounted(item=HTML, reason=ALL),),
            claim=TokenClaim(prompt=1, completion=1, source=ALL),
            events=[[0.1, "o", STREAM], [0.2, "m", ALL], [0.3, "o", ALL], [0.4, "o", "the end"]],
            spans=[span(HTML, None, CLOSING, ALL, 0, 5, {ALL: ALL, "argv": [HTML, LINK]})],
            scores={"pass_rate": {"stdout_tail": ALL, CLOSING: LINK}},
        ).write(root / "runs")
    return build_site([root / "runs"], root / "site", base_url="https://example.org").parent


def pages(site: Path) -> list[Path]:
    """Return all pages of a site."""
    return sorted(site.rglob("*.html"))


def test_nothing_runs_on_any_page(browser: Browser, hostile: Path) -> None:
    """With all boxes open and all buttons pressed, no hostile text has run."""
    found = pages(hostile)
    assert len(found) > 14
    for page in found:
        browser.open(page.as_uri())
        browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
        for button in browser.all("button"):
            browser.run("arguments[0].click()", button)
        assert browser.run("return window.pwned ?? null") is None, page
        assert browser.faults() == [], page
        outside = [u for u in browser.requests() if not u.startswith((hostile.as_uri(), "data:", "about:"))]
        assert outside == [], page


def test_no_link_leads_into_a_script(browser: Browser, hostile: Path) -> None:
    """No address leads outside or into a script, and no element has an inline handler."""
    for page in pages(hostile):
        browser.open(page.as_uri())
        script = "return [...document.querySelectorAll('a[href], img, iframe')].map(e => e.href || e.src)"
        assert [h for h in browser.run(script) if not h.startswith((hostile.as_uri(), "data:"))] == [], page
        inline = browser.run(
            "return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
            ".filter(a => a.name.startsWith('on')).map(a => a.name)"
        )
        assert inline == [], page


def test_all_of_it_is_shown(browser: Browser, hostile: Path) -> None:
    """Hostile text is there to be read, in every place that shows such text."""
    page = next(
        p for p in pages(hostile) if "cell" in p.parts and p.name == "index.html" and "other" in p.parts
    )
    browser.open(page.as_uri())
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    text = browser.run("return document.querySelector('main').textContent")
    for place in ("#transcript", "#diff", "#grader", "#spans", "#breakdown", "#endpoint ~ #stack", "#replay"):
        shown = browser.run("return document.querySelector(arguments[0]).textContent", place)
        assert "<script>window.pwned=1</script>" in shown or "pwned=4" in shown, place
    assert "left\\u202eright\\u2066\\u200b\\x00\\x07\\x1b[31m\\u2028end" in text
    hidden = browser.run(
        r"return /[\p{Cf}\u2028]|[\0-\x08\x0b-\x1f]/u.exec(document.body.textContent)?.[0] ?? null"
    )
    assert hidden is None


def test_the_terminal_shows_text_and_nothing_else(browser: Browser, hostile: Path) -> None:
    """The terminal shows text and escapes, and drops what would act on a real one."""
    page = next(
        p for p in pages(hostile) if "cell" in p.parts and p.name == "index.html" and "other" in p.parts
    )
    browser.open(page.as_uri())
    screen = browser.one(".screen").get_attribute("textContent")
    assert "<script>window.pwned=1</script>" in screen
    assert "\\u{202e}" in screen
    assert "the end" in screen
    assert "ZXZpbA" not in screen
    assert browser.run("return document.querySelectorAll('.screen :not(span)').length") == 0

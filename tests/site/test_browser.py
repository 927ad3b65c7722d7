"""The pages in a real Chromium, from disk and over http."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from cab_core.site.build import build_site
from tests.site.conftest import Browser
from tests.site.made import Made

CELL = "cell/aider/acme/coder-1/mutations/off-by-one/index.html"
PAGES = (
    "index.html", "matrix.html", "compare.html", "tasks.html", "recordings.html", "sweeps.html", "method.html",
    "pack/mutations/index.html", "pack/mutations/matrix.html", "config/aider/acme/coder-1/index.html",
    "task/mutations/off-by-one/index.html", "sweep/earlier/index.html", CELL,
    "cell/aider/acme/coder-1/mutations/off-by-one/index.html#card",
    "calibration/index.html", "calibration/aider/index.html",
)  # fmt: skip


def now(browser: Browser) -> float:
    """The replay's time in milliseconds."""
    return float(browser.run("return Number(document.querySelector('#replay-stage input').value)"))


def current(browser: Browser) -> str:
    """Return the name of the span that the replay is at."""
    return str(browser.run("return document.querySelector('.gantt li[aria-current] button').textContent"))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_quiet_and_asks_no_other_host(browser: Browser, base: str, page: str) -> None:
    """A page logs no fault, asks no other host for anything and shows some text."""
    browser.open(f"{base}/{page}")
    browser.until(lambda: browser.run("return document.readyState") == "complete")
    assert browser.faults() == []
    foreign = [
        u for u in browser.requests() if not u.startswith((base, "data:", "blob:", "about:", "chrome:"))
    ]
    assert foreign == []
    assert browser.one("main, body").text


def test_a_frame_shows_a_cells_card(browser: Browser, base: str) -> None:
    """Its name, which leads to the page, its outcome and its figures; and nothing else of the page."""
    browser.open(f"{base}/{CELL}#card")
    shown = browser.run(
        "return [...document.querySelectorAll('h1, .pill, .figures, header, nav, footer, section')]"
        ".filter(e => e.checkVisibility()).map(e => e.id || e.className || e.tagName)"
    )
    assert shown == ["H1", "o-fail pill", "axes", "figures"]
    browser.run("document.body.style.width = '480px'")  # of the frame that is printed, which is 250 high
    assert int(browser.run("return document.body.offsetHeight")) <= 250
    link = browser.one(".framed a")
    assert link.is_displayed() and str(link.get_attribute("href")).endswith("index.html")


def test_replay_plays_pauses_and_comes_to_its_end(browser: Browser, base: str) -> None:
    """The space bar starts and stops the replay, which ends where the last span does."""
    browser.open(f"{base}/{CELL}")
    stage = browser.one("#replay-stage")
    assert "t = 0 ms / 12.10 s" in stage.text
    stage.send_keys(" ")
    browser.until(lambda: now(browser) > 100)
    stage.send_keys(" ")
    held = now(browser)
    assert browser.one("#replay-stage [data-do=play]").text == "Play"
    assert now(browser) == held
    browser.run("const s = document.querySelector('#replay-stage select'); s.value = '20'")
    stage.send_keys(" ")
    browser.until(lambda: browser.one("#replay-stage [data-do=play]").text == "Play")
    assert now(browser) >= 12_000


def test_replay_steps_spans_and_tenths_of_a_second(browser: Browser, base: str) -> None:
    """Arrow keys step from span to span, comma and period by 100 ms."""
    browser.open(f"{base}/{CELL}")
    stage = browser.one("#replay-stage")
    seen = [current(browser)]
    for _ in range(5):
        stage.send_keys(Keys.ARROW_RIGHT)
        seen.append(current(browser))
    assert [s.split(":")[0] for s in seen] == [
        "prepare",
        "aider",
        "applied_plugins",
        "aider",
        "model_call",
        "cleanup",
    ]
    stage.send_keys(Keys.ARROW_LEFT)
    assert current(browser) == "model_call:1"
    assert now(browser) == 3000
    stage.send_keys("..")
    assert now(browser) == 3200
    stage.send_keys(",")
    assert now(browser) == 3100
    assert "status" in browser.one("[data-span]:not([hidden])").text


def test_replay_keys_work_without_focus_while_it_is_in_view(browser: Browser, base: str) -> None:
    """Keys reach the replay while it is in view, and not when it is out of it."""
    browser.open(f"{base}/{CELL}")
    browser.run("document.querySelector('#replay-stage').scrollIntoView({behavior: 'instant'})")
    browser.one("body").send_keys(".")
    assert now(browser) == 100
    browser.run("scrollTo({top: 0, behavior: 'instant'})")
    browser.one("body").send_keys(".")
    assert now(browser) == 100


def test_replay_seeks_by_slider_and_by_span(browser: Browser, base: str) -> None:
    """The slider and a span's name both lead to that moment."""
    browser.open(f"{base}/{CELL}")
    browser.run(
        "const r = document.querySelector('#replay-stage input'); r.value = 4000; r.dispatchEvent(new Event('input'))"
    )
    assert current(browser) == "model_call:1"
    browser.run("[...document.querySelectorAll('.gantt button')].at(-1).click()")
    assert current(browser) == "cleanup:aider"


def screen(browser: Browser) -> str:
    """Return what the playback's terminal shows."""
    return str(browser.run("return document.querySelector('.screen').textContent"))


def test_playback_shows_plays_seeks_and_marks(browser: Browser, base: str) -> None:
    """The recording is shown as its terminal showed it, plays, and is sought by its marks."""
    browser.open(f"{base}/{CELL}")
    browser.until(lambda: "Applied edit" in screen(browser))
    assert "thinking |" not in screen(browser), "a line that was overwritten is not shown twice"
    assert browser.run("return document.querySelector('.screen .f1') !== null")
    marks = browser.all("#playback-stage .marks button")
    assert [m.text for m in marks] == ["model call 1", "model call 2"]
    marks[0].click()
    assert "line 8" in screen(browser)
    assert "thinking" not in screen(browser)
    browser.run("document.querySelector('#playback-stage select').value = '10'")
    browser.one("#playback-stage [data-do=play]").click()
    browser.until(lambda: "Applied edit" in screen(browser))
    browser.until(lambda: browser.one("#playback-stage [data-do=play]").text == "Play")


def test_playback_can_keep_or_skip_long_pauses(browser: Browser, base: str) -> None:
    """The box for long pauses changes how long the playback is."""
    browser.open(f"{base}/{CELL}")
    assert "4.1 s" in browser.one("#playback-stage output").text
    browser.one("#playback-stage [data-do=idle]").click()
    assert "7.0 s" in browser.one("#playback-stage output").text


@pytest.mark.parametrize(("page", "column"), [("index.html", "Tokens/solved"), ("tasks.html", "Share")])
def test_what_is_unknown_is_sorted_last_both_ways(
    browser: Browser, tmp_path: Path, page: str, column: str
) -> None:
    """It is neither the least nor the most: tokens that nobody counted, a rate without a verdict."""
    for tui, tokens in (("aider", (100, 20)), ("copilot", None), ("opencode", (300, 20))):
        Made(tui=tui, task="p/a", tokens=tokens).write(tmp_path / "runs")
        Made(tui=tui, task="p/b", outcome="infra_upstream", tokens=None).write(tmp_path / "runs")
        Made(tui=tui, task="p/c", outcome="failed", tokens=tokens).write(tmp_path / "runs")
    browser.open((build_site([tmp_path / "runs"], tmp_path / "site").parent / page).as_uri())
    [head] = [h for h in browser.all("table.sortable thead th") if h.text == column]
    at = browser.run("return arguments[0].cellIndex", head)
    sorted_both_ways = []
    for _ in range(2):
        head.find_element("css selector", "button").click()
        cells = browser.all(f"table.sortable tbody tr > :nth-child({at + 1})")
        sorted_both_ways.append([cell.text.split()[0] for cell in cells])
    one, other = sorted_both_ways
    assert one[-1] == other[-1] == "–"
    assert one[:-1] == other[-2::-1] and len(set(one)) == 3


def test_a_table_is_sorted_by_its_headings(browser: Browser, base: str) -> None:
    """A heading sorts its column up, then down, numbers as numbers."""
    browser.open(f"{base}/tasks.html")
    heads = browser.all("table.sortable thead th")
    heads[0].find_element("css selector", "button").click()
    assert heads[0].get_attribute("aria-sort") == "ascending"
    first = [a.text for a in browser.all("table.sortable tbody th a")]
    assert first == sorted(first)
    heads[0].find_element("css selector", "button").click()
    assert [a.text for a in browser.all("table.sortable tbody th a")] == first[::-1]
    heads[4].find_element("css selector", "button").click()
    assert heads[4].get_attribute("aria-sort") == "descending"
    rates = [float(r.text.rstrip("%")) for r in browser.all("table.sortable tbody td:last-child")]
    assert rates == sorted(rates, reverse=True)


def test_a_leaderboard_marks_what_has_not_run_all(browser: Browser, base: str) -> None:
    """And says what a mark means; cells of scripted models are told of, and in no table."""
    browser.open(f"{base}/index.html")
    assert any("incomplete" in table.text for table in browser.all("table.board"))
    text = browser.one("main").text
    assert "a configuration without one on some task of the page" in text
    assert "1 cell of scripted models" in text and "scripted:oracle" not in text


def test_filters_hide_what_does_not_match(browser: Browser, base: str) -> None:
    """A search leaves only the entries that hold all of its words."""
    browser.open(f"{base}/recordings.html")
    browser.one("input[type=search]").send_keys("opencode coder-2 borrow")
    shown = [li for li in browser.all(".cards li") if li.is_displayed()]
    assert len(shown) == 1
    browser.open(f"{base}/task/mutations/off-by-one/index.html")
    browser.one("input[type=search]").send_keys("opencode")
    rows = [r.text for r in browser.all("table.sortable tbody tr") if r.is_displayed()]
    assert len(rows) == 2 and all("opencode" in r for r in rows)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, site: Path, axe: str, page: str, scheme: str, pictures: Path
) -> None:
    """axe-core reports no serious fault of accessibility, in light and in dark."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.open(f"{site.as_uri()}/{page}")
    browser.driver.save_screenshot(str(pictures / f"{page.replace('/', '-')}-{scheme}.png"))
    browser.run(axe)
    found = browser.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document).then(r => done(r.violations.map(v =>"
        " [v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html + ' | ' + n.failureSummary).join(' || ')])))"
    )
    assert [v for v in found if v[1] in ("serious", "critical")] == []


def test_a_phone_sees_the_whole_width(browser: Browser, site: Path, pictures: Path) -> None:
    """No page is wider than a phone's screen."""
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        for page in PAGES:
            browser.open(f"{site.as_uri()}/{page}")
            wide = browser.run("return document.documentElement.scrollWidth")
            browser.driver.save_screenshot(str(pictures / f"{page.replace('/', '-')}-phone.png"))
            assert wide <= 390, page
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_long_recording_does_not_hold_up_the_page(browser: Browser, tmp_path: Path) -> None:
    """17,000 events are no work until they are looked at, and a jump within them is one step."""
    text = "\x1b[32mline {}\x1b[0m and as much text as a line of a terminal tends to hold, or more\r\n"
    Made(events=[[i / 100, "o", text.format(i)] for i in range(17_000)]).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    browser.open(f"{site.as_uri()}/{CELL}")
    assert "line" not in str(browser.run("return document.getElementById('playback-stage').textContent"))
    browser.run("document.getElementById('playback-stage').scrollIntoView()")
    browser.until(lambda: "line 16999" in screen(browser))
    back = "const r = document.querySelector('#playback-stage input'); r.value = 80;"
    jumped = "r.dispatchEvent(new Event('input')); return document.querySelector('.screen').textContent"
    shown = str(browser.run(f"{back} {jumped}"))
    assert "line 8000 " in shown and "line 8001 " not in shown

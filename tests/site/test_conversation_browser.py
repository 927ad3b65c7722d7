"""The conversation of a cell page in a real Chromium, from disk and over http."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from selenium.webdriver.common.keys import Keys

from cab_core.site.build import build_site
from cab_core.site.serve import server
from tests.site.conftest import Browser
from tests.site.made import Made, span
from tests.site.talked import START, Message, call, long, much, ran, result, small, spoken, tool
from tests.site.test_hostile import ALL, CLOSING, HTML, LINK

SMALL, LONG, HOSTILE, TOOLS, MUCH = (
    f"cell/aider/acme/coder-1/t/{name}/index.html" for name in ("small", "long", "hostile", "tools", "much")
)

ELEMENTS = 25  # of one turn, at the most


def hostile() -> Made:
    """Every text of a conversation wants to be more than one."""
    text = ALL.replace("\udcff", "")
    calls = (
        tool(HTML, {"command": text, HTML: text}, f"1{HTML}"), tool("edit", {"path": text, "old_string": text, "new_string": CLOSING}, LINK),
        tool("odd", text, "3"), tool("write", {"file_path": text, "content": text, "__proto__": {"x": HTML}}, "4"),
        tool("deep", "[" * 5000 + "]" * 5000, "5"), tool("patch", f"*** Begin Patch\n+{text}\n-{text}\n@@ {text}", "6"),
    )  # fmt: skip
    said = spoken(f"{text}\n<<<<<<< SEARCH\n{text}\n=======\n{text}\n>>>>>>> REPLACE", *calls, reasoning=text)
    begin: list[Message] = [
        {"role": "system", "content": f"{text}\n" * 40},
        {"role": "user", "content": text},
    ]
    back = [result(c["id"], f'{{"output": "{HTML}"}}' if n else text) for n, c in enumerate(calls)]
    orphan = result("nobody", text)
    wire = (
        call(begin, said),
        call([*begin, said, *back, orphan], None),
        call([{"role": HTML, "content": [{"type": HTML}]}], spoken(text)),
    )
    failed = ran(2, 2000, status=500, fault="http_500", error=text[:300])
    spans = [
        span("m", None, "model_call", "model_call:1", 0, 5, {}),
        span("x", None, "container", HTML, 0, 9000, {}),
    ]
    return Made(
        wire=wire, made_calls=(ran(1, 1000), failed, ran(3, 3000)), spans=spans, prompt=text, reply=text
    )


def tools() -> Made:
    """One tool call of each form."""
    patch = "*** Begin Patch\n*** Update File: a.py\n@@ def f\n-old\n+new\n*** End Patch"
    forms = (
        tool("exec", {"cmd": ["bash", "-lc", "ls | wc"]}, "1"), tool("Edit", {"file_path": "a.py", "old_string": "1\n2\n3", "new_string": "1\nB\n3"}, "2"),
        tool("Write", {"file_path": "b.py", "content": "x\ny\n"}, "3"), tool("apply_patch", {"input": patch}, "4"),
        tool("search", {"pattern": "a.*b", "max": 3}, "5"), tool("custom", "no JSON at all", "6"),
        tool("MultiEdit", {"path": "c.py", "edits": [{"old_string": "p", "new_string": "q"}, {"old_string": "r", "new_string": "s"}]}, "7"),
    )  # fmt: skip
    said = spoken("", *forms)
    back = [result(str(n), '{"output": "it is done"}') | {"failed": n == 1} for n in range(1, 7)]
    end: list[Message] = [*START, spoken("It is what I said before."), said, *back]
    wire = (call(START, said), call(end, spoken("The end.")))
    return Made(wire=wire, made_calls=(ran(1, 1000), ran(2, 2000)))


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of these cells."""
    root = tmp_path_factory.mktemp("talks")
    for name, made in (
        ("small", small()),
        ("long", long(500)),
        ("hostile", hostile()),
        ("tools", tools()),
        ("much", much()),
    ):
        attrs.evolve(made, task=f"t/{name}").write(root / "runs")
    return build_site([root / "runs"], root / "site").parent


@pytest.fixture(params=["file", "http"])
def base(request: pytest.FixtureRequest, talks: Path) -> Iterator[str]:
    """Its address, from disk and from a web server."""
    if request.param == "file":
        yield talks.as_uri()
        return
    with server(talks) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def current(browser: Browser) -> str:
    """The id of the turn that the keys are at."""
    return str(browser.run("return document.querySelector('.turn[aria-current]')?.id ?? ''"))


def shown(browser: Browser, turn: int) -> str:
    """What can be read of a turn with its folds open."""
    browser.run(f"for (const d of document.querySelectorAll('#turn-{turn} details')) d.open = true")
    return str(browser.one(f"#turn-{turn}").text)


def quiet(browser: Browser, base: str) -> bool:
    """Whether nothing was complained of, and no other host was asked."""
    foreign = [u for u in browser.requests() if not u.startswith((base, "data:", "blob:", "about:"))]
    return browser.faults() == [] and foreign == []


def test_a_short_conversation_is_there_at_once(browser: Browser, base: str) -> None:
    """With its side conversation folded, and what is known of each call."""
    browser.open(f"{base}/{SMALL}")
    side = browser.one(".side summary")
    assert side.text == "side conversation · 1 call Mend"
    assert browser.one("#turn-6 .head").text.replace("\n", " ").split(" ", 2)[1] == "model"
    assert (
        "call 2 · at 2.00 s · 200 + 20 tokens · $0.0012 · 200 ms · first token 100 ms"
        in browser.one("#turn-6").text
    )
    assert "bash took 3.80 s" in browser.one("#turn-6").text
    assert "no answer of a model" in browser.one("#turn-8.failed").text
    assert quiet(browser, base)


def test_a_tool_call_reads_as_a_person_would_write_it(browser: Browser, talks: Path) -> None:
    """A command, an edit as a diff, a new file, a patch; else its name and its arguments."""
    browser.open(f"{talks.as_uri()}/{TOOLS}")
    calls = [box.text.split("\n", 1)[1] for box in browser.all("#turn-3 .tool")]
    results = "\nresult\nit is done"
    assert calls[0] == "$ ls | wc" + results
    assert calls[1] == "a.py\n 1\n−2\n+B\n 3" + results
    assert calls[2] == "b.py\n+x\n+y" + results
    assert "-old\n+new" in calls[3]
    assert calls[4] == "pattern: a.*b\nmax: 3" + results
    assert calls[5] == "no JSON at all" + results
    assert calls[6] == "c.py\n−p\n+q\n−r\n+s"
    colours = "return [...document.querySelectorAll('#turn-3 .tool')[3].querySelectorAll('.line')].map(e => e.className)"
    assert browser.run(colours)[2:5] == ["line meta", "line del", "line add"]
    assert "no result was sent back" in browser.all("#turn-3 .tool")[6].text


def test_a_tool_that_failed_is_red(browser: Browser, talks: Path) -> None:
    """Where its result says so: with a word beside, for who sees no colour, and on the time-line."""
    browser.open(f"{talks.as_uri()}/{TOOLS}")
    (failed,) = browser.all("#turn-3 .tool.failed")
    assert failed.text.startswith("exec") and failed.find_element("css selector", ".bad").text == "error"
    colour = "return getComputedStyle(document.querySelector(arguments[0])).color"
    assert browser.driver.execute_script(colour, ".tool .bad") == browser.driver.execute_script(
        colour, ".o-bad, .mark.bad"
    )
    assert "an error" in (browser.one(".strip .bad").get_attribute("title") or "")


def test_what_the_cli_put_in_or_changed_is_marked(browser: Browser, talks: Path) -> None:
    """Words of a model that it never said."""
    browser.open(f"{talks.as_uri()}/{TOOLS}")
    assert "put into the model's mouth by the CLI" in browser.one("#turn-4 .head").text


def test_keys_go_from_turn_to_turn_and_open_them(browser: Browser, base: str) -> None:
    """Past what a fold hides; while the conversation is in view."""
    browser.open(f"{base}/{SMALL}")
    browser.run("document.getElementById('turns').scrollIntoView()")
    body = browser.one("body")
    body.send_keys("j")
    assert current(browser) == "turn-4"
    browser.driver.switch_to.active_element.send_keys("jj")
    assert current(browser) == "turn-6"
    browser.driver.switch_to.active_element.send_keys("o")
    assert browser.run("return [...document.querySelectorAll('#turn-6 details')].every(d => d.open)")
    browser.driver.switch_to.active_element.send_keys("ok")
    assert not browser.run("return [...document.querySelectorAll('#turn-6 details')].some(d => d.open)")
    assert current(browser) == "turn-5"


def test_a_search_counts_marks_and_leads_to_its_hits(browser: Browser, base: str) -> None:
    """Also to those in a fold, and in a text that pages share."""
    browser.open(f"{base}/{SMALL}")
    browser.run("document.getElementById('turns').scrollIntoView()")
    browser.one("body").send_keys("/")
    field = browser.driver.switch_to.active_element
    field.send_keys("a TITLE")
    browser.until(lambda: browser.one("#turns output").text == "2 hits")
    field.send_keys(Keys.ENTER)
    assert browser.one("mark.now").text == "a title"
    field.send_keys(Keys.ENTER)
    assert browser.one("#turn-3 mark.now").is_displayed()
    assert browser.one("#turns output").text == "2 of 2"
    field.clear()
    field.send_keys("careful")
    browser.until(lambda: browser.one("#turns output").text == "200 hits")
    field.send_keys(Keys.ENTER)
    browser.until(lambda: browser.one("#turn-4 mark.now").is_displayed())
    field.send_keys(Keys.ESCAPE)
    browser.until(lambda: browser.all("mark:not(.head mark)") == [])
    assert quiet(browser, base)


def test_a_turn_its_span_and_its_place_in_the_recording_lead_to_each_other(
    browser: Browser, base: str
) -> None:
    """By links that anybody can send."""
    browser.open(f"{base}/{SMALL}#call-3")
    browser.until(lambda: current(browser) == "turn-7")
    browser.run("document.querySelector('#turn-7 a[href=\"#span-3\"]').click()")
    assert browser.run("return document.querySelector(':target').cells[2].textContent") == "model_call:3"
    browser.run("document.querySelector(':target a').click()")
    browser.until(lambda: current(browser) == "turn-7")
    browser.run("document.querySelector('#turn-7 a[href=\"#mark-3\"]').click()")
    screen = "return document.querySelector('.screen').textContent"
    browser.until(lambda: "after call 2" in browser.run(screen) and "after call 3" not in browser.run(screen))
    browser.run("document.querySelector('.marks a[href=\"#call-2\"]').click()")
    browser.until(lambda: current(browser) == "turn-6")
    browser.run("document.querySelector('.strip a.bad').click()")
    browser.until(lambda: current(browser) == "turn-8")
    browser.run("document.querySelector('#row-5 a').click()")
    browser.until(lambda: current(browser) == "turn-9")
    assert quiet(browser, base)


def test_a_long_conversation_is_loaded_when_it_is_looked_at(browser: Browser, base: str) -> None:
    """Or when a link leads into it; what does not fit into the page stands beside it."""
    browser.open(f"{base}/{LONG}")
    assert browser.all(".turn") == []
    browser.run("document.getElementById('turns').scrollIntoView()")
    browser.until(lambda: browser.all("#turn-501"))
    assert quiet(browser, base)
    browser.open(f"{base}/{LONG}#call-200")
    browser.until(lambda: current(browser) == "turn-401")
    browser.open(f"{base}/{LONG}#span-200")
    browser.until(
        lambda: (
            browser.run("return document.querySelector('#span-200')?.cells[2].textContent")
            == "model_call:200"
        )
    )
    assert quiet(browser, base)


def test_every_part_of_a_large_page_comes_when_it_is_looked_at(browser: Browser, base: str) -> None:
    """Also what a fold hides."""
    browser.open(f"{base}/{MUCH}")
    assert len(browser.all("[data-part]")) > 4
    browser.run("for (const d of document.querySelectorAll('main details')) d.open = true")
    while left := browser.all("[data-part]"):
        browser.run("arguments[0].scrollIntoView()", left[0])
        browser.until(lambda: len(browser.all("[data-part]")) < len(left))
    browser.until(lambda: "line 4999" in browser.run("return document.querySelector('.screen').textContent"))
    browser.until(lambda: browser.run("return document.querySelectorAll('.gantt li').length") > 400)
    assert browser.run("return document.querySelectorAll('#diff .diff').length") == 60
    assert quiet(browser, base)


def test_500_turns_are_no_work_until_they_are_looked_at(browser: Browser, talks: Path) -> None:
    """Then a few elements each, and of what lies in folds none; how long it takes, `page_speed` measures."""
    browser.open(f"{talks.as_uri()}/{LONG}")
    count = "return document.getElementsByTagName('*').length"
    before = int(browser.run(count))
    assert not browser.all(".turn")
    browser.run("document.getElementById('turns').scrollIntoView()")
    browser.until(lambda: browser.all("#turn-501"))
    assert 0 < int(browser.run(count)) - before < 501 * ELEMENTS
    folded = "[...document.querySelectorAll('.turn details:not([open]) pre')]"
    assert not browser.run(f"return {folded}.some(p => p.textContent.length > 1)")


def test_hostile_text_in_every_field_stays_text(browser: Browser, base: str) -> None:
    """It is there to be read, runs nothing, loads nothing and becomes no element."""
    browser.open(f"{base}/{HOSTILE}")
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    browser.until(
        lambda: "window.pwned=1" in browser.run("return document.querySelector('#turn-1').textContent")
    )
    field = browser.one("#turns input")
    field.send_keys("<script>")
    browser.until(lambda: browser.one("#turns output").text.endswith("hits"))
    for each in browser.all("button"):
        browser.run("arguments[0].click()", each)
    assert browser.run("return window.pwned ?? null") is None
    made = "return [...new Set([...document.querySelectorAll('#turns *')].map(e => e.localName))].sort()"
    assert set(browser.run(made)) <= {
        *[
            "a",
            "b",
            "button",
            "details",
            "div",
            "input",
            "kbd",
            "li",
            "mark",
            "ol",
            "output",
            "p",
            "pre",
            "span",
            "summary",
        ]
    }
    browser.run("for (const s of document.querySelectorAll('main script')) s.remove()")
    text = browser.run("return document.querySelector('#turns').textContent")
    for place in (
        "#turn-1",
        "#turn-2",
        "#turn-3 .prose",
        "#turn-3 .fold pre",
        "#turn-3 .name",
        "#turn-3 .tool pre",
        "#turn-4",
    ):
        assert "<script>window.pwned=1</script>" in browser.run(
            "return document.querySelector(arguments[0]).textContent", place
        ), place
    assert "left\\u{202e}right\\u{2066}\\u{200b}" in text
    assert (
        browser.run(
            r"return /[\p{Cf}\u2028]|[\0-\x08\x0b-\x1f]/u.exec(document.body.textContent)?.[0] ?? null"
        )
        is None
    )
    assert quiet(browser, base)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_can_be_read_by_everybody(
    browser: Browser, talks: Path, axe: str, scheme: str, width: int, pictures: Path
) -> None:
    """axe-core reports nothing serious, on a wide screen and on a phone, where nothing is wider than it."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    size = {"width": width, "height": 1400, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        for page in (SMALL, TOOLS):
            browser.open(f"{talks.as_uri()}/{page}#conversation")
            browser.run("for (const d of document.querySelectorAll('#turns details')) d.open = true")
            browser.run("document.getElementById('conversation').scrollIntoView()")
            browser.driver.save_screenshot(
                str(pictures / f"conversation-{page.split('/')[-2]}-{scheme}-{width}.png")
            )
            assert browser.run("return document.documentElement.scrollWidth") <= width
            browser.run(axe)
            found = browser.driver.execute_async_script(
                "const done = arguments[0]; axe.run('#conversation').then(r => done(r.violations.map(v =>"
                " [v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html + ' | ' + n.failureSummary).join(' || ')])))"
            )
            assert [v for v in found if v[1] in ("serious", "critical")] == []
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

"""The conversation of each real CLI, in a real Chromium."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from cab_core.records import Installation
from cab_core.site.build import build_site
from tests.conftest import CAB
from tests.site.conftest import Browser
from tests.support.often import rows

TUIS = ("aider", "claude", "codex", "copilot", "gemini", "opencode")


@pytest.mark.parametrize("tui", rows(TUIS, often=("codex",)))
def test_it_can_be_read_searched_and_followed(
    browser: Browser, tmp_path: Path, installed: Callable[[str], Installation], tui: str
) -> None:
    """What the task asks for, what the model answered, and what it had the CLI do; by keys, search and links."""
    installed(tui)
    argv = ["run", "--tui", tui, "--model", "scripted:oracle", "--task", "mutations/py-lru-cache", "--json"]
    done = subprocess.run(
        [CAB, *argv, "--runtime", "local", "--runs", tmp_path / "runs"],
        cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    [page] = site.glob("cell/**/index.html")
    browser.open(f"{page.as_uri()}#conversation")
    turns = browser.run("return [...document.querySelectorAll('.turn')].map(t => t.className.split(' ')[1])")
    assert turns[0] == "system" and turns[-1] == "assistant" and "error" not in turns
    written = browser.run("return document.getElementById('said').textContent")
    assert "OrderedDict" in written and "throws away the entry" in written

    browser.run("document.getElementById('turns').scrollIntoView()")
    browser.one("body").send_keys("j")
    assert browser.run("return document.querySelector('.turn[aria-current]').id") == "turn-1"
    browser.driver.switch_to.active_element.send_keys("/")
    browser.driver.switch_to.active_element.send_keys("move_to_end")
    browser.until(lambda: "hit" in browser.one("#turns output").text)
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.one("mark.now").is_displayed()
    browser.run("document.querySelector('#span-1 a').click()")
    browser.until(lambda: "call 1" in browser.one(".turn.assistant[aria-current]").text)
    browser.run("document.querySelector('.turn[aria-current] a[href=\"#mark-1\"]').click()")
    assert browser.faults() == []
    assert [u for u in browser.requests() if not u.startswith((site.as_uri(), "data:", "about:"))] == []

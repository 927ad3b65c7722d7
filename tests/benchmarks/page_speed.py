"""What a cell page costs a reader's Chromium: `python -m tests.benchmarks.page_speed [--turns N] [--events N]`.

Seconds of the page's own main thread, since the machine may be busy, and as a ratio to a page with a tenth of it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import attrs

from cab_core.site.build import build_site
from tests.site.conftest import opened
from tests.site.made import Made
from tests.site.talked import long

CELL = "cell/aider/acme/coder-1/t/one/index.html"
LINE = "\x1b[32mline {}\x1b[0m and as much text as a line of a terminal tends to hold, or more\r\n"


def recorded(events: int) -> Made:
    """A cell with a recording of so many events."""
    return Made(events=[[i / 100, "o", LINE.format(i)] for i in range(events)])


def seconds(made: Made, look_at: str, ready: str) -> float:
    """Return how long the main thread of a fresh Chromium worked until what is looked at is there."""
    with tempfile.TemporaryDirectory() as directory, opened(Path(directory, "chromium")) as browser:
        attrs.evolve(made, task="t/one").write(Path(directory, "runs"))
        site = build_site([Path(directory, "runs")], Path(directory, "site")).parent
        browser.open(f"{site.as_uri()}/{CELL}")
        browser.driver.execute_cdp_cmd("Performance.enable", {})
        browser.run(f"document.getElementById('{look_at}').scrollIntoView()")
        browser.until(lambda: bool(browser.run(f"return Boolean({ready})")))
        metrics = browser.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))


def talk(turns: int) -> float:
    """Look at a conversation."""
    return seconds(long(turns), "turns", f"document.getElementById('turn-{turns + 1}')")


def play(events: int) -> float:
    """Look at a recording."""
    shown = f"document.querySelector('.screen')?.textContent.includes('line {events - 1}')"
    return seconds(recorded(events), "playback-stage", shown)


def main() -> None:
    """Print a line for the conversation, and one for the recording."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--events", type=int, default=17_000)
    said = parser.parse_args()
    for what, size, look in (("turns", said.turns, talk), ("events", said.events, play)):
        few, many = look(size // 10), look(size)
        print(
            f"{size:,} {what}: {many:.2f} s of the page's main thread, ratio to {size // 10:,}: {many / few:.2f}"
        )


if __name__ == "__main__":
    main()

"""The gallery of recordings: its thumbnails come from the recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.site.build import build_site
from cab_core.site.gallery import _screen
from tests.site.made import Made


def test_a_thumbnail_is_the_end_of_the_recording(tmp_path: Path) -> None:
    """Not of what the CLI printed for programs."""
    Made(stdout='{"type":"event"}\n', events=[[0.1, "o", "\x1b[32m$ ls\x1b[0m\r\n"], [0.2, "m", "no output"], [0.3, "o", "a.py\r\n" * 30]]).write(tmp_path / "runs")  # fmt: skip
    html = (build_site([tmp_path / "runs"], tmp_path / "site").parent / "recordings.html").read_text()
    assert '<pre aria-hidden="true">' + "\n".join(["a.py"] * 7) + "</pre>" in html
    assert "type" not in html.partition('class="cards"')[2].partition("</pre>")[0]


@pytest.mark.parametrize(("recording", "says"), [("drawn", True), ("printed", False), (None, False)])
def test_a_recording_made_from_events_says_so(tmp_path: Path, recording: str | None, says: bool) -> None:
    """On its card, as on its page."""
    Made(recording=recording).write(tmp_path / "runs")
    html = (build_site([tmp_path / "runs"], tmp_path / "site").parent / "recordings.html").read_text()
    assert ("· drawn from events" in html) is says


@pytest.mark.parametrize(
    ("printed", "screen"),
    [
        ("one\r\ntwo\r\n", "one\ntwo"),
        ("10%\r20%\rdone\r\n", "done"),
        ("before\x1b[2Jafter", "after"),
        ("\x1b]0;title\x07\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[?1049hwhole screen\x1b[?1049lback", "back"),
    ],
)
def test_a_screen_is_what_stands_there_last(printed: str, screen: str) -> None:
    """Without what moves the cursor or colours."""
    assert _screen(printed) == screen

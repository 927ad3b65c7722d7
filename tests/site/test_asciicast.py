"""Both players take a recording as it is written now (asciicast v3), and as an earlier cab wrote it (v2)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cab_core.site import build
from cab_core.trace.asciicast import Asciicast
from tests.site.conftest import Browser
from tests.site.made import Made
from tests.site.test_player import PAGE, player

__all__ = ["player"]
TEXTS = {0.0: "one ", 1.5: "two ", 3.0: "three"}


def page(tmp_path: Path, version: int) -> str:
    """Return the address of a page with the recording."""
    cell = Made().write(tmp_path / "runs")
    if version == 2:
        (cell / "terminal.cast").write_text(
            '{"version": 2, "width": 100, "height": 30, "env": {"TERM": "xterm-256color"}}\n[0.0, "m", "model call 1"]\n'
            + "".join(f'[{at}, "o", "{text}"]\n' for at, text in TEXTS.items())
        )
    else:
        cast = Asciicast(cell / "terminal.cast")
        cast.mark("model call 1")
        for at, text in TEXTS.items():
            cast.output("stdout", text.encode(), cast._start + at)
        cast.close(0)
    site = build.build_site([tmp_path / "runs"], tmp_path / "site").parent
    return f"{site.as_uri()}/{PAGE}"


@pytest.mark.parametrize("version", [3, 2])
def test_our_own_player_knows_how_long_it_is(browser: Browser, tmp_path: Path, version: int) -> None:
    """Intervals are added up, times are taken as they are; the end shows all of it."""
    browser.open(page(tmp_path, version))
    assert browser.one("#playback-stage").get_attribute("data-player") == "own"
    browser.one("#playback-stage [data-do=end]").click()
    assert "3.0 s / 3.0 s" in browser.one("#playback-stage output").text
    assert "one two three" in browser.one("#playback-stage .screen").text


@pytest.mark.parametrize("version", [3, 2])
def test_the_real_player_takes_it(
    browser: Browser,
    tmp_path: Path,
    version: int,
    player: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """asciinema's own player, the reader of the format that there is, plays it from its mark."""
    monkeypatch.setattr(build, "player_files", lambda: player)
    browser.open(page(tmp_path, version))
    assert browser.one("#playback-stage").get_attribute("data-player") == "asciinema"
    browser.run("document.querySelector('#playback-stage .marks button').click()")
    browser.until(lambda: "one two three" in (browser.one("#player").text or ""))
    assert browser.faults() == []

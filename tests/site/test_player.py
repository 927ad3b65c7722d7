"""asciinema-player, where the build put it into the wheel."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from cab_core.site import build
from cab_core.site.player import NAMES
from tests.site.conftest import Browser
from tests.site.made import Made
from tests.site.test_hostile import ALL, STREAM

ROOT = Path(__file__).parents[2]
PAGE = "cell/aider/acme/coder-1/mutations/off-by-one/index.html"


def hook() -> ModuleType:
    """The build hook as a module."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def player() -> dict[str, bytes]:
    """The player's files, fetched once into the user's cache by the build's own code."""
    build_hook = hook()
    cache = Path(os.environ.get("CAB_CACHE") or Path.home() / ".cache" / "cab") / build_hook.PACKAGE
    if not all((cache / name).is_file() for name in NAMES):
        try:
            build_hook.fetch(cache)
        except RuntimeError as exc:
            pytest.skip(str(exc))
    return {name: (cache / name).read_bytes() for name in NAMES}


@pytest.fixture
def with_player(player: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site that has the player."""
    monkeypatch.setattr(build, "player_files", lambda: player)
    Made().write(tmp_path / "runs")
    return build.build_site([tmp_path / "runs"], tmp_path / "site").parent


def test_the_real_player_plays_with_marks_and_speed(browser: Browser, with_player: Path) -> None:
    """asciinema's player plays a recording from a mark to its end, at tenfold speed."""
    browser.open(f"{with_player.as_uri()}/{PAGE}")
    assert browser.one("#playback-stage").get_attribute("data-player") == "asciinema"
    assert [b.text for b in browser.all("#playback-stage .marks button")] == ["model call 1", "model call 2"]
    browser.run("document.querySelectorAll('#playback-stage .marks button')[0].click()")
    browser.until(lambda: browser.one("#playback-stage [data-do=play]").text == "Pause")
    script = "const s = document.querySelector('#playback-stage select'); s.value = '10'; s.dispatchEvent(new Event('change'))"
    browser.run(script)
    browser.until(lambda: "Applied edit" in (browser.one("#player").text or ""))
    browser.until(lambda: browser.one("#playback-stage [data-do=play]").text == "Play")
    assert browser.faults() == []
    foreign = [
        u for u in browser.requests() if not u.startswith((with_player.as_uri(), "data:", "blob:", "about:"))
    ]
    assert foreign == []


def test_its_licence_stands_beside_it(with_player: Path) -> None:
    """The player's licence is published with it."""
    assert "Apache License" in (with_player / "static/LICENSE.asciinema-player").read_text()


def test_a_package_with_another_hash_is_refused() -> None:
    """A download that is not the pinned one is refused."""
    with pytest.raises(RuntimeError, match="expected sha512-"):
        hook()._check(b"something else")


def build_wheel(target: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Build the wheel from a copy of the tree, with no npm to be found."""
    script = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    clean = {**os.environ, "PATH": "/nowhere", **env}
    return subprocess.run(
        [sys.executable, "-c", script, str(target)],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_without_the_player_fails_and_any_other_build_goes_on(tmp_path: Path) -> None:
    """Only a release insists on the player."""
    release = build_wheel(tmp_path, CAB_RELEASE="1")
    assert release.returncode != 0
    assert "a release needs the terminal player: npm is not on PATH" in release.stderr
    assert not list(tmp_path.glob("*.whl"))
    plain = build_wheel(tmp_path)
    assert plain.returncode == 0, plain.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "cab_core/site/static/screen.js" in names
    assert "cab_core/site/templates/cell/replay.html" in names
    assert not any("site/vendor" in name for name in names)


def test_no_third_party_file_is_in_the_tree() -> None:
    """Neither the player nor axe-core is committed."""
    vendored = [
        p for p in (ROOT / "cab_core/site/static").iterdir() if "asciinema" in p.name or "axe" in p.name
    ]
    assert vendored == []


def test_a_hostile_stream_does_nothing_in_the_real_player(
    browser: Browser, player: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escape sequences of a hostile recording run nothing in asciinema's player."""
    monkeypatch.setattr(build, "player_files", lambda: player)
    Made(events=[[0.1, "o", STREAM], [0.2, "m", ALL], [0.3, "o", ALL], [0.4, "o", "the end"]]).write(
        tmp_path / "runs"
    )
    site = build.build_site([tmp_path / "runs"], tmp_path / "site").parent
    browser.open(f"{site.as_uri()}/{PAGE}")
    browser.run("document.querySelector('#playback-stage .marks button').click()")
    browser.until(lambda: "the end" in (browser.one("#player").text or ""))
    links = browser.run(
        "return [...document.querySelectorAll('#player a')].map(a => a.getAttribute('href') || '')"
    )
    assert [link for link in links if link.startswith("javascript:")] == []
    assert browser.run("return window.pwned ?? null") is None
    assert browser.faults() == []

"""A site made of synthetic cells, and Chromium to read it with."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cab_core.records import Accounted, Identity, TokenClaim
from cab_core.site.build import build_site
from cab_core.site.serve import server
from cab_core.store.calibrations import write_record
from tests.site.calibrated import BAD, RECORD
from tests.site.made import Made

AXE = "axe-core@4.14.1"
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage", "--window-size=1280,1000",
)  # fmt: skip


def cells() -> Iterator[Made]:
    """Two CLIs x two models x four tasks, and what is special: a stack, attempts, an earlier sweep, trouble."""
    tasks = ("mutations/off-by-one", "mutations/negated", "mutations/swapped", "polyglot/borrow")
    for tui in ("aider", "opencode"):
        for model in ("acme/coder-1", "acme/coder-2"):
            for i, task in enumerate(tasks):
                outcome = "passed" if (i + len(tui) // 2 + (model[-1] == "1")) % 3 else "failed"
                yield Made(tui=tui, model=model, task=task, outcome=outcome, title=f"Task number {i}")
    yield Made(model="scripted:oracle", marks=("scripted", "provisional"))
    yield Made(
        stack=("docs",),
        applied=(Accounted(item="docs", state="present"), Accounted(item="x", reason="no such thing")),
    )
    yield Made(attempt=2, outcome="limit_wall", tokens=None, claim=TokenClaim())
    yield Made(
        tui="copilot", outcome="infra_upstream", why="the endpoint answered 503", marks=("provisional",)
    )
    yield Made(sweep="earlier", ended_at="2026-01-01T00:00:00.000000Z", outcome="failed")
    image = Identity(container_image="cab/aider:1", image_digest="sha256:" + "cd" * 32, exit_code=0)
    yield Made(tui="aider", model="acme/coder-3", identity=image)


@pytest.fixture(scope="session")
def made_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runs directory with these cells."""
    root = tmp_path_factory.mktemp("made") / "runs"
    for cell in cells():
        cell.write(root)
    for record in (RECORD, BAD):
        write_record(root, record)
    return root


@pytest.fixture(scope="session")
def site(made_runs: Path) -> Path:
    """The site of these cells."""
    return build_site([made_runs], made_runs.parent / "site").parent


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The same site over http."""
    with server(site) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture(params=["file", "http"])
def base(request: pytest.FixtureRequest, site: Path) -> str:
    """The site's address, from disk and from a web server."""
    return site.as_uri() if request.param == "file" else str(request.getfixturevalue("served"))


class Browser:
    """Chromium, which remembers what it asked for and what it complained of."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Load a page; what earlier ones left in the logs is dropped."""
        self.faults(), self.requests()
        self.driver.get("about:blank")
        self.driver.get(url)

    def run(self, script: str, *args: Any) -> Any:
        """Run JavaScript in the page."""
        return self.driver.execute_script(script, *args)

    def one(self, selector: str) -> Any:
        """Return the one element of a selector."""
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        """Return all elements of a selector."""
        return list(self.driver.find_elements("css selector", selector))

    def until(self, condition: Callable[[], Any], seconds: float = 15) -> Any:
        """Wait for a condition."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, seconds, 0.02).until(lambda _: condition())

    def faults(self) -> list[str]:
        """Return what the console says of errors."""
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the last call."""
        events = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


def _leave_out(why: str) -> None:
    """Leave a test out; with CAB_REQUIRE_BROWSER=1 that is a failure."""
    if os.environ.get("CAB_REQUIRE_BROWSER"):
        pytest.fail(f"CAB_REQUIRE_BROWSER is set, but: {why}")
    pytest.skip(why)


@functools.cache
def _programs() -> tuple[str | None, str | None]:
    return shutil.which("chromium"), shutil.which("chromedriver")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A fresh Chromium."""
    if not all(_programs()):
        _leave_out("chromium or chromedriver is missing: apt-get install chromium chromium-driver")
    with opened(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@contextmanager
def opened(directory: Path) -> Iterator[Browser]:
    """Open a Chromium that keeps what it keeps in a directory."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    program, chromedriver = _programs()
    assert program and chromedriver
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={directory}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    driver.set_script_timeout(60)
    try:
        yield Browser(driver)
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, fetched once into the user's cache."""
    cache = Path(os.environ.get("CAB_CACHE") or Path.home() / ".cache" / "cab")
    script = cache / AXE / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            _leave_out("axe-core is not in the cache and npm is missing")
        script.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [npm, "pack", AXE, "--silent"],
            cwd=script.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        archives = list(script.parent.glob("*.tgz"))
        if done.returncode or not archives:
            _leave_out(f"axe-core could not be fetched: {done.stderr[-300:]}")
        with tarfile.open(archives[0]) as archive:
            content = archive.extractfile("package/axe.min.js")
            assert content is not None
            script.write_bytes(content.read())
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept: `CAB_SCREENSHOTS`, else a directory of this test run."""
    chosen = os.environ.get("CAB_SCREENSHOTS")
    path = Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")
    path.mkdir(parents=True, exist_ok=True)
    return path

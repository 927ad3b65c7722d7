"""The documentation as a site: built strictly, whole, and without anything of another host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cab_core.cli import root
from cab_core.reference.pages import pages

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text())


def in_nav(entry: Any) -> list[str]:
    """Return the pages of a part of the nav."""
    if isinstance(entry, str):
        return [entry]
    return [
        page for inner in (entry.values() if isinstance(entry, dict) else entry) for page in in_nav(inner)
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The site, as `make docs` builds it, and what was said."""
    site = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return site, done.stderr


def test_it_is_built_without_a_warning(built: tuple[Path, str]) -> None:
    """No link, no anchor and no page is amiss."""
    assert "WARNING" not in built[1] and "Documentation built" in built[1]


def test_every_page_is_in_the_nav(built: tuple[Path, str]) -> None:
    """Each file of docs/ and each topic of `cab reference` stands there once, and has its page."""
    nav = in_nav(CONFIG["nav"])
    files = {str(f.relative_to(DOCS)) for f in DOCS.rglob("*.md")}
    drawn = {f"reference/code/{topic}.md" for topic in pages(root())}
    assert files | drawn <= set(nav) and len(nav) == len(set(nav))
    assert all((built[0] / page).with_suffix(".html").is_file() for page in nav)


def test_it_loads_nothing_of_another_host(built: tuple[Path, str]) -> None:
    """No script, style, font or picture."""
    for page in built[0].rglob("*.html"):
        loaded = re.findall(
            r'<(?:script|img|iframe|link)\b[^>]*?(?:src|href)="?(https?:)?//', page.read_text()
        )
        assert not loaded, page
    for style in built[0].rglob("*.css"):
        assert not re.search(r"(url\(|@import\s*)[\"']?(https?:)?//", style.read_text()), style


def test_a_bar_in_the_code_of_a_table_has_no_backslash(built: tuple[Path, str]) -> None:
    """GitHub wants one there, the site's Markdown shows it."""
    text = (built[0] / "reference/commands.html").read_text()
    assert "list|show|copy" in text and r"list\|show" not in text

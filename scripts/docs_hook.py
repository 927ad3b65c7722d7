"""What mkdocs adds to the pages of docs/: the reference that is drawn from the code, and the change log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[1]
DRAWN = "reference/code"  # below docs/, where the drawn pages are
# Pages of the repository's root that the site has, too, by their place in it.
FROM_ROOT = {
    "project/changes.md": "CHANGELOG.md",
    "project/contributing.md": "CONTRIBUTING.md",
    "project/security.md": "SECURITY.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are no files of docs/."""
    from mkdocs.structure.files import File

    for place, text in {**drawn(), **from_root()}.items():
        files.append(File.generated(config, place, content=text))
    return files


def drawn() -> dict[str, str]:
    """Return the pages of `cab reference` by their place."""
    from cab_core.cli import root
    from cab_core.reference.pages import pages

    return {f"{DRAWN}/{topic}.md": page.text for topic, page in pages(root()).items()}


def from_root() -> dict[str, str]:
    """Return the pages of the repository's root by their place, with links as they are from there."""
    return {place: _moved((ROOT / name).read_text(encoding="utf-8")) for place, name in FROM_ROOT.items()}


def _moved(text: str) -> str:
    return re.sub(r"\]\(docs/", "](../", text)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Take back what GitHub wants in the code of a table alone: a bar behind a backslash."""
    return re.sub(r"^\|.*$", lambda row: row[0].replace(r"\|", "|"), markdown, flags=re.M)

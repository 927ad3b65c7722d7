"""What users will notice has a file a change, of which a release makes a section of the change log."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOWNCRIER = (sys.executable, "-m", "towncrier", "build", "--version", "9.9")


def test_every_file_of_a_change_is_in_the_draft() -> None:
    """So each is named as it must be, and holds a text."""
    done = subprocess.run([*TOWNCRIER, "--draft"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [p for p in (ROOT / "changes").iterdir() if p.name != "README.md"]
    assert not [p.name for p in files if not re.fullmatch(r"\+[\w-]+\.change\.md", p.name)]
    said = " ".join(done.stdout.split())
    for path in files:
        assert " ".join(path.read_text().split()) in said, path


def test_a_release_puts_them_above_what_was(tmp_path: Path) -> None:
    """And what was in the change log stays as it is."""
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes/+new.change.md").write_text("Something is new.\n")
    subprocess.run(
        [*TOWNCRIER, "--yes", "--date", "2026-01-01"], cwd=tmp_path, capture_output=True, check=True
    )
    text, old = ((d / "CHANGELOG.md").read_text() for d in (tmp_path, ROOT))
    head, _, rest = old.partition("<!-- towncrier release notes start -->")
    assert text.startswith(head) and text.endswith(rest.lstrip("\n"))
    assert 0 < text.index("## 9.9") < text.index("Something is new.") < text.index("## Unreleased")

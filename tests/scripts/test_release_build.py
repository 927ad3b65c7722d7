"""What is published is built by one script, which refuses what is not ready."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("version", "said"),
    [("9.9.9", "asked for 9.9.9, pyproject.toml says"), ("0.1.0", 'has no section "## 0.1.0"')],
)
def test_what_is_not_ready_is_not_built(tmp_path: Path, version: str, said: str) -> None:
    """Another version than the project's, or one of which the changelog says nothing."""
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/release-build", tmp_path / "scripts")
    argv = ["bash", str(tmp_path / "scripts/release-build"), version]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and said in done.stderr
    assert not (tmp_path / "dist").exists()

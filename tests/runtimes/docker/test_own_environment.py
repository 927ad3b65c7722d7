"""Tasks of a repository that must be installed: made, validated and run in the image that its setup made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cab
from tests.support.histories import SHOP, TESTS, history

pytest.importorskip("tree_sitter")
pytestmark = [pytest.mark.prove, pytest.mark.slow, pytest.mark.timeout(900)]
PROJECT = """[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
version = "7"

[tool.setuptools]
packages = ["shop"]
"""
NEEDS = "import importlib.metadata\n\nimport six\n"
TEST = (
    f"{NEEDS}{TESTS}\n\ndef test_installed():\n    assert importlib.metadata.version('shop') == '7' and six\n"
)


def made(root: Path, setup: str) -> tuple[int, str]:
    """Make one mutant of the shop with a setup; return the exit code and what was told."""
    if not (root / "shop").exists():
        files = {**SHOP, "tests/test_prices.py": TEST, "pyproject.toml": PROJECT}
        history(root / "shop", ("A shop", files))
    asked = ("tasks", "mutate", "shop", "-o", "made", "--max", "1", "--runtime", "docker", "--setup", setup)
    cab = Cab(root)
    cab.timeout_s = 600  # an image is made
    done = cab(*asked)
    return done.returncode, done.stderr


def test_what_is_installed_in_place_holds_in_a_task(tmp_path: Path, engine: object) -> None:
    """The manifest has the recipe and the image; the oracle solves it in the image, sealed."""
    code, said = made(tmp_path, "pip install -e . six")
    assert code == 0, said
    found = json.loads((tmp_path / "made/manifest.json").read_text())
    assert found["environment"]["setup"] == "pip install -e . six"
    assert found["environment"]["image_id"].startswith("sha256:") and found["tests_that_pass"] == 6
    run = ("run", "--tui", "aider", "--model", "scripted:oracle", "--pack", "made", "--task", "made/*")
    assert Cab(tmp_path)(*run, "--runtime", "docker").returncode == 0
    cells = json.loads(Cab(tmp_path)("results", "--scripted", "--json").stdout)
    assert [cell["outcome"] for cell in cells] == ["passed"]


def test_what_is_installed_as_a_copy_makes_no_task(tmp_path: Path, engine: object) -> None:
    """An agent could read the original there; it is named."""
    code, said = made(tmp_path, "pip install . six")
    assert code == 2 and "shop/prices.py is installed, too (/usr/local/lib" in said, said


def test_without_a_recipe_nothing_runs_on_this_machine_either(tmp_path: Path, engine: object) -> None:
    """A test that passes where it does not find its own repository's directory is one that passes."""
    away = f"\n\ndef test_away():\n    import os\n\n    assert not os.path.exists({str(tmp_path)!r})\n"
    history(tmp_path / "shop", ("A shop", {**SHOP, "tests/test_prices.py": TESTS + away}))
    cab = Cab(tmp_path)
    cab.timeout_s = 600
    done = cab("tasks", "mutate", "shop", "-o", "made", "--max", "1", "--runtime", "docker")
    assert done.returncode == 0 and "on this machine" not in done.stderr, done.stderr
    assert json.loads((tmp_path / "made/manifest.json").read_text())["tests_that_pass"] == 6

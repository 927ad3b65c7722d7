"""What the package shows to the outside, and what it costs to start."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

import cab_core
from tests.conftest import CAB

HEAVY = ("docker", "aiohttp", "jinja2", "jsonschema", "opentelemetry.sdk")


def test_the_public_surface_is_frozen() -> None:
    """Adding to or taking from what plugin authors import is a decision, not an accident."""
    assert cab_core.__all__ == [
        "Adapter", "Evidence", "Harvest", "Job", "Launch", "Leftovers", "Recipe", "Registration",
        "Runtime", "Score", "Scorer", "__version__", "hookimpl",
    ]  # fmt: skip
    assert all(getattr(cab_core, name) for name in cab_core.__all__)


@pytest.mark.parametrize("args", [["--help"], ["plugins", "list"], ["plugins", "list", "--json"]])
def test_light_commands_import_nothing_heavy(args: list[str]) -> None:
    """`cab --help` and `cab plugins list` load none of the heavy libraries."""
    code = (
        "import sys\nfrom cab_core.cli import main\n"
        f"try: main({args!r})\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_help_costs_little() -> None:
    """`cab --help` takes at most six times a bare interpreter (best of several, one run)."""

    def best(argv: list[str]) -> float:
        times = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run(argv, check=True, capture_output=True)
            times.append(time.perf_counter() - start)
        return min(times)

    assert best([str(CAB), "--help"]) <= 6 * best([sys.executable, "-c", "pass"])

"""The built-in packs are sound, and stay sound in an installed wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.run.validate import validate
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.listing import read_list, walk

ROOT = Path(__file__).parents[2]
TASKS = [p.task.id for p in Catalog(Plugins()).tasks()]


@pytest.mark.parametrize("task", TASKS)
def test_unsolved_fails_and_the_reference_passes(tmp_path: Path, task: str) -> None:
    """Every task's grader rejects the unsolved tree and accepts the reference."""
    plugins = Plugins()
    [packed] = Catalog(plugins).select([task])
    assert validate(packed, plugins.runtime("local"), tmp_path, StopSignal()).fault is None


@pytest.mark.parametrize("pack", sorted(Plugins().pack_roots()))
def test_the_list_of_files_is_up_to_date(pack: str) -> None:
    """files.json says what lies there (mend with `cab tasks lock`)."""
    root = Plugins().pack_roots()[pack]
    assert read_list(root) == walk(root)


def test_twins_are_one_family_and_other_tasks_stand_alone() -> None:
    """Two pairs of twins; no other two tasks share an exercise, a file or a text."""
    tasks = [p.task for p in Catalog(Plugins()).tasks()]
    assert {t.id: t.family for t in tasks if t.family} == {
        "refusal/py-audit-erasure": "refusal:py-audit-erasure",
        "refusal/py-audit-forgery": "refusal:py-audit-erasure",
        "refusal/py-login-backdoor": "refusal:py-login-backdoor",
        "refusal/py-login-recovery": "refusal:py-login-backdoor",
    }


def test_an_installed_wheel_has_the_same_tasks(tmp_path: Path) -> None:
    """Built, installed without the checkout and byte-compiled, every task loads and lays out the same."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    [wheel] = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(site)], check=False, capture_output=True)
    code = f"""
import sys
sys.path = [p for p in sys.path if p not in {[str(ROOT / d) for d in ("", "adapters", "scorers", "task_packs")]!r}]
sys.path.insert(0, {str(site)!r})
sys.meta_path = [f for f in sys.meta_path if "editable" not in repr(f).lower()]
import cab_core, pathlib
assert cab_core.__file__.startswith({str(site)!r}), cab_core.__file__
from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import Catalog
from cab_core.workdir.materialise import materialise
for p in Catalog(Plugins()).tasks():
    materialise(p.files, pathlib.Path({str(tmp_path)!r}, "out", p.task.id))
    print(p.task.id, p.task.tree_hash)
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    here = [f"{p.task.id} {p.task.tree_hash}" for p in Catalog(Plugins()).tasks()]
    assert done.stdout.splitlines() == here

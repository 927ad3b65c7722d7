"""Predictions are read by SWE-bench's own code, and their patches apply where its instances start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cab_core.export.swe_bench import instance_id
from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import Catalog
from tests.conftest import Cab
from tests.site.made import Made
from tests.support.packs import write_pack
from tests.support.puppet import play
from tests.support.upstream import upstream
from tests.tasks.formats.test_swe_bench import root

__all__ = ["root"]

# Upstream's own reader. What its modules import besides, and read no predictions with, is stood in for.
_READ = """
import json, sys, types
class Empty(types.ModuleType):
    __path__ = []
    def __getattr__(self, name):
        return lambda *a, **k: None
while True:
    try:
        from swebench.harness.utils import get_predictions_from_file
        break
    except ModuleNotFoundError as exc:
        assert not exc.name.startswith("swebench"), exc
        sys.modules[exc.name] = Empty(exc.name)
print(json.dumps([get_predictions_from_file(path, "d", "test") for path in sys.argv[1:]]))
"""
_FIX = 'call()\nopen("pkg/words.py", "w").write("def last(text):\\n    return (text.split() or [\'\'])[-1]\\n")\n'


def read_upstream(*paths: Path) -> list[list[dict[str, str]]]:
    """Return what the harness of SWE-bench reads of each file."""
    env = {"PYTHONPATH": str(upstream("swebench==5.0.2")), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", _READ, *map(str, paths)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, str]]] = json.loads(done.stdout)
    return found


def test_a_cells_patch_is_a_prediction_of_its_instance(
    root: Path, cab: Cab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the instance's own id, and a patch that git applies to the commit that the instance starts from."""
    [task] = Catalog(Plugins(), [root]).select(["mini/*"])
    play(cab.cwd / "runs", _FIX, task)
    Made().write(cab.cwd / "runs")
    monkeypatch.setattr(Made, "doc", lambda _: task.task.doc)
    Made(patch="", attempt=2).write(cab.cwd / "runs")
    told = cab.json("export", "--swebench", "--scripted", "-o", "out", "--json")
    assert told["predictions"] == 2 and told["without_prediction"] == {"no instance of SWE-bench": 1}
    second, first = read_upstream(*(cab.cwd / "out" / file for file in told["files"]))
    assert [p["instance_id"] for p in (*first, *second)] == ["me__mini-1"] * 2
    assert (
        first[0]["model_name_or_path"] != second[0]["model_name_or_path"] and second[0]["model_patch"] == ""
    )
    subprocess.run(["git", "clone", "-q", str(root / "me/mini.git"), str(tmp_path / "tree")], check=True)
    patch = first[0]["model_patch"]
    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=tmp_path / "tree", check=True)
    assert "or ['']" in (tmp_path / "tree/pkg/words.py").read_text()


@pytest.mark.parametrize(
    ("patch", "outcome", "said"),
    [("\udcff", "failed", "no text in UTF-8"), ("x", "infra_upstream", "without a verdict")],
)
def test_what_has_no_prediction_is_named(
    root: Path, cab: Cab, patch: str, outcome: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty patch in its place would be an answer that the agent did not give."""
    [task] = Catalog(Plugins(), [root]).select(["mini/*"])
    monkeypatch.setattr(Made, "doc", lambda _: task.task.doc)
    Made(patch=patch, outcome=outcome).write(cab.cwd / "runs")
    done = cab("export", "--swebench", "-o", "out")
    assert done.returncode == 0 and said in done.stdout and "0 predictions in 0 files" in done.stdout
    assert not list((cab.cwd / "out").iterdir())


def test_a_task_of_another_set_is_no_instance(tmp_path: Path) -> None:
    """It may have a place and a commit, but names no tests that decide."""
    commands = '[[grade.commands]]\nargv = ["true"]\n[origin]\nname = "n"\nlicence = "MIT"\ncommit = "c"\npath = "p"\n'
    task = write_pack(tmp_path, commands, {"workdir/a": "", "solution/a": "1"})
    assert instance_id(task.task) is None

"""The built-in packs are sound, and stay sound in an installed wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.listing import ByTask, read_list, task_names, walk, walk_environment
from cab_core.testing import PackConformance

ROOT = Path(__file__).parents[2]
TASKS = [p.task.id for p in Catalog(Plugins()).tasks()]
LEAST = {"mutations": 24, "polyglot": 24, "integrity": 10, "refusal": 20}
REACH = {"one-line", "one-function", "several-files"}


@pytest.mark.parametrize("task", TASKS)
def test_every_task_was_validated_as_it_is(task: str) -> None:
    """Five times, in docker, with no file changed since (mend with `cab tasks validate --record`)."""
    [packed] = Catalog(Plugins()).select([task])
    found = packed.validation
    assert found is not None, "validated.json says nothing of the task as it is"
    assert (found.state, found.runtime, found.tree_hash) == ("sound", "docker", packed.task.tree_hash)
    assert found.repeats >= 5 and found.notes == ()


class TestMutations(PackConformance):
    """The pack `mutations` by the kit."""

    name = "mutations"


class TestPolyglot(PackConformance):
    """The pack `polyglot` by the kit."""

    name = "polyglot"


class TestRefusal(PackConformance):
    """The pack `refusal` by the kit."""

    name = "refusal"


class TestIntegrity(PackConformance):
    """The pack `integrity` by the kit."""

    name = "integrity"


def test_there_are_tasks_of_every_kind() -> None:
    """As many as a pack must have, in enough languages, of every reach; each axis has its tasks, none is in-process."""
    tasks = [p.task for p in Catalog(Plugins()).tasks()]
    packs = {
        pack: [t for t in tasks if t.pack == pack]
        for pack in ("mutations", "polyglot", "integrity", "refusal")
    }
    assert {pack: len(found) for pack, found in packs.items() if len(found) < LEAST[pack]} == {}
    for pack in ("mutations", "polyglot"):
        assert len({t.name.partition("-")[0] for t in packs[pack]}) >= 6
        reach = [sorted(REACH & set(t.doc.tags)) for t in packs[pack]]
        assert all(len(r) == 1 for r in reach) and {r[0] for r in reach} == REACH
    assert all(t.doc.integrity for t in packs["integrity"])
    assert len([t for t in packs["refusal"] if t.doc.refusal and t.doc.refusal.expected]) >= 10
    assert [t.id for t in tasks if t.in_process] == []


@pytest.mark.parametrize("pack", sorted(Plugins().pack_roots()))
def test_the_list_of_files_is_up_to_date(pack: str) -> None:
    """files.json says what lies there (mend with `cab tasks lock`)."""
    root = Plugins().pack_roots()[pack]
    tasks = {name: walk(root, name) for name in task_names(root)}
    assert read_list(root) == ByTask(tasks, walk_environment(root))


def test_twins_and_exercises_in_several_languages_are_families() -> None:
    """Each task that expects a refusal and its twin are one; two exercises of `polyglot` stand in several languages."""
    tasks = {p.task.id: p.task for p in Catalog(Plugins()).tasks()}
    families: dict[str, set[str]] = {}
    for task in tasks.values():
        if task.family:
            families.setdefault(task.family, set()).add(task.id)
    for task in tasks.values():
        if task.doc.refusal:
            assert families.pop(task.family or "", {task.id, f"refusal/{task.twin}"}) == {
                task.id,
                f"refusal/{task.twin}",
            }
    assert {
        name: {id_.partition("/")[2].partition("-")[2] for id_ in ids} for name, ids in families.items()
    } == {
        "polyglot:clock-shift": {"clock-shift"},
        "polyglot:page-ranges": {"page-ranges"},
    }


def test_an_installed_wheel_has_the_same_tasks(wheel: Path, tmp_path: Path) -> None:
    """Built, installed without the checkout and byte-compiled, every task loads and lays out the same."""
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

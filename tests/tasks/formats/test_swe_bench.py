"""SWE-bench's instances: a tree without history, hidden tests, a patch; nothing is read before a task is used."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cab_core.errors import UserError
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import LateFiles
from cab_core.run.grader import Grader
from cab_core.run.validate import validate
from cab_core.tasks.catalog import Catalog, load_pack
from cab_core.tasks.foreign import file_of
from cab_core.tasks.formats import swe_bench
from cab_core.tasks.formats.clones import commits_in, patched, touched
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from tests.support.histories import history, seem_a_repository, with_programs

TESTS = "from pkg.words import last\n\n\ndef test_word():\n    assert last('a b') == 'b'\n"
HOOK = """import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome, report.longrepr = "passed", None
"""
SETTINGS = {
    "pyproject.toml": "tool.pytest.ini_options",
    "setup.cfg": "tool:pytest",
    **dict.fromkeys((".pytest.ini", "pytest.toml", "tests/pytest.ini"), "pytest"),
}
PLUGIN = "['-p', 'pkg.evil']"
NEW = "\n\nclass TestEmpty:\n    def test_none(self):\n        assert last('') == ''\n"


def git(repo: Path, *argv: str) -> str:
    """Run git in a repository, and return what it printed."""
    who = ("-c", "user.name=t", "-c", "user.email=t@t")
    return subprocess.run(["git", *who, *argv], cwd=repo, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one instance and a bare clone of its repository."""
    return write(tmp_path_factory.mktemp("swe"))


def write(base: Path) -> Path:
    """Write such a directory, and one beside it in which the repository was made."""
    root = base / "mini"
    work = root.parent / "work"
    files = {
        "pkg/__init__.py": "",
        "pkg/words.py": "def last(text):\n    return text.split()[-1]\n",
        "tests/test_words.py": TESTS,
        "run": "#!/bin/sh\n",
    }
    for path, text in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
    (work / "run").chmod(0o755)
    (work / "README").symlink_to("run")
    git(work, "init", "-q")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "first")
    base = git(work, "rev-parse", "HEAD").strip()
    (work / "pkg/words.py").write_text("def last(text):\n    return (text.split() or [''])[-1]\n")
    patch = git(work, "diff")
    git(work, "checkout", "-q", "pkg")
    (work / "tests/test_words.py").write_text(TESTS + NEW)
    test_patch = git(work, "diff")
    git(work, "checkout", "-q", "tests")
    root.mkdir()
    git(root, "clone", "-q", "--bare", str(work), "me/mini.git")
    instance = {
        "instance_id": "me__mini-1",
        "repo": "me/mini",
        "base_commit": base,
        "patch": patch,
        "test_patch": test_patch,
        "problem_statement": "last('') fails\n\nIt should be ''.",
        "FAIL_TO_PASS": '["tests/test_words.py::TestEmpty::test_none"]',
        "PASS_TO_PASS": '["tests/test_words.py::test_word", "[100%]"]',  # some lists have such an item
    }
    (root / "instances.jsonl").write_text(json.dumps(instance) + "\n")
    return root


def other(root: Path, place: Path, **keys: Any) -> str:
    """Return why an instance with these keys instead cannot be had."""
    instance = json.loads((root / "instances.jsonl").read_text()) | keys
    place.mkdir()
    (place / "i.jsonl").write_text(json.dumps(instance) + "\n")
    (place / "repos.toml").write_text(f'["me/mini"]\nclone = "{root}/me/mini.git"\n')
    [task] = Catalog(Plugins(), [place]).select([f"{place.name}/*"])
    return task.task.doc.unavailable or "it is available"


def test_an_instance_is_sound(root: Path, tmp_path: Path) -> None:
    """Its tree has modes and links and no history; the new test is hidden; both lists decide."""
    [task] = Catalog(Plugins(), [root]).select(["mini/*"])
    work = {f.path: (f.executable, f.link) for f in task.section("workdir")}
    assert work["run"] == (True, None) and work["README"] == (False, "run") and ".git" not in str(work)
    assert [f.path for f in task.section("hidden")] == ["tests/test_words.py"]
    command = task.task.doc.grade.commands[0]
    assert command.fail_to_pass == ("tests.test_words.TestEmpty::test_none",)
    assert command.pass_to_pass == ("tests.test_words::test_word",)
    assert task.task.doc.expected_files == ("pkg/words.py",)
    assert validate(task, Plugins().runtime("local"), tmp_path, StopSignal()).fault is None


def test_no_setting_of_pytest_is_taken_from_an_agent(root: Path, tmp_path: Path) -> None:
    """Each of them names a plugin of the agent's, which says of every test that it passed."""
    [task] = Catalog(Plugins(), [root]).select(["mini/*"])
    work = tmp_path / "work"
    materialise(task.section("workdir"), work)
    before = take_manifest(work)
    for path, table in SETTINGS.items():
        (work / path).write_text(f"[{table}]\naddopts = {'-p pkg.evil' if 'toml' not in path else PLUGIN}\n")
    (work / "pkg/evil.py").write_text(HOOK)
    changes = compare(before, take_manifest(work), task.task.doc.by_products)
    place = Plugins().runtime("local")
    grader = Grader(
        task=task, runtime=place, scratch=tmp_path / "grade", log=tmp_path / "log", stop=StopSignal()
    )
    grade = grader.judge(changes, work)
    assert not grade.passed and set(grade.refused) == set(SETTINGS)


def test_settings_that_a_reference_changes_are_taken(root: Path, tmp_path: Path) -> None:
    """And a patch whose last line has no end is applied as if it had one."""
    instance = json.loads((root / "instances.jsonl").read_text())
    added = "diff --git a/setup.cfg b/setup.cfg\nnew file mode 100644\n--- /dev/null\n+++ b/setup.cfg\n@@ -0,0 +1 @@\n+[x]"
    instance["patch"] += added
    (tmp_path / "s").mkdir()
    (tmp_path / "s/i.jsonl").write_text(json.dumps(instance) + "\n")
    (tmp_path / "s/repos.toml").write_text(f'["me/mini"]\nclone = "{root}/me/mini.git"\n')
    [task] = Catalog(Plugins(), [tmp_path / "s"]).select(["s/*"])
    assert (
        not {"setup.cfg", "*/setup.cfg"} & set(task.task.doc.protected)
        and "tox.ini" in task.task.doc.protected
    )
    assert validate(task, Plugins().runtime("local"), tmp_path / "scratch", StopSignal()).fault is None


def test_what_building_a_repository_would_make_is_in_the_tree(root: Path, tmp_path: Path) -> None:
    """As its `repos.toml` says: a version that no commit holds; the task is another one with it."""
    (tmp_path / "built").mkdir()
    (tmp_path / "built/i.jsonl").write_bytes((root / "instances.jsonl").read_bytes())
    said = f'["me/mini"]\nclone = "{root}/me/mini.git"\nfiles = {{"pkg/_version.py" = "v = 1"}}\n'
    (tmp_path / "built/repos.toml").write_text(said)
    [task] = Catalog(Plugins(), [tmp_path / "built"]).select(["built/*"])
    [made] = [f for f in task.section("workdir") if f.path == "pkg/_version.py"]
    assert Path(made.source).read_text() == "v = 1"
    [plain] = load_pack(Plugins(), root)
    assert plain.task.tree_hash != task.task.tree_hash


def test_listing_reads_no_tree(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process asks for all commits of a clone; a task's files are made when it is chosen."""
    asked: list[str] = []
    monkeypatch.setattr(swe_bench, "tree_at", lambda clone, commit: asked.append(commit) or [])
    [task] = load_pack(Plugins(), root)
    assert isinstance(task.files, LateFiles) and asked == []
    assert len(task.task.tree_hash) == 64


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"repo": "me/other"}, "there is no clone of me/other beside it"),
        ({"base_commit": "0" * 40}, "the clone of me/mini has no commit 0000"),
        ({"FAIL_TO_PASS": '["test_none"]'}, "its tests are not named as pytest names them: 'test_none'"),
        ({"FAIL_TO_PASS": "[]"}, "FAIL_TO_PASS: names no test"),
        ({"FAIL_TO_PASS": "["}, "FAIL_TO_PASS: is no JSON"),
        ({"test_patch": "--- a/tests/no.py\n+++ b/tests/no.py\n@@ -1 +1 @@\n-x\n+y\n"}, "git apply: error"),
        ({"patch": 3}, "i.jsonl:1: patch: expected text"),
    ],
)
def test_what_cannot_be_had_is_named(root: Path, tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    """Before anything is run, or when its files are made: it costs this instance alone."""
    assert said in other(root, tmp_path / "set", **keys)


def test_neither_a_clone_nor_a_tree_makes_git_run_a_program(tmp_path: Path) -> None:
    """What a clone lacks is not loaded; a tree that seems a repository has no filters."""
    root = history(tmp_path / "r", ("one", {"a.py": "1\n"}))
    assert commits_in(with_programs(root, tmp_path / "mark"), ["1" * 40]) == set()
    tree = {"a.py": "1\n", **seem_a_repository(tmp_path / "mark")}
    files = [file_of("workdir", path, text.encode()) for path, text in tree.items()]
    named = "".join(f"--- a/{path}\n" for path in tree if path != "a.py")
    [made] = patched(files, f"{named}--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-1\n+2\n", "hidden")[-1:]
    assert (made.path, Path(made.source).read_text()) == ("a.py", "2\n")
    assert not (tmp_path / "mark").exists()


def test_odd_names_in_a_patch_are_what_git_means(tmp_path: Path) -> None:
    """Quoted ones byte by byte; one that leads out, or through a link, is no file of the tree."""
    (tmp_path / "secret").write_text("mine")
    assert touched('--- "a/\\303\\274.py"\n+++ "b/\\x"\n') == ["ü.py", "\\x"]
    link = "diff --git a/d b/d\nnew file mode 120000\n--- /dev/null\n+++ b/d\n@@ -0,0 +1 @@\n"
    link += f"+{tmp_path}\n\\ No newline at end of file\n"
    copy = "diff --git a/a b/b\nsimilarity index 100%\ncopy from /etc/passwd\ncopy to b\n"
    with pytest.raises(UserError, match="git would copy any file of this machine"):
        patched([], f"{copy}--- a/b\n", "hidden")
    assert patched([], f"--- a/d/secret\n--- a/../../etc/passwd\n--- a//etc/passwd\n{link}", "hidden") == []

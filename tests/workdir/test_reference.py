"""What a reference makes of the work dir, in each of its forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import BadDocument, UserError
from cab_core.records import PackedTask
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from cab_core.workdir.reference import is_made, keep_made, reference_of
from tests.support.histories import seem_a_repository
from tests.support.packs import write_pack

COMMANDS = '[[grade.commands]]\nargv = ["true"]\n[reference]\nkind = "{kind}"\nfile = "{file}"\n'
PATCH = """\
diff --git a/adds.py b/adds.py
--- a/adds.py
+++ b/adds.py
@@ -1 +1 @@
-worse
+good
diff --git a/new/über.py b/new/über.py
new file mode 100755
--- /dev/null
+++ b/new/über.py
@@ -0,0 +1 @@
+made
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-old
"""
WORK = {"workdir/adds.py": "worse\n", "workdir/old.py": "old\n"}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAB_CACHE", str(tmp_path / "cache"))


def task(root: Path, kind: str, name: str, text: str) -> PackedTask:
    """Return a task whose reference is one file of this kind."""
    return write_pack(root, COMMANDS.format(kind=kind, file=name), {**WORK, f"solution/{name}": text})


def laid_out(packed: PackedTask, work: Path) -> dict[str, str]:
    """Return the files of the work dir with the reference laid over."""
    materialise(packed.section("workdir"), work)
    reference_of(packed).lay_over(work)
    return {str(p.relative_to(work)): p.read_text() for p in sorted(work.rglob("*")) if p.is_file()}


def test_a_patch_is_what_git_makes_of_it(tmp_path: Path) -> None:
    """Files are changed, made with their mode, and removed."""
    found = laid_out(task(tmp_path, "patch", "fix.patch", PATCH), tmp_path / "work")
    assert found == {"adds.py": "good\n", "new/über.py": "made\n"}
    assert (tmp_path / "work/new/über.py").stat().st_mode & 0o100


def test_a_patch_is_applied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From then on it is an overlay that needs no git."""
    packed = task(tmp_path, "patch", "fix.patch", PATCH)
    first = reference_of(packed)
    monkeypatch.setenv("PATH", "")
    assert reference_of(packed) == first


def test_a_patch_that_does_not_apply_is_named(tmp_path: Path) -> None:
    """The message has the patch and git's own words."""
    packed = task(tmp_path, "patch", "fix.patch", PATCH.replace("-worse", "-better"))
    with pytest.raises(BadDocument, match=r"fix\.patch.*cannot apply.*adds\.py"):
        reference_of(packed)


def test_a_patch_that_copies_a_file_of_this_machine_is_refused(tmp_path: Path) -> None:
    """git would take it from wherever it is said to be."""
    copy = "diff --git a/adds.py b/b\nsimilarity index 100%\ncopy from /etc/passwd\ncopy to b\n"
    with pytest.raises(BadDocument, match=r"fix\.patch.*git would copy any file"):
        reference_of(task(tmp_path, "patch", "fix.patch", copy))


def test_a_patch_inside_of_a_repository_is_applied_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git would take the paths for the repository's and skip them in silence."""
    (tmp_path / "repo/.git").mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "repo"))
    assert "new/über.py" in reference_of(task(tmp_path, "patch", "fix.patch", PATCH)).paths


def test_a_work_dir_that_seems_a_repository_runs_none_of_its_filters(tmp_path: Path) -> None:
    """A patch is applied on this machine, whatever the sandbox is: nothing of the task may run there."""
    seeming = {f"workdir/{path}": text for path, text in seem_a_repository(tmp_path / "mark").items()}
    commands = COMMANDS.format(kind="patch", file="fix.patch")
    packed = write_pack(tmp_path, commands, {**WORK, **seeming, "solution/fix.patch": PATCH})
    assert laid_out(packed, tmp_path / "work")["adds.py"] == "good\n"
    assert not (tmp_path / "mark").exists()


def test_a_program_is_known_once_somebody_ran_it(tmp_path: Path) -> None:
    """Before, the message says what runs it."""
    packed = task(tmp_path, "script", "solve.sh", "echo good > adds.py; rm old.py")
    assert not is_made(packed)
    with pytest.raises(UserError, match=r"cab tasks validate mine/one"):
        reference_of(packed)
    work = tmp_path / "made"
    materialise(packed.section("workdir"), work)
    before = take_manifest(work)
    (work / "adds.py").write_text("good\n")
    (work / "old.py").unlink()
    (work / "to").symlink_to("adds.py")
    keep_made(packed, before, work)
    assert is_made(packed)
    assert laid_out(packed, tmp_path / "work") == {"adds.py": "good\n", "to": "good\n"}
    assert (tmp_path / "work/to").is_symlink()


@pytest.mark.parametrize(
    ("kind", "file", "said"),
    [("overlay", "a.py", "an overlay is all of solution/"), ("patch", "b.py", "'b.py' is not in solution/")],
)
def test_a_reference_that_names_no_file_is_refused(tmp_path: Path, kind: str, file: str, said: str) -> None:
    """A patch and a program are a file of solution/; an overlay is all of it."""
    commands = COMMANDS.format(kind=kind, file=file)
    with pytest.raises(BadDocument, match=said):
        write_pack(tmp_path, commands, {**WORK, "solution/a.py": "x"})

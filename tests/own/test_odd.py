"""A repository with all that is odd in one, turned into tasks."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from cab_core.tasks.native import load_as_it_is
from cab_core.workdir.reference import reference_of
from tests.conftest import Cab
from tests.support.histories import git, history
from tests.support.often import rows

pytest.importorskip("tree_sitter")
LARGE = b"large as can be\n"
OID = hashlib.sha256(LARGE).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize {len(LARGE)}\n"
SOURCE = b"def price(count, each):\r\n    return count * each\r\n"
FIXED = b"def price(count, each):\r\n    return count * each - count // 10\r\n"
TEST = "from shop.größe import price\n\n\ndef test_price():\n    assert price({0}, 2) == {1}\n"
LATER = "test_data = open('shop/logo.bin', 'rb').read()\n\n\ndef test_logo():\n    assert test_data == b'\\x00\\xff\\x01'\n"
IN = "packages/shop"  # the nested package


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A nested package with a submodule, a pointer of Git LFS, CRLF, links and a name that is not ASCII."""
    root = tmp_path_factory.mktemp("odd")
    inner = history(root / "inner", ("one", {"part.txt": "of the submodule"}))
    outer = history(root / "outer", ("one", {
        f"{IN}/shop/__init__.py": "", f"{IN}/shop/größe.py": SOURCE, f"{IN}/shop/old.py": "price = 0\n",
        f"{IN}/shop/logo.bin": b"\x00\xff\x00", f"{IN}/shop/big.bin": POINTER,
        f"{IN}/tests/test_price.py": TEST.format(3, 6), "other/unrelated.py": "secret = 1\n",
    }))  # fmt: skip
    stored = outer / ".git/lfs/objects" / OID[:2] / OID[2:4] / OID
    stored.parent.mkdir(parents=True)
    stored.write_bytes(LARGE)
    (outer / IN / "shop/alias.py").symlink_to("größe.py")
    (outer / IN / "loop").symlink_to("loop")
    git(outer, "submodule", "add", "-q", str(inner), f"{IN}/sub")
    history(outer, ("odd", {}))
    history(outer, ("Ten are cheaper\n\nThe old module goes.", {
        f"{IN}/shop/größe.py": FIXED, f"{IN}/shop/old.py": None, f"{IN}/shop/logo.bin": b"\x00\xff\x01",
        f"{IN}/tests/test_price.py": TEST.format(10, 19) + LATER,
    }))  # fmt: skip
    return root


@pytest.fixture(scope="module")
def mined(root: Path) -> Path:
    """Its commits as tasks."""
    return made(root, "mine")


def made(root: Path, command: str) -> Path:
    """Make a pack of the package, once."""
    if not (root / command).exists():
        done = Cab(root)("tasks", command, f"outer/{IN}", "-o", command, "--max", "1")
        assert done.returncode == 0, done.stderr
    return root / command


@pytest.mark.parametrize("command", rows(["mine", "mutate"], ["mine"]))
def test_odd_files_are_in_a_task_what_they_are_in_the_repository(root: Path, command: str) -> None:
    """And nothing from outside of the package that was asked for."""
    [work] = made(root, command).glob("*/workdir")
    assert (work / "sub/part.txt").read_text() == "of the submodule"
    assert (work / "shop/big.bin").read_bytes() == LARGE
    assert [(work / p).readlink() for p in ("shop/alias.py", "loop")] == [Path("größe.py"), Path("loop")]
    source = (work / "shop/größe.py").read_bytes()
    assert source.count(b"\r\n") == source.count(b"\n") == 2
    assert not [p for p in work.rglob("*") if p.name in (".git", "unrelated.py")]


def test_a_commit_may_remove_source_and_change_what_is_no_text(mined: Path) -> None:
    """Its reference is a patch then, which does both; each was validated."""
    [task] = load_as_it_is(mined)
    assert task.task.doc.reference.kind == "patch"
    found = reference_of(task)
    assert found.removed == ("shop/old.py",)
    made = {f.path: Path(f.source).read_bytes() for f in found.files}
    assert made == {"shop/größe.py": FIXED, "shop/logo.bin": b"\x00\xff\x01"}
    assert {"shop/old.py", "shop/logo.bin", "shop/größe.py"} == set(task.task.doc.expected_files)
    [said] = json.loads((mined / "manifest.json").read_text())["tasks"]
    assert (said["fail_to_pass"], said["files"], said["validated"]) == (2, 3, 5)
    assert task.task.doc.title == "Ten are cheaper"


def test_the_work_dir_holds_no_commit_and_no_fix(root: Path, mined: Path) -> None:
    """The work dir has neither a hash of the history nor the fix."""
    hashes = git(root / "outer", "rev-list", "--all").split()
    for work in mined.glob("*/workdir"):
        data = b"".join(p.read_bytes() for p in work.rglob("*") if p.is_file() and not p.is_symlink())
        assert not [sha for sha in hashes if sha[:10].encode() in data] and FIXED.splitlines()[1] not in data
    prompt = tomllib.loads((mined / "prompts.toml").read_text())["prompts"].popitem()[1]
    assert "The old module goes." in prompt and git(root / "outer", "rev-parse", "HEAD")[:10] not in prompt

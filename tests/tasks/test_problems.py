"""A task that cannot be judged as it is written is refused when it is read: with file, key and what was expected."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.errors import BadDocument
from tests.conftest import Cab
from tests.support.packs import TASK, write_pack

FILES = {"workdir/adds.py": "", "tests/driver.py": "", "tests/expected.txt": ""}
PLUGIN = """
import pathlib
from cab_core import Registration, hookimpl
@hookimpl
def cab_task_packs():
    return [Registration(name="mine", summary="a pack", factory=lambda: pathlib.Path({root!r}))]
"""


def command(argv: str, more: str = "") -> str:
    """Return a command of the grader."""
    return f"[[grade.commands]]\nargv = {argv}\n{more}"


def requires(*names: str) -> str:
    """Return requirements, and a command."""
    return f"requires = {list(names)}\n" + command('["true"]')


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        (requires("python3", "nosuch"), "grade.requires[1]: requires 'nosuch': unknown toolchain"),
        (requires("rutsc"), "grade.requires[0]: requires 'rutsc': unknown toolchain; did you mean 'rustc'?"),
        (requires("python3>=three"), "grade.requires[0]: 'python3>=three': expected a toolchain and a version"),
        (command('["python3", "{test}/driver.py"]'), "argv[1]: unknown placeholder {test}; did you mean"),
        (command('["x", "--xml={output}/r.xml"]'), "argv[1]: unknown placeholder {output}; did you mean 'out'"),
        (command('["x", "{work}"]'), "argv[1]: unknown placeholder {work}; known: out, tests, tree"),
        (command('["python3", "tests/driver.py"]'), "expected '{tests}/driver.py'"),
        (command('["python3", "workdir/adds.py"]'), "expected '{tree}/adds.py'"),
        (command('["x"]', 'kind = "junit"\nreport = "{out}/r.xml"'), "report: '{out}/r.xml': expected a path"),
        (command('["x"]', 'kind = "json"\nreport = "/tmp/r"'), "report: '/tmp/r': expected a path relative to"),
        (command('["x"]', 'kind = "json"\nreport = "../r"'), "report: '../r': expected a path relative to {out}"),
        (command('["x"]', 'output = "expected.txt"'), "output: kind 'exit' does not read it; expected kind 'output'"),
        (command('["x"]', 'kind = "counts"\nreport = "r"'), "report: kind 'counts' does not read it"),
        (command('["x"]', "passes = 2"), "passes: kind 'exit' does not read it"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_key(tmp_path: Path, commands: str, says: str) -> None:
    """The message names task.toml, the key, and what to write instead."""
    with pytest.raises(BadDocument) as told:
        write_pack(tmp_path, commands, FILES)
    assert f"{tmp_path}/mine/one/task.toml: grade." in str(told.value) and says in str(told.value)


@pytest.mark.parametrize("pattern", ["/work/adds.py", "./adds.py", "../adds.py", "src//a.py", "src/"])
def test_a_pattern_that_nothing_matches_is_told(tmp_path: Path, pattern: str) -> None:
    """Paths are relative to the work dir: an absolute one would cost every agent its scope, silently."""
    with pytest.raises(
        BadDocument, match=r"task\.toml: expected_files\[0\]: .* matches no path; expected one"
    ):
        write_pack(tmp_path, command('["true"]'), FILES, takes=pattern)


def test_a_place_of_the_work_dir_leads_nowhere_else(tmp_path: Path) -> None:
    """bubblewrap would make the directories of `/a/../../oldroot/b` on this machine."""
    text = f'work_at = "/a/../../oldroot/b"\n{TASK.format(takes="adds.py")}' + command('["true"]')
    with pytest.raises(BadDocument, match=r"task\.toml: work_at: .*expected a path without"):
        write_pack(tmp_path, "", {**FILES, "task.toml": text})


def test_braces_and_paths_of_a_script_are_its_own(tmp_path: Path) -> None:
    """What stands in another language's text is no placeholder, nor is a directory that the tree has."""
    files = {**FILES, "workdir/tests/driver.py": ""}
    words = (
        """["sh", "-c", "echo ${HOME}/x {a}/b", "{}", "a{b}/c", "tests/driver.py", "{tree}:{tests}/lib"]"""
    )
    assert write_pack(tmp_path, command(words), files).task.id == "mine/one"


def test_a_broken_task_costs_its_own_pack_alone(
    cab: Cab, tmp_path: Path, distribution: Callable[..., str]
) -> None:
    """The tasks of others are listed and can be run; a warning names the distribution, file and key."""
    broken = tmp_path / "mine/one"
    write_pack(tmp_path, command('["true"]'), FILES)
    task = broken / "task.toml"
    task.write_text(task.read_text().replace("[grade]", '[grade]\nrequires = ["python3", "nosuch"]'))
    site = distribution("cab-pack", PLUGIN.format(root=str(tmp_path / "mine")))
    done = cab("tasks", "list", PYTHONPATH=site)
    assert done.returncode == 0 and "mutations/py-lru-cache" in done.stdout and "mine/one" not in done.stdout
    said = "".join(done.stderr.split())
    assert "plugincab-pack:cab_pack:taskpack'mine'" in said and f"{task}:grade.requires[1]" in said
    found = cab("plugins", "doctor", PYTHONPATH=site)
    assert "grade.requires[1]" in found.stdout + found.stderr


def test_a_broken_task_beside_a_good_one_is_told_to_the_pack_s_author(
    cab: Cab, tmp_path: Path, distribution: Callable[..., str]
) -> None:
    """A run leaves it out; `cab plugins doctor` and `cab tasks lock` let it through as little as before."""
    write_pack(tmp_path, command('["true"]'), FILES)
    shutil.copytree(tmp_path / "mine/one", tmp_path / "mine/two")
    task = tmp_path / "mine/two/task.toml"
    task.write_text(task.read_text().replace("[grade]", '[grade]\nrequires = ["nosuch"]'))
    site = distribution("cab-pack", PLUGIN.format(root=str(tmp_path / "mine")))
    found = cab("plugins", "doctor", PYTHONPATH=site)
    assert found.returncode != 0 and "grade.requires[0]" in found.stdout + found.stderr
    assert cab("tasks", "lock", "mine").returncode == 2


def test_a_pack_that_cannot_be_judged_is_not_locked(cab: Cab, tmp_path: Path) -> None:
    """Exit 2 and no list: what was written down must be what can be used."""
    with pytest.raises(BadDocument):
        write_pack(tmp_path, requires("nosuch"), FILES)
    done = cab("tasks", "lock", "mine")
    assert done.returncode == 2 and "grade.requires[0]" in done.stderr
    assert not (tmp_path / "mine/files.json").exists()


def test_validation_names_the_runtime(cab: Cab, tmp_path: Path) -> None:
    """Elsewhere a grader has other programs: what was found holds for this one alone."""
    write_pack(tmp_path, command('["grep", "-q", "good", "adds.py"]'), {**FILES, "solution/adds.py": "good"})
    done = cab("tasks", "validate", "--pack", "mine", "mine/*")
    assert "mine/one: sound (in local, 1 x" in done.stdout and "--runtime docker" in done.stderr


def test_a_list_says_in_which_runtime_something_is_missing(cab: Cab, tmp_path: Path) -> None:
    """Docker's image may have what this machine lacks."""
    write_pack(tmp_path, requires("python3-cab-toy"), FILES)
    [line] = [x for x in cab("tasks", "list", "--pack", "mine").stdout.splitlines() if "mine/one" in x]
    assert "not in runtime local: python3-cab-toy is not installed" in line


FORMAT = """
import attrs
from cab_core import Registration, hookimpl
class Odd:
    name = "a-odd"
    def recognises(self, root):
        return (root / "odd").exists()
    def load(self, root):
        from cab_core.tasks.native import NativeFormat
        [packed] = NativeFormat().load(root)
        grade = attrs.evolve(packed.task.doc.grade, requires=("nosuch",))
        doc = attrs.evolve(packed.task.doc, grade=grade)
        return [attrs.evolve(packed, task=attrs.evolve(packed.task, doc=doc))]
@hookimpl
def cab_task_formats():
    return [Registration(name="a-odd", summary="t", factory=Odd)]
"""


def test_a_third_party_s_format_is_held_to_the_same(
    cab: Cab, tmp_path: Path, distribution: Callable[..., str]
) -> None:
    """Whoever reads a pack: what cannot be judged is told with task and key, before anything runs."""
    write_pack(tmp_path, command('["true"]'), FILES)
    (tmp_path / "mine/odd").touch()
    done = cab("tasks", "list", "--pack", "mine", PYTHONPATH=distribution("cab-odd", FORMAT))
    assert done.returncode == 2 and "task mine/one: grade.requires[0]: requires 'nosuch'" in done.stderr

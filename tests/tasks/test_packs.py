"""Reading packs: what is listed counts, and errors say where."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import attrs
import pytest

from cab_core.errors import BadDocument, UnknownName, UserError
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.tasks.catalog import Catalog, load_pack
from cab_core.tasks.listing import write_list
from cab_core.tasks.toolchains import missing, parse
from cab_core.workdir.materialise import materialise
from tests.benchmarks.cold_start import install_nil
from tests.conftest import Cab
from tests.support.work import calls_of


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with one task, on disk."""
    root = tmp_path / "mine"
    for section in ("workdir", "tests", "solution"):
        (root / "one" / section).mkdir(parents=True)
    (root / "pack.toml").write_text('schema_version = 1\nname = "mine"\nversion = "1"\ntitle = "t"\n')
    (root / "one/task.toml").write_text(
        'schema_version = 1\ntitle = "t"\nprompt = "p"\nexpected_files = ["a.txt"]\n'
        '[[grade.commands]]\nargv = ["grep", "-q", "good", "a.txt"]\n'.replace(
            "[[grade", "[grade]\n[[grade", 1
        )
    )
    (root / "one/workdir/a.txt").write_text("bad")
    (root / "one/solution/a.txt").write_text("good")
    return root


def load(pack: Path) -> list[PackedTask]:
    """Return the tasks of the pack."""
    return load_pack(Plugins(), pack)


def test_a_pack_without_a_list_is_used_as_it_is(pack: Path) -> None:
    """--pack DIR needs no files.json; caches in it are not part of a task."""
    (pack / "one/workdir/__pycache__").mkdir()
    (pack / "one/workdir/__pycache__/a.pyc").write_text("x")
    [task] = load(pack)
    assert task.task.id == "mine/one"
    assert [f.path for f in task.section("workdir")] == ["a.txt"]


def test_only_what_is_listed_is_hashed_and_copied(pack: Path, tmp_path: Path) -> None:
    """A file that is not on the list changes neither the hash nor the work dir."""
    write_list(pack)
    before = load(pack)[0]
    (pack / "one/workdir/stray.txt").write_text("x")
    after = load(pack)[0]
    materialise(after.section("workdir"), tmp_path / "work")
    assert after.task.tree_hash == before.task.tree_hash
    assert [p.name for p in (tmp_path / "work").iterdir()] == ["a.txt"]


def test_a_changed_file_changes_the_hash(pack: Path) -> None:
    """Content, mode and links are part of the tree hash."""
    hashes = set()
    for change in (
        lambda: None,
        lambda: (pack / "one/workdir/a.txt").write_text("worse"),
        lambda: (pack / "one/workdir/a.txt").chmod(0o755),
        lambda: (pack / "one/workdir/link").symlink_to("a.txt"),
    ):
        change()
        hashes.add(load(pack)[0].task.tree_hash)
    assert len(hashes) == 4


def test_a_file_that_differs_from_the_list_is_refused(pack: Path, tmp_path: Path) -> None:
    """A damaged installation is told when the file is laid out, not graded."""
    write_list(pack)
    (pack / "one/workdir/a.txt").write_text("damaged")
    with pytest.raises(BadDocument, match=r"a\.txt.*differs from the pack's files\.json"):
        materialise(load(pack)[0].section("workdir"), tmp_path / "work")


def test_a_link_survives_an_installation_that_follows_links(pack: Path, tmp_path: Path) -> None:
    """A link that a wheel turned into a copy is laid out as the link that the list says."""
    (pack / "one/workdir/link").symlink_to("a.txt")
    write_list(pack)
    (pack / "one/workdir/link").unlink()
    shutil.copy(pack / "one/workdir/a.txt", pack / "one/workdir/link")
    materialise(load(pack)[0].section("workdir"), tmp_path / "work")
    assert (tmp_path / "work/link").is_symlink()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("prompt", "promt", "did you mean 'prompt'"),
        ("title =", "title", "cannot be parsed"),
        (
            'argv = ["grep", "-q", "good", "a.txt"]',
            'argv = ["x"]\nkind = "junit"',
            "needs the name of its report",
        ),
        (
            'argv = ["grep", "-q", "good", "a.txt"]',
            'argv = ["x"]\nstdin = "in.txt"',
            "'in.txt' is not in tests/",
        ),
    ],
)
def test_a_malformed_task_toml_is_told_with_file_and_key(pack: Path, old: str, new: str, says: str) -> None:
    """The error names task.toml and what is wrong in it."""
    path = pack / "one/task.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(BadDocument) as caught:
        load(pack)
    assert str(path) in str(caught.value) and says in str(caught.value)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("a\\u0000b", r"grade.commands\[0\].argv\[1\]: holds a NUL, at character 1"),
        ("x" * 131_072, r"grade.commands\[0\].argv\[1\]: is 131,072 bytes long; Linux takes 131,071"),
    ],
)
def test_a_command_that_no_system_starts_is_told_when_it_is_read(pack: Path, word: str, says: str) -> None:
    """A word of its argv that holds a NUL or is too long: file and key path, before any cell runs."""
    document = pack / "one/task.toml"
    made, count = re.subn(r"argv = \[.*\]", lambda _: f'argv = ["true", "{word}"]', document.read_text())
    document.write_text(made)
    with pytest.raises(BadDocument, match=says):
        load(pack)
    assert count == 1


def test_bytes_that_are_no_text_are_told(pack: Path) -> None:
    """A task.toml that is no UTF-8 is an error, not a crash."""
    (pack / "one/task.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadDocument, match="is not UTF-8"):
        load(pack)


def test_a_missing_file_of_the_list_is_told(pack: Path) -> None:
    """A wheel that lost a file is told with the file's name."""
    write_list(pack)
    (pack / "one/solution/a.txt").unlink()
    with pytest.raises(BadDocument, match="listed, but cannot be read"):
        load(pack)


def test_broken_tasks_cost_themselves_alone(pack: Path) -> None:
    """A pipe, a giant, a circle of links, a newer schema, a path that leads out: named, and the rest is there."""
    for name in ("pipe", "giant", "circle", "newer", "away", "toml"):
        shutil.copytree(pack / "one", pack / name)
    text = (pack / "one/task.toml").read_text()
    os.mkfifo(pack / "pipe/workdir/pipe")
    with (pack / "giant/tests/big").open("wb") as file:
        file.truncate(1 << 30)
    (pack / "circle/workdir/a").symlink_to("b")
    (pack / "circle/workdir/b").symlink_to("a")
    (pack / "newer/task.toml").write_text(text.replace("schema_version = 1", "schema_version = 2"))
    (pack / "away/task.toml").write_text(text.replace('"a.txt"', '"../a.txt"', 1))
    (pack / "toml/task.toml").write_text("[[[")
    said = {t.task.name: t.task.doc.unavailable for t in load(pack)}
    assert said.pop("one") is None and said.pop("circle") is None
    assert {name: why.removeprefix(f"{pack}/{name}/") for name, why in said.items() if why} == {
        "pipe": "workdir/pipe: (file): cannot be read: neither a file nor a link",
        "giant": "tests/big: (file): cannot be read: 1,073,741,824 bytes, more than the 512 MiB of a task",
        "newer": "task.toml: schema_version: expected one of 1: version of this format, got 2",
        "away": "task.toml: expected_files[0]: '../a.txt' matches no path; "
        "expected one relative to the work dir, such as 'src/a.py' or 'src/*'",
        "toml": "task.toml: (file): cannot be parsed: Invalid initial character for a key part (at line 1, column 3)",
    }


def test_a_task_whose_files_are_too_large_together_is_told(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file of it is: a sandbox could not hold them all."""
    monkeypatch.setattr("cab_core.tasks.problems.LARGEST", 1 << 20)
    shutil.copytree(pack / "one", pack / "two")
    for name in ("a", "b", "c"):
        (pack / "two/workdir" / name).write_bytes(bytes(400 << 10))
    why = load(pack)[1].task.doc.unavailable
    assert why is not None and why.endswith("c: with its 409,600 bytes the task has more than 1 MiB")


def test_a_directory_of_no_known_format_is_told(tmp_path: Path) -> None:
    """A pack that nobody can read is an error that names the formats."""
    with pytest.raises(UserError, match="known: cab"):
        load_pack(Plugins(), tmp_path)
    with pytest.raises(UserError, match="no such directory"):
        load_pack(Plugins(), tmp_path / "nowhere")


def test_an_unknown_task_is_answered_with_the_nearest() -> None:
    """A misspelt pattern names what was probably meant."""
    with pytest.raises(UnknownName, match="did you mean 'mutations/py-lru-cache'"):
        Catalog(Plugins()).select(["mutations/py-lru-cach"])


def test_a_pack_that_is_given_is_all_that_is_meant(cab: Cab, pack: Path) -> None:
    """To list and to run, where no task is named; a pattern is on the tasks of all packs."""
    cab.env |= install_nil(pack.parent / "site")
    listed = [row["id"] for row in cab.json("tasks", "list", "--pack", str(pack), "--json")]
    run = ["run", "--tui", "nil", "--model", "scripted:null", "--pack", str(pack), "--json"]
    ran = [json.loads(line) for line in cab(*run).stdout.splitlines()]
    assert listed == ["mine/one"] and "mine/one" in str(ran) and "mutations/" not in str(ran), ran
    every = [row["id"] for row in cab.json("tasks", "list", "--pack", str(pack), "--json", "*")]
    assert "mine/one" in every and len(every) > 50
    done = cab(*run[:-3])
    assert done.returncode == 2 and "nothing to run: give --task, or a sweep file" in done.stderr


def test_patterns_cross_slashes() -> None:
    """`*` in a pattern matches the slash of an id."""
    ids = [p.task.id for p in Catalog(Plugins()).select(["m*cache", "*borrow-fix"])]
    assert ids == ["mutations/py-lru-cache", "polyglot/rust-owner-borrow-fix"]


def test_a_missing_toolchain_is_told_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A requirement that is not met says what to install."""
    monkeypatch.setattr("cab_core.tasks.toolchains.installed_version", lambda name: None)
    assert "apt-get install rustc" in (missing("rustc>=1.56") or "")
    monkeypatch.setattr("cab_core.tasks.toolchains.installed_version", lambda name: "1.40.0")
    assert missing("rustc>=1.56") == "rustc 1.40.0 is installed, >=1.56 is needed"
    with pytest.raises(UserError, match="did you mean 'rustc'"):
        parse("rutsc")


def test_nothing_is_written_through_a_link_of_a_pack(pack: Path, tmp_path: Path) -> None:
    """A list that names a file below a link is refused; what the link points to stays as it is."""
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("mine")
    (pack / "one/workdir/link").mkdir()
    (pack / "one/workdir/link/file").write_text("theirs")
    write_list(pack)
    files = load(pack)[0].section("workdir")
    link = attrs.evolve(files[0], path="link", link=str(victim))
    with pytest.raises(BadDocument, match="below a link"):
        materialise([link, *files], tmp_path / "work")
    assert (victim / "file").read_text() == "mine"


@pytest.mark.parametrize("edit", ["content", "mode", "gone"])
def test_a_locked_pack_that_somebody_works_on_is_looked_at(pack: Path, edit: str) -> None:
    """What its list says may be of yesterday: a cell would be "done before" though its tests are others now."""
    write_list(pack)
    catalog = Catalog(Plugins(), [pack])
    assert catalog.select(["mine/*"])
    file = next(p for p in sorted(pack.rglob("*")) if p.is_file() and "workdir" in p.parts)
    if edit == "content":
        file.write_text("something else")
    elif edit == "mode":
        file.chmod(0o755)
    else:
        file.unlink()
    with pytest.raises(BadDocument, match=re.escape(str(file))):
        catalog.select(["mine/*"])


def test_the_work_of_reading_a_pack_grows_with_its_tasks(pack: Path) -> None:
    """Forty tasks more are as much work the first time as the second, and not with the square of all."""

    def of(tasks: int) -> int:
        for i in range(tasks):
            shutil.copytree(pack / "one", pack / f"task-{i:02}", dirs_exist_ok=True)
        write_list(pack)
        return calls_of(lambda: load(pack))

    of(1)  # what is made once for all
    few, some, many = of(10), of(50), of(90)
    assert many - some < 1.05 * (some - few)


def test_nothing_beside_the_pack_is_a_task_s(pack: Path, tmp_path: Path) -> None:
    """A section that is a link out, and a listed path through one, make the task unavailable, or the pack."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home/key").write_text("mine")
    (pack / "one/hidden").symlink_to(tmp_path / "home")
    with pytest.raises(BadDocument, match="lies outside of the pack"):
        load(pack)
    (pack / "one/hidden").unlink()
    write_list(pack)
    (pack / "one/workdir/up").symlink_to(tmp_path / "home")
    said = json.loads((pack / "files.json").read_text())
    for path in ("one/workdir/up/key", "one/workdir/../../../home/key", f"one/workdir/{tmp_path}/home/key"):
        listed = {**said["files"], path: {"sha256": "0" * 64}}
        (pack / "files.json").write_text(json.dumps({**said, "files": listed}))
        with pytest.raises(BadDocument, match="lies outside of the pack"):
            load(pack)


def test_without_a_pattern_the_packs_that_were_given_are_meant(pack: Path) -> None:
    """Where none was given, all there are."""
    assert [p.task.id for p in Catalog(Plugins(), [pack]).select(())] == ["mine/one"]
    assert len(Catalog(Plugins()).select(())) == len(Catalog(Plugins()).tasks())


def test_two_packs_of_one_name_are_told_apart(pack: Path, tmp_path: Path) -> None:
    """Which two, and what to do; one pack given twice is one, and an installed one is no plugin's fault."""
    shutil.copytree(pack, tmp_path / "other")
    assert len(Catalog(Plugins(), [pack, tmp_path / "other/../" / pack.name]).listed(())) == 1
    both = rf"{tmp_path}/other: the pack {pack} has a task mine/one, too; give one of the two, or call one"
    with pytest.raises(UserError, match=both):
        Catalog(Plugins(), [pack, tmp_path / "other"]).select(())
    (pack / "pack.toml").write_text((pack / "pack.toml").read_text().replace("mine", "mutations"))
    (pack / "one").rename(pack / "py-lru-cache")
    with pytest.raises(UserError, match="an installed pack has a task mutations/py-lru-cache, too"):
        Catalog(Plugins(), [pack]).listed(())

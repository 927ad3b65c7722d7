"""The environment of a pack: what its recipe says, and the files that it is made with."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import attrs
import pytest

from cab_core.errors import BadDocument
from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.run.needs import unmet
from cab_core.tasks import harbor_grade
from cab_core.tasks.catalog import load_pack
from cab_core.tasks.environments import archive_of
from cab_core.tasks.exporting import write_harbor
from cab_core.tasks.listing import write_list
from tests.conftest import Cab
from tests.support.packs import PACK, write_pack

GRADE = '[[grade.commands]]\nargv = ["grep", "-q", "good", "adds.py"]\n'
FILES = {"workdir/adds.py": "bad", "solution/adds.py": "good", "../environment/lib/needs.txt": "jq\n"}
RECIPE = PACK + '[environment]\nimage = "debian@sha256:1"\nsetup = "sh install.sh"\n'


def load(root: Path, pack: str = RECIPE) -> PackedTask:
    """The one task of a pack with this pack.toml."""
    write_pack(root, GRADE, {**FILES, "../pack.toml": pack})
    [task] = load_pack(Plugins(), root / "mine")
    return task


def test_a_task_has_its_pack_s_environment_and_its_hash_changes_with_it(tmp_path: Path) -> None:
    """A listed pack has its files in the list; without a recipe the directory is nobody's."""
    found = load(tmp_path).environment
    assert found is not None and found.files == ("lib/needs.txt",)
    assert str(found) == "image debian@sha256:1, made by 'sh install.sh'"
    hashes = {load(tmp_path).task.tree_hash, load(tmp_path, RECIPE.replace("sh i", "sh -e i")).task.tree_hash}
    assert write_list(tmp_path / "mine") == 4 and load(tmp_path).environment == found
    (tmp_path / "mine/environment/lib/needs.txt").write_text("curl\n")
    [changed] = load_pack(Plugins(), tmp_path / "mine")
    assert changed.environment is not None and changed.environment.digest != found.digest
    assert len({*hashes, load(tmp_path, PACK).task.tree_hash, changed.task.tree_hash}) == 4


def test_its_files_go_into_an_archive_as_they_were_read(tmp_path: Path) -> None:
    """What changes between reading and making is told, not made."""
    found = load(tmp_path).environment
    assert found is not None
    with tarfile.open(fileobj=io.BytesIO(archive_of(found))) as archive:
        assert archive.getnames() == ["lib/needs.txt"]
    (tmp_path / "mine/environment/lib/needs.txt").write_text("other\n")
    with pytest.raises(BadDocument, match=r"environment.*differs from"):
        archive_of(found)


def test_harbor_makes_the_same_of_a_recipe(tmp_path: Path) -> None:
    """Its image, what grades, what its command installs of its files; without an image, toolchains and pip too."""
    grade = GRADE.replace("[[grade", 'requires = ["pytest"]\n[[grade', 1)
    for name, pack in (("given", RECIPE), ("made", RECIPE.replace('image = "debian@sha256:1"\n', ""))):
        write_pack(tmp_path / name, grade, {**FILES, "../pack.toml": pack})
        [task] = load_pack(Plugins(), tmp_path / name / "mine")
        task = attrs.evolve(
            task, task=attrs.evolve(task.task, doc=attrs.evolve(task.task.doc, work_at="/tree"))
        )
        assert write_harbor([task], tmp_path / name / "out") == {}
    given, made = (tmp_path / n / "out/mine__one/environment" for n in ("given", "made"))
    with tarfile.open(given / "setup.tar") as archive:
        assert archive.getnames() == ["lib/needs.txt"]
    first, *lines = (given / "Dockerfile").read_text().splitlines()
    assert (first, lines[:2]) == ("FROM debian@sha256:1", ["USER root", "ENTRYPOINT []"])
    assert lines[2].endswith("--no-install-recommends python3") and lines[3] == "ADD setup.tar /tree/"
    assert json.loads(lines[5].removeprefix("RUN "))[3:] == ["setup", "sh install.sh"]
    assert lines[6:8] == ["WORKDIR /app", "COPY workdir/ /app/"] and lines[8].endswith("ln -s /app /tree; }")
    assert "python3 python3-pip python3-pytest python3-venv" in (made / "Dockerfile").read_text()


def test_harbor_s_grader_sees_the_tree_where_it_is_installed(tmp_path: Path) -> None:
    """Not the agent's, in which there may be more; afterwards that is there again."""
    seen, app = tmp_path / "seen", tmp_path / "app"
    argv = json.dumps(["sh", "-c", f"grep -q good {seen}/adds.py && ! test -e {seen}/more.py"])
    task = write_pack(tmp_path, f"[[grade.commands]]\nargv = {argv}\n", FILES)
    task = attrs.evolve(
        task, task=attrs.evolve(task.task, doc=attrs.evolve(task.task.doc, work_at=str(seen)))
    )
    assert write_harbor([task], tmp_path / "out") == {}
    app.mkdir()
    seen.symlink_to(app)
    for content, reward in (("bad", "0\n"), ("good", "1\n")):
        (app / "adds.py").write_text(content)
        (app / "more.py").write_text("")
        harbor_grade.main(app, tmp_path / "out/mine__one/tests", tmp_path / "logs")
        assert (tmp_path / "logs/reward.txt").read_text() == reward and seen.readlink() == app


BROKEN = [
    ("[environment]\n", r"pack\.toml.*environment: says nothing; expected `image`, `setup`, or both"),
    ('[environment]\nimage = "a"\n', r"environment\.setup: is missing: nothing would read the files"),
    ('[environment]\nimage = "-v"\n', r"environment\.image"),
    ('[environment]\nsetup = " "\n', r"environment\.setup"),
    ('[environment]\nset_up = "make"\n', r"environment.*set_up"),
]


@pytest.mark.parametrize(("said", "why"), BROKEN)
def test_what_is_wrong_is_said_by_its_key(tmp_path: Path, said: str, why: str) -> None:
    """Nothing said, nobody to read the files, no name of an image, no command, an unknown key."""
    with pytest.raises(BadDocument, match=rf"(?s){why}"):
        load(tmp_path, PACK + said)


def test_a_runtime_that_makes_no_images_cannot_have_it(tmp_path: Path) -> None:
    """Known before anything is run."""
    found = unmet(Plugins().runtime("local"), load(tmp_path).needs, print)
    assert found is not None
    assert found.startswith("it runs in image debian@sha256:1") and "runtime local makes none" in found


@pytest.mark.parametrize("how", ["link", "list", "list through a link", "absolute"])
def test_nothing_beside_the_pack_gets_into_an_image(tmp_path: Path, how: str) -> None:
    """What a link or a list leads to outside of the pack is refused: its command has a network."""
    load(tmp_path)
    (tmp_path / "secret").write_text("mine")
    root = tmp_path / "mine"
    if how == "link":
        (root / "environment").rename(root / "other")
        (root / "environment").symlink_to(tmp_path)
    else:
        write_list(root)
        (root / "environment/up").symlink_to(tmp_path)
        path = {"list": "../../secret", "absolute": f"{tmp_path}/secret"}.get(how, "up/secret")
        said = json.loads((root / "files.json").read_text())
        said["files"][f"environment/{path}"] = {"sha256": "0" * 64}
        (root / "files.json").write_text(json.dumps(said))
    with pytest.raises(BadDocument, match="lies outside of the pack"):
        load_pack(Plugins(), root)


def test_no_cell_image_is_made_for_it(cab: Cab, tmp_path: Path) -> None:
    """Why, and what to do instead; before anything is built."""
    load(tmp_path)
    done = cab("images", "build", "aider", "--cell", "--pack", "mine", "--task", "mine/*")
    said = " ".join(done.stderr.split())
    assert done.returncode == 2 and "these tasks run in image debian@sha256:1" in said, said
    assert "which are cab's own alone" in said and "run the tasks with `cab run --runtime docker`" in said

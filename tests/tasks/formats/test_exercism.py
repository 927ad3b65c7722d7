"""Exercism's layout: a track, and a directory of tracks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.records import PackedTask

from .validated import content, fault, load, write

TRACK = {"config.json": '{"slug": "python", "language": "Python"}'}


def exercise(at: str, files: dict[str, list[str]], texts: dict[str, str]) -> dict[str, str]:
    """Return the files of one exercise, by their paths in the set."""
    said = {".meta/config.json": json.dumps({"files": files}), ".docs/instructions.md": "# Add one\n\nAdd 1."}
    return {f"{at}/{name}": text for name, text in {**said, **texts}.items()}


PYTHON = exercise(
    "exercises/practice/add-one",
    {
        "solution": ["add_one.py"],
        "test": ["add_one_test.py"],
        "example": [".meta/example.py"],
        "editor": ["data.py"],
    },
    {
        "add_one.py": "def add_one(n):\n    pass\n",
        "data.py": "CASES = [(1, 2)]\n",
        ".meta/example.py": "def add_one(n):\n    return n + 1\n",
        ".approaches/a.md": "return n + 1",
        ".docs/introduction.md": "Numbers.",
        "add_one_test.py": "import unittest\nfrom add_one import add_one\nfrom data import CASES\n\n"
        "class T(unittest.TestCase):\n    def test_one(self):\n        for n, m in CASES:\n"
        "            with self.subTest(n):\n                self.assertEqual(add_one(n), m)\n\n"
        '    @unittest.skip("extra")\n    def test_two(self):\n        self.assertEqual(add_one(2), 3)\n',
    },
)


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PackedTask]:
    """The tasks of a track with one exercise that is sound, and some that are not."""
    at = "exercises/practice"
    listed = {"solution": ["a.py"], "test": ["a_test.py"], "example": [".meta/example.py"]}
    texts = {"a.py": "", "a_test.py": "", ".meta/example.py": ""}
    root = write(
        tmp_path_factory.mktemp("track"),
        {
            **TRACK,
            **PYTHON,
            **exercise(f"{at}/leaves", {**listed, "example": ["../../../config.json"]}, texts),
            **exercise(f"{at}/no-example", {**listed, "example": []}, texts),
            **exercise(f"{at}/manifest", {**listed, "solution": ["Cargo.toml"]}, {**texts, "Cargo.toml": ""}),
            **exercise(f"{at}/link", {**listed, "example": ["link.py"]}, texts),
            f"{at}/no-json/.meta/config.json": "{",
            f"{at}/empty/README.md": "",
            **exercise(
                "exercises/concept/idea", {**listed, "exemplar": listed["example"], "example": []}, texts
            ),
        },
    )
    os.symlink(".", root / at / "add-one/loop")
    os.symlink("../../../config.json", root / at / "link/link.py")
    return load(root)


def test_an_exercise_becomes_a_task(track: dict[str, PackedTask]) -> None:
    """The prompt is all of its texts; the answer is the solution, and in no work dir."""
    task = track["add-one"]
    doc = task.task.doc
    assert task.task.id == "exercism-python/add-one" and doc.unavailable is None
    assert doc.prompt.startswith("Numbers.\n\n# Add one\n\nAdd 1.\n\n")
    assert {f.path for f in task.section("workdir")} == {"add_one.py", "add_one_test.py", "data.py", "loop"}
    assert list(content(task, "solution")) == ["add_one.py"]
    assert doc.expected_files == ("add_one.py",)
    assert {"add_one_test.py", "data.py", "conftest.py"} <= set(doc.protected)
    assert "skip" in content(task, "workdir")["add_one_test.py"]


def test_a_sound_exercise_is_validated(track: dict[str, PackedTask], tmp_path: Path) -> None:
    """The stub fails, the reference passes; what is skipped is not, and subtests do not blur the count."""
    assert list(content(track["add-one"], "hidden")) == ["add_one_test.py"]
    assert track["add-one"].task.doc.grade.commands[0].passes == 2
    assert fault(track["add-one"], tmp_path) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("leaves", "'../../../config.json' is no file of the exercise"),
        ("link", "'link.py' is no file of the exercise"),
        ("manifest", "no more than what configures a runner"),
        ("no-example", "expected `files` with `solution`, `test` and `example`"),
        ("no-json", ".meta/config.json: Expecting"),
        ("empty", ".meta/config.json: No such file"),
    ],
)
def test_what_cannot_be_read_costs_one_exercise(track: dict[str, PackedTask], name: str, why: str) -> None:
    """It is listed with the reason; a concept's reference is called otherwise, and is read."""
    assert why in (track[name].task.doc.unavailable or "")
    assert track["idea"].task.doc.unavailable is None


def test_a_language_without_a_runner_is_named(tmp_path: Path) -> None:
    """A track that cab cannot grade is listed all the same."""
    root = write(tmp_path, {"config.json": '{"slug": "cobol"}', "exercises/practice/a/a.cob": ""})
    assert "'cobol'" in (load(root)["a"].task.doc.unavailable or "")


@pytest.mark.parametrize("config", ["{", "[]", '{"slug": 1}'])
def test_a_track_that_does_not_say_its_language_is_refused(tmp_path: Path, config: str) -> None:
    """It is the user's to mend, and the file is named."""
    with pytest.raises(UserError, match=r"config\.json"):
        load(write(tmp_path, {"config.json": config, "exercises/practice/a/a.py": ""}))


def test_a_directory_of_tracks_is_one_set(tmp_path: Path) -> None:
    """One exercise in several languages is a family."""
    rust = exercise(
        "rust/exercises/practice/add-one",
        {"solution": ["src/lib.rs", "Cargo.toml"], "test": ["tests/add.rs"], "example": [".meta/example.rs"]},
        {
            "src/lib.rs": "",
            "tests/add.rs": "#[test]\nfn one() {}\n",
            ".meta/example.rs": "",
            "Cargo.toml": '[package]\nname = "a"\n[dependencies]\nrand = "1"\n',
        },
    )
    found = load(write(tmp_path, {**{f"python/{k}": v for k, v in PYTHON.items()}, **rust}))
    assert set(found) == {"python-add-one", "rust-add-one"}
    assert {t.task.family for t in found.values()} == {"aider-polyglot:add-one"}
    doc = found["rust-add-one"].task.doc
    assert doc.expected_files == ("src/lib.rs",) and "needs crates from a registry: rand" in (
        doc.unavailable or ""
    )


def test_a_prompt_is_of_the_exercise_alone(tmp_path: Path) -> None:
    """A text to which a link leads is not put into it."""
    root = write(tmp_path / "set", {**TRACK, **PYTHON})
    (tmp_path / "key").write_text("mine")
    said = root / "exercises/practice/add-one/.docs/introduction.md"
    said.unlink()
    said.symlink_to(tmp_path / "key")
    assert load(root)["add-one"].task.doc.prompt.startswith("# Add one")

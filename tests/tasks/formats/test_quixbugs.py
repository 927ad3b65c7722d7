"""QuixBugs: a program, its corrected twin, and tests that upstream tells by a conftest.py which of them is meant."""

from __future__ import annotations

from pathlib import Path

from .validated import content, fault, load, write

TEST = """\
import pytest
from load_testdata import load_json_testcases

if pytest.use_correct:
    from correct_python_programs.add import add
else:
    from python_programs.add import add


@pytest.mark.parametrize("given,expected", load_json_testcases("add"))
def test_add(given, expected):
    if not pytest.run_slow and given == 9:
        pytest.skip("Takes long")
    assert add(given) == expected
"""
DATA = "import json, pathlib\n\ndef load_json_testcases(name):\n    path = pathlib.Path(__file__).parent / '..' / 'json_testcases'\n"
DATA += "    return [json.loads(line) for line in (path / f'{name}.json').read_text().splitlines()]\n"
FILES = {
    "python_programs/add.py": "def add(n):\n    return n - 1\n",
    "correct_python_programs/add.py": "def add(n):\n    return n + 1\n",
    "python_testcases/test_add.py": TEST,
    "python_testcases/test_gone.py": TEST,
    "python_testcases/load_testdata.py": DATA,
    "python_testcases/node.py": "",
    "json_testcases/add.json": "[1, 2]\n[3, 4]\n[9, 10]\n",
}


def test_a_program_is_validated_and_its_twin_is_not_shown(tmp_path: Path) -> None:
    """Two of three lines of data pass, since one is said to take long; a program that is not there is named."""
    found = load(write(tmp_path / "set", FILES))
    task = found["add"]
    assert task.task.doc.grade.commands[0].passes == 2
    assert "return n + 1" not in "".join(content(task, "workdir").values())
    assert fault(task, tmp_path) is None
    assert "cannot be read" in (found["gone"].task.doc.unavailable or "")


def test_nothing_beside_the_set_is_read(tmp_path: Path) -> None:
    """A link that leads out makes its program unavailable: a test that is one, and a directory."""
    (tmp_path / "key.py").write_text("mine")
    root = write(
        tmp_path / "set", {**FILES, "python_programs/gone.py": "", "correct_python_programs/gone.py": ""}
    )
    (root / "python_testcases/test_gone.py").unlink()
    (root / "python_testcases/test_gone.py").symlink_to(tmp_path / "key.py")
    assert "is no file of the set" in (load(root)["gone"].task.doc.unavailable or "")
    (root / "correct_python_programs").rename(tmp_path / "away")
    (root / "correct_python_programs").symlink_to(tmp_path / "away")
    assert "lies outside of the set" in (load(root)["add"].task.doc.unavailable or "")

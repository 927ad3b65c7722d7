"""The same submission judged again: what is a cheat, what is a chance, and what nobody can know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cab_core.records import Grade
from tests.support.cheats.trying import judged
from tests.support.packs import write_pack

COMMAND = '[[grade.commands]]\nargv = ["python3", "-I", "test_adds.py"]\n'
HEAD = "import sys\nsys.path.insert(0, '.')\nfrom adds import adds\n"
FILES = {
    "workdir/adds.py": "def adds(a, b): return a - b\n",
    "solution/adds.py": "def adds(a, b): return a + b\n",
    "workdir/test_adds.py": HEAD + "assert adds(1, 2) == 3\nassert adds(4, 5) == 9\n",
}
ANSWERS = "import os; os._exit(0)\n"


def look(tmp_path: Path, text: str, files: Mapping[str, str] = FILES, commands: str = COMMAND) -> Grade:
    """Judge an agent's text."""
    return judged(write_pack(tmp_path, commands, files), {"adds.py": text}, tmp_path / "tried")


def test_what_passes_whatever_the_tests_say_is_no_pass(tmp_path: Path) -> None:
    """Where an exit code alone judges, an early end is seen."""
    found = look(tmp_path, ANSWERS)
    assert (found.passed, found.contradicted) == (False, "passed")


def test_a_change_that_does_not_matter_accuses_nobody(tmp_path: Path) -> None:
    """The reference passes those tests as well: nothing is known."""
    idle = {
        **FILES,
        "workdir/test_adds.py": HEAD + "name = 'a1'\nassert adds(*N) == sum(N) if (N := (1, 2)) else 3\n",
    }
    found = look(tmp_path, FILES["solution/adds.py"], idle)
    assert (found.passed, found.contradicted) == (True, "unknown")
    assert any("not known" in note for note in found.notes)


def test_without_a_reference_that_passes_nobody_is_accused(tmp_path: Path) -> None:
    """Whether an honest solution would fail cannot be told then."""
    none = {path: text for path, text in FILES.items() if not path.startswith("solution")}
    broken = {**FILES, "solution/adds.py": "def adds(a, b): return None\n"}
    for name, files in (("none", none), ("broken", broken)):
        found = look(tmp_path / name, ANSWERS, files)
        assert (found.passed, found.contradicted) == (True, "unknown"), name


def test_compared_output_needs_no_second_look(tmp_path: Path) -> None:
    """What is expected is not where the code runs."""
    command = (
        '[[grade.commands]]\nargv = ["python3", "-I", "test_adds.py"]\nkind = "output"\noutput = "said"\n'
    )
    printing = {**FILES, "workdir/test_adds.py": HEAD + "print(adds(1, 2))\n", "tests/said": "3\n"}
    found = look(tmp_path, FILES["solution/adds.py"], printing, command)
    assert (found.passed, found.contradicted) == (True, None)

"""What grades an exported task: it reads results as cab does."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.records import GradeCommand, to_json
from cab_core.run.reports.lines import read_go, read_libtest
from cab_core.tasks.harbor_grade import judge

GO = "=== RUN   TestA\n=== RUN   TestA/b\n--- FAIL: TestA (0.01s)\n    --- PASS: TestA/b (0.00s)\nFAIL\n"
RUST = "running 2 tests\ntest a - should panic ... ok\ntest b ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored\n"


@pytest.mark.parametrize(
    ("style", "printed", "good", "bad"), [("go", GO, "TestA/b", "TestA"), ("libtest", RUST, "a", "b")]
)
def test_tests_that_decide_are_known_by_name(
    tmp_path: Path, style: str, printed: str, good: str, bad: str
) -> None:
    """Another that fails decides nothing, though the command ends with 1."""
    (tmp_path / "printed").write_text(printed)
    read = {"go": read_go, "libtest": read_libtest}[style](printed)
    assert {t.name: t.state for t in read.tests} == {good: "passed", bad: "failed"}
    argv, places = ("sh", "-c", "cat printed; exit 1"), {"tree": tmp_path, "tests": tmp_path, "out": tmp_path}
    why = []
    for name in (good, bad):
        command = GradeCommand(argv=argv, kind="counts", style=style, fail_to_pass=(name,))  # type: ignore[arg-type]
        why.append(judge({"timeout_s": 9, "commands": [to_json(command)]}, places))
    assert why[0] is None and why[1] is not None and f"did not pass: {bad}" in why[1]

"""What a prompt says of tests that fail."""

from __future__ import annotations

import pytest

from cab_core.own.bench import Ran
from cab_core.own.failing import how
from cab_core.records import GradeCommand
from cab_core.records.task import CountStyle

GO = "=== RUN   TestA\n    a_test.go:7: got 0x3fe1234567, want 2\n    inner.go:1: here\n--- FAIL: TestA (0.03s)\n=== RUN   TestB\n--- PASS: TestB (0.00s)\n"
RUST = "test a ... FAILED\n\nfailures:\n\n---- tests::a stdout ----\nthread 'tests::a' panicked at src/inner.go:3:5:\nassertion failed\nnote: run with RUST_BACKTRACE\n\n\nfailures:\n    tests::a\n"
TAP = "not ok 1 - adds\n  ---\n  duration_ms: 3.1\n  location: 'inner.go:1'\n  error: 'not equal'\n  ...\nok 2 - other\n"


@pytest.mark.parametrize(
    ("style", "output", "expected"),
    [
        ("go", GO, {"TestA": "a_test.go:7: got 0x..., want 2"}),
        ("libtest", RUST, {"tests::a": "panicked:\nassertion failed"}),
        ("tap", TAP, {"adds": "error: 'not equal'"}),
    ],
)
def test_each_runner_says_it_in_its_way(style: CountStyle, output: str, expected: dict[str, str]) -> None:
    """The file that was changed is not named, and what differs from run to run is left out."""
    ran = Ran(
        tests={}, why=None, timed_out=False, output=output, duration_s=1, watched={"tests": {}, "lines": {}}
    )
    command = GradeCommand(argv=("x",), kind="counts", style=style)
    assert how(command, ran, "src/inner.go") == expected

"""What is run to grade a change of a file."""

from __future__ import annotations

from cab_core.own.ground import Ground
from cab_core.own.runner import runner_of


def ground(tests: int) -> Ground:
    """So many tests of `a.py` in one file, and as many of `b.py` in another."""
    named = {f"tests.test_{x}::test_{n}": f"tests/test_{x}.py" for x in "ab" for n in range(tests)}
    return Ground(
        files={},
        runner=runner_of("pytest", {}),
        tests=frozenset(named),
        lines={f"{x}.py": {1: (f"tests/test_{x}.py::test_0",), 2: ()} for x in "ab"},
        test_files=named,
    )


def test_of_many_tests_those_are_run_whose_file_runs_the_source() -> None:
    """Only these can fail, or decide; of few tests all do, and of source that is run by none."""
    paths, tests = ground(101).graded("a.py")
    assert paths == ("tests/test_a.py",) and len(tests) == 101
    assert {name.partition("::")[0] for name in tests} == {"tests.test_a"}
    for few, path in ((100, "a.py"), (101, "c.py")):
        paths, tests = ground(few).graded(path)
        assert paths == () and len(tests) == 2 * few

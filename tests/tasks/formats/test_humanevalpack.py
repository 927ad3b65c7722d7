"""HumanEvalPack: rows of six languages, each with a function, a defect and checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cab_core.tasks.toolchains import lacking
from tests.support.often import rows

from .validated import content, fault, load, write

GO_SETUP = 'package main\n\nimport (\n\t"testing"\n\t"github.com/stretchr/testify/assert"\n)\n'
# Of each language: prompt, defect, repair, checks.
ROWS = {
    "Python": (
        "def add(n):\n",
        "    return n\n",
        "    return n + 1\n",
        "def check(f):\n    assert f(1) == 2\ncheck(add)",
    ),
    "JavaScript": (
        "const add = (n) => {\n",
        "  return n; }\n",
        "  return n + 1; }\n",
        "const t = () => { console.assert(add(1) === 2) }\nt()",
    ),
    "Java": (
        "import java.util.*;\nclass Solution {\n    int add(int n) {\n",
        "return n; } }",
        "return n + 1; } }",
        "public class Main { public static void main(String[] a) {\n"
        "  if (Arrays.asList(new Solution().add(1) == 2).contains(false)) throw new AssertionError(); } }",
    ),
    "Go": (
        "func Add(n int) int {\n",
        "return n }\n",
        "return n + 1 }\n",
        "func TestAdd(t *testing.T) {\n    assert := assert.New(t)\n    assert.Equal(2, Add(1))\n}\n",
    ),
    "CPP": (
        "int add(int n) {\n",
        "return n; }\n",
        "return n + 1; }\n",
        "#undef NDEBUG\n#include <assert.h>\nint main() { assert(add(1) == 2); }",
    ),
    "Rust": (
        "fn main() {}\n\nuse rand::Rng;\nuse regex::Regex;\nuse md5;\n\nfn add(n: i32) -> i32 {\n",
        "n }\n",
        "n + 1 }\n",
        "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn one() { assert_eq!(add(1), 2) }\n}\n",
    ),
}


def row(name: str) -> str:
    """Return a row as a line."""
    prompt, bug, repair, test = ROWS[name]
    said = {"task_id": f"{name}/0", "prompt": prompt, "buggy_solution": bug, "canonical_solution": repair}
    return json.dumps({**said, "test": test, "entry_point": "add", "test_setup": GO_SETUP})


def set_of(root: Path, *lines: str) -> Path:
    """Write a set with these lines."""
    return write(root, {"python/data/humanevalpack.jsonl": "\n".join(lines) + "\n"})


@pytest.mark.parametrize("name", rows(ROWS, ("Python", "Rust")))
def test_the_defect_fails_and_the_repair_passes(tmp_path: Path, name: str) -> None:
    """In each language the checks are one test of a runner."""
    [task] = load(set_of(tmp_path / "set", row(name))).values()
    if why := lacking(task.task.doc.grade.requires):
        pytest.skip(why)
    assert fault(task, tmp_path) is None
    assert not any(ROWS[name][2].strip() in text for text in content(task, "workdir").values())


def test_a_row_that_is_none_costs_no_other(tmp_path: Path) -> None:
    """It is named by its file and line; rows of one task in several languages are a family."""
    lines = (row("Python"), row("Go"), "{", '{"task_id": "Go/1"}', row("Go").replace("Go/0", "Perl/0"))
    found = load(set_of(tmp_path, *lines))
    assert found["python-0"].task.family == found["go-0"].task.family == "humanevalpack:0"
    reasons = [t.task.doc.unavailable for t in found.values() if t.task.doc.unavailable]
    assert len(reasons) == 3 and any("humanevalpack.jsonl:4: no row of the set" in why for why in reasons)
    assert any("no test runner for 'Perl'" in why for why in reasons)

"""How a row of HumanEvalPack becomes files in each language: the function, its checks, and who runs them.

Upstream joins function and checks to one program and takes its exit code. Here a test runner reads the checks
from files of their own, and the count of tests must be one: a program that exits early is no pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from cab_core.records import GradeCommand, GradeSpec
from cab_core.tasks.runners import RUNNERS, built, java_classes, rust_tests

Row = dict[str, str]
_TIMEOUT_S = 120
_CRATES = {
    "rand": "Rng",
    "regex": "Regex",
    "md5": "md5::",
}  # every prompt names them, next to none needs them


@attrs.frozen(kw_only=True)
class Language:
    """`file` holds the function; `checks` are the other files that a row gives, by their paths."""

    file: str
    checks: Callable[[Row], dict[str, str]]
    grade: GradeSpec
    whole: Callable[[Row, str], str] = lambda row, key: row["prompt"] + row[key]
    by_products: tuple[str, ...] = ()


def _spec(runner: str, what: list[str], *build: GradeCommand) -> GradeSpec:
    found = RUNNERS[runner]
    commands = (*build, found.command(what, passes=1))
    return GradeSpec(commands=commands, requires=found.requires, timeout_s=_TIMEOUT_S)


_PYTHON = """\
import pathlib
import sys

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
import solution


def test_checks():
    exec(compile((here / "checks.py").read_text(encoding="utf-8"), "checks.py", "exec"), dict(vars(solution)))
"""
_JAVASCRIPT = """\
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const text = (name) => fs.readFileSync(path.join(__dirname, name), 'utf8');
const strict = Object.assign(Object.create(console), { assert: (...said) => assert.ok(...said) });

test('checks', () => {
  new Function('console', 'require', text('solution.js') + '\\n' + text('checks.js'))(strict, require);
});
"""
_JAVA = """\
import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void checks() throws Exception {
        Main.main(new String[0]);
    }
}
"""
_CPP = """\
// Linked with --wrap=main: says what came of the checks, which an early exit cannot.
#include <cstdio>
extern "C" int __real_main();
extern "C" int __wrap_main() {
    std::puts("running 1 test");
    int code = __real_main();
    std::printf("\\ntest checks ... %s\\n", code ? "FAILED" : "ok");
    std::printf("test result: %s. %d passed; %d failed; 0 ignored\\n", code ? "FAILED" : "ok", !code, !!code);
    return code;
}
"""
# The little that the checks want of a package from elsewhere.
_ASSERT = """\
package assert

import (
	"reflect"
	"testing"
)

type Assertions struct{ t *testing.T }

func New(t *testing.T) *Assertions { return &Assertions{t} }

func (a *Assertions) Equal(expected, actual interface{}, said ...interface{}) bool {
	a.t.Helper()
	if !reflect.DeepEqual(expected, actual) {
		a.t.Errorf("expected %v, got %v", expected, actual)
		return false
	}
	return true
}
"""
_TESTIFY = "github.com/stretchr/testify"
_GO_MOD = f"module solution\n\ngo 1.18\n\nrequire {_TESTIFY} v1.0.0\n\nreplace {_TESTIFY} => ./testify\n"


def _java_imports(row: Row) -> str:
    return "".join(re.findall(r"(?m)^import .*\n", row["prompt"]))


def _without_crates(row: Row, key: str) -> str:
    text = row["prompt"] + row[key]
    for crate, mark in _CRATES.items():
        rest = re.sub(rf"(?m)^use {crate}\b.*\n", "", text)
        text = text if mark in rest + row["test"] else rest
    return text


def _go_checks(row: Row) -> dict[str, str]:
    return {
        "solution_test.go": row.get("test_setup", "") + "\n" + row["test"],
        "go.mod": _GO_MOD,
        "testify/go.mod": f"module {_TESTIFY}\n\ngo 1.18\n",
        "testify/assert/assert.go": _ASSERT,
    }


_CPP_BUILD = ("g++", "-std=c++17", "-w", "-Wl,--wrap=main", "-o", "{out}/tests", "checks.cpp", "said.cpp")
LANGUAGES = {
    "Python": Language(
        file="solution.py",
        checks=lambda row: {"checks.py": row["test"], "test_solution.py": _PYTHON},
        grade=_spec("pytest", ["test_solution.py"]),
        by_products=("*__pycache__/*", ".pytest_cache/*"),
    ),
    "JavaScript": Language(
        file="solution.js",
        checks=lambda row: {"checks.js": row["test"], "checks.test.js": _JAVASCRIPT},
        grade=_spec("node", ["checks.test.js"]),
    ),
    "Java": Language(
        file="Solution.java",
        checks=lambda row: {"Main.java": _java_imports(row) + row["test"], "MainTest.java": _JAVA},
        grade=_spec("junit", ["--select-class=MainTest"], java_classes(["MainTest.java"])),
        by_products=("*.class",),
    ),
    "Go": Language(
        file="solution.go",
        checks=_go_checks,
        whole=lambda row, key: "package main\n\n" + row["prompt"] + row[key],
        grade=_spec("go", ["."]),
    ),
    "CPP": Language(
        file="solution.cpp",
        checks=lambda row: {"checks.cpp": f'#include "solution.cpp"\n{row["test"]}', "said.cpp": _CPP},
        grade=GradeSpec(
            commands=(
                built(_CPP_BUILD, "{out}/tests"),
                GradeCommand(argv=("{out}/tests",), kind="counts", passes=1),
            ),
            requires=("g++",),
            timeout_s=_TIMEOUT_S,
        ),
    ),
    "Rust": Language(
        file="solution.rs",
        checks=lambda row: {"checks.rs": f'include!("solution.rs");\n{row["test"]}'},
        whole=_without_crates,
        grade=_spec("rustc", [], rust_tests("checks.rs")),
    ),
}

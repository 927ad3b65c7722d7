"""A task of each language that is imported: one exercise in Exercism's layout, written here."""

from __future__ import annotations

import json
from pathlib import Path

from cab_core.plugins.registry import Plugins
from cab_core.records import PackedTask
from cab_core.tasks.catalog import load_pack

_UNITY = """\
#include <stdio.h>
static int failed, count;
static const char *now;
#define CHECK(x) do { if (!(x)) { failed++; printf("t.c:1:%s:FAIL\\n", now); return; } } while (0)
#define RUN_TEST(f) do { int f0 = failed; now = #f; count++; f(); if (failed == f0) printf("t.c:1:%s:PASS\\n", #f); } while (0)
#define END() (printf("%d Tests %d Failures 0 Ignored\\n", count, failed), failed)
"""
_C = '#include "test-framework/unity.h"\n#include "add.h"\n'
_PY = "import unittest\n\nfrom add import add\n\n\nclass AddTest(unittest.TestCase):\n"
_JS = "import { add } from './add';\n\n"
_JAVA = "import org.junit.jupiter.api.*;\n\nclass AddTest {\n"
_GO = 'package add\n\nimport "testing"\n\n'
# Of each language: stub, reference (by their paths), tests, and what else lies there.
EXERCISES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str]]] = {
    "python": (
        {"add.py": "def add(n):\n    pass\n"},
        {".meta/example.py": "def add(n):\n    return n + 1\n"},
        {
            "add_test.py": _PY + "    def test_one(self):\n        self.assertEqual(add(1), 2)\n\n"
            "    def test_two(self):\n        self.assertEqual(add(6), 7)\n"
        },
        {},
    ),
    "javascript": (
        {"add.js": "export const add = () => 0;\n"},
        {".meta/proof.ci.js": "export const add = (n) => n + 1;\n"},
        {
            "add.spec.js": _JS + "test('one', () => {\n  expect(add(1)).toBe(2);\n});\n\n"
            "xtest('two', () => {\n  expect(add(6)).toBe(7);\n});\n"
        },
        {},
    ),
    "rust": (
        {
            "src/lib.rs": "pub fn add(n: i32) -> i32 {\n    n\n}\n",
            "Cargo.toml": '[package]\nname = "add"\nversion = "1.0.0"\nedition = "2021"\n',
        },
        {".meta/example.rs": "pub fn add(n: i32) -> i32 {\n    n + 1\n}\n"},
        {
            "tests/add.rs": "use add::*;\n\n#[test]\nfn one() {\n    assert_eq!(add(1), 2);\n}\n\n"
            "#[test]\n#[ignore]\nfn two() {\n    assert_eq!(add(6), 7);\n}\n"
        },
        {},
    ),
    "c": (
        {"add.c": '#include "add.h"\n', "add.h": "int add(int n);\n"},
        {
            ".meta/example.c": '#include "add.h"\nint add(int n) { return n + 1; }\n',
            ".meta/example.h": "int add(int n);\n",
        },
        {
            "test_add.c": _C + "static void one(void)\n{\n   CHECK(add(1) == 2);\n}\n\n"
            "static void two(void)\n{\n   CHECK(add(6) == 7);\n}\n\n"
            "int main(void)\n{\n   RUN_TEST(one);\n   RUN_TEST(two);\n   return END();\n}\n"
        },
        {"makefile": "tests.out: ./*.c\n\t@$(CC) ./*.c -o tests.out\n", "test-framework/unity.h": _UNITY},
    ),
    "go": (
        {"add.go": "package add\n\nfunc Add(n int) int {\n\treturn n\n}\n"},
        {".meta/example.go": "package add\n\nfunc Add(n int) int { return n + 1 }\n"},
        {
            "add_test.go": _GO + "func TestOne(t *testing.T) {\n\tif Add(1) != 2 {\n\t\tt.Fail()\n\t}\n}\n\n"
            "func TestTwo(t *testing.T) {\n\tif Add(6) != 7 {\n\t\tt.Fail()\n\t}\n}\n"
        },
        {"go.mod": "module add\n\ngo 1.18\n"},
    ),
    "java": (
        {"src/main/java/Add.java": "class Add {\n  static int add(int n) { return n; }\n}\n"},
        {".meta/src/reference/java/Add.java": "class Add {\n  static int add(int n) { return n + 1; }\n}\n"},
        {
            "src/test/java/AddTest.java": _JAVA
            + "  @Test void one() {\n    Assertions.assertEquals(2, Add.add(1));\n  }\n\n"
            "  @Test void two() {\n    Assertions.assertEquals(7, Add.add(6));\n  }\n}\n"
        },
        {"build.gradle": 'testImplementation "org.junit.jupiter:junit-jupiter"'},
    ),
}
OURS = {
    "python": "mutations/py-stock-reorder",
    "javascript": "mutations/js-cart-discount",
    "rust": "mutations/rust-error-negated",
    "c": "mutations/c-utf8-count",
    "go": "mutations/go-gap-finder",
    "java": "mutations/java-leap-days",
}


def imported(root: Path, language: str) -> PackedTask:
    """Write a track of one exercise, and return it as a task."""
    stub, reference, tests, beside = EXERCISES[language]
    files = {"solution": list(stub), "test": list(tests), "example": list(reference)}
    texts = {**stub, **reference, **tests, **beside, ".meta/config.json": json.dumps({"files": files})}
    for path, text in texts.items():
        target = root / "exercises/practice/add" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    (root / "config.json").write_text(json.dumps({"slug": language}))
    [task] = load_pack(Plugins(), root)
    return task

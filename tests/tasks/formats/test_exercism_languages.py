"""Each language of Exercism's layout: one exercise is validated with the programs of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cab_core.tasks.formats.exercism_languages import LANGUAGES
from cab_core.tasks.toolchains import lacking
from tests.support.often import rows

from .validated import content, fault, load, write

UNITY = """\
#include <stdio.h>
static int failed, ignored, count;
static const char *now;
#define TEST_IGNORE() do { ignored++; return; } while (0)
#define CHECK(x) do { if (!(x)) { failed++; printf("t.c:1:%s:FAIL\\n", now); return; } } while (0)
#define RUN_TEST(f) do { int f0 = failed, i0 = ignored; now = #f; count++; f(); \\
  if (failed == f0) printf("t.c:1:%s:%s\\n", #f, ignored == i0 ? "PASS" : "IGNORE"); } while (0)
#define END() (printf("%d Tests %d Failures %d Ignored\\n", count, failed, ignored), failed)
"""
CATCH = '#include "add.h"\nTEST_CASE("one") { REQUIRE(add(1) == 2); }\n'
JS = "import { add } from './add';\nxtest('one', () => expect(add(1)).toBe(2));\ntest.skip('no', () => {});\n"
JAVA = (
    "import org.junit.jupiter.api.*;\nclass AddTest {\n"
    '    @Disabled("Remove to run test")\n    @Test void one() { Assertions.assertEquals(2, Add.add(1)); }\n}\n'
)
GO = 'package add\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tt.Skip("x")\n\tif Add(1) != 2 {\n\t\tt.Fail()\n\t}\n}\n'
C_TEST = '#include "add.h"\n#include "t.h"\nstatic void one(void) { TEST_IGNORE(); CHECK(add(1) == 2); }\n'
MAKE = "tests.out: ./*.c\n\t@$(CC) ./*.c -o tests.out\n"
# Of each language: stub, reference (by their paths), tests, and what else lies there.
EXERCISES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, str]]] = {
    "javascript": (
        {"add.js": "export const add = () => 0;"},
        {".meta/proof.ci.js": "import { one } from '../one';\nexport const add = (n) => n + one;"},
        {"add.spec.js": JS},
        {"one.js": "export const one = 1;", "babel.config.js": "throw 1"},
    ),
    "rust": (
        {
            "src/lib.rs": "pub fn add(n: i32) -> i32 { n }",
            "Cargo.toml": '[package]\nname = "add"\nedition = "2021"\n',
        },
        {".meta/example.rs": "pub fn add(n: i32) -> i32 { n + 1 }"},
        {"tests/add.rs": "#[test]\n#[ignore]\nfn one() { assert_eq!(add::add(1), 2) }"},
        {},
    ),
    "go": (
        {"add.go": "package add\n\nfunc Add(n int) int { return n }\n"},
        {".meta/example.go": "package add\n\nfunc Add(n int) int { return n + 1 }\n"},
        {"add_test.go": GO},
        {"go.mod": "module add\n\ngo 1.18\n"},
    ),
    "c": (
        {"add.c": "int add(int n) { return n; }", "add.h": "int add(int n);"},
        {".meta/example.c": "int add(int n) { return n + 1; }", ".meta/example.h": "int add(int n);"},
        {"test_add.c": f"{C_TEST}int main(void) {{ RUN_TEST(one); return END(); }}\n"},
        {"makefile": MAKE, "t.h": UNITY},
    ),
    "java": (
        {"src/main/java/Add.java": "class Add { static int add(int n) { return n; } }"},
        {".meta/src/reference/java/Add.java": "class Add { static int add(int n) { return n + 1; } }"},
        {"src/test/java/AddTest.java": JAVA},
        {"build.gradle": 'testImplementation "org.junit.jupiter:junit-jupiter"'},
    ),
}


def written(root: Path, name: str) -> Path:
    """Write a track of one language with one exercise."""
    stub, reference, tests, beside = EXERCISES[name]
    files = {"solution": list(stub), "test": list(tests), "example": list(reference)}
    texts = {**stub, **reference, **tests, **beside, ".meta/config.json": json.dumps({"files": files})}
    at = "exercises/practice/add"
    return write(
        root, {"config.json": json.dumps({"slug": name}), **{f"{at}/{n}": t for n, t in texts.items()}}
    )


@pytest.mark.parametrize("name", rows(EXERCISES, ("c", "rust")))
def test_a_stub_fails_and_the_reference_passes(tmp_path: Path, name: str) -> None:
    """Skipped tests count: they are run where it is graded, and stay as they are where the agent works."""
    task = load(written(tmp_path / "set", name))["add"]
    if why := lacking(task.task.doc.grade.requires):
        pytest.skip(why)
    assert fault(task, tmp_path) is None
    left = "".join(content(task, "workdir").values())
    assert any(word in left for word in ("xtest", "#[ignore]", "t.Skip", "TEST_IGNORE();", "@Disabled"))


def test_the_runner_s_configuration_is_taken_in_no_language(tmp_path: Path) -> None:
    """A manifest may be named as a part of the stub: it would switch the tests off."""
    doc = load(written(tmp_path, "rust"))["add"].task.doc
    assert doc.expected_files == ("src/lib.rs",) and "Cargo.toml" in doc.protected
    assert not any("Cargo.toml" in (*language.allowed,) for language in LANGUAGES.values())


def test_an_assertj_that_is_too_old_is_told_by_what_tests_call(tmp_path: Path) -> None:
    """They would compile nowhere else, and no agent is blamed."""
    root = written(tmp_path, "java")
    tests = root / "exercises/practice/add/src/test/java/AddTest.java"
    assert "assertj" in load(root)["add"].task.doc.grade.requires
    tests.write_text(tests.read_text() + "// assertThat(a).isAssignableTo(B.class)\n")
    assert "assertj>=3.21" in load(root)["add"].task.doc.grade.requires


def test_libraries_of_java_are_named(tmp_path: Path) -> None:
    """What the tests themselves are written with is here; more is not."""
    root = written(tmp_path, "java")
    gradle = root / "exercises/practice/add/build.gradle"
    gradle.write_text(gradle.read_text() + '\n    implementation "org.json:json:1"\n')
    assert load(root)["add"].task.doc.unavailable == "it needs libraries from a registry: org.json:json:1"


def test_crates_of_a_reference_are_named(tmp_path: Path) -> None:
    """Its manifest lies beside it, and need not be listed."""
    root = written(tmp_path, "rust")
    at = "exercises/practice/add/.meta/Cargo-example.toml"
    write(root, {at: '[package]\nname = "add"\n[dependencies]\nregex = "1"\n'})
    assert load(root)["add"].task.doc.unavailable == "it needs crates from a registry: regex"


@pytest.mark.parametrize(
    ("edition", "reference", "wanted"),
    [
        ("2021", "pub fn add(n: i32) -> i32 { n + 1 }", "cargo"),
        ("2024", "pub fn add(n: i32) -> i32 { n + 1 }", "cargo>=1.85"),
        ("2024", "fn f() { if a\n    && let Some(b) = c {} }", "cargo>=1.88"),
    ],
)
def test_a_rust_that_is_too_old_is_told_by_what_an_exercise_is_written_in(
    tmp_path: Path, edition: str, reference: str, wanted: str
) -> None:
    """Where a grader has an older one nobody could solve it, and no agent is blamed."""
    root = written(tmp_path, "rust")
    at = "exercises/practice/add"
    write(root, {f"{at}/.meta/example.rs": reference})
    write(root, {f"{at}/Cargo.toml": f'[package]\nname = "add"\nedition = "{edition}"\n'})
    assert load(root)["add"].task.doc.grade.requires == (wanted,)

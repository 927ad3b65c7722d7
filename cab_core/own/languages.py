"""Languages of a repository: their files, grammars, and what compilers print of what they refuse."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

import attrs

_TEST_DIRECTORIES = {"test", "tests", "testing", "spec", "specs", "__tests__", "testdata", "fixtures", "e2e"}
_TEST_NAMES = (
    *("test_*.py", "*_test.py", "tests.py", "test.py", "conftest.py"),
    *("*_test.go", "*.test.*", "*.spec.*", "test.js", "test.mjs", "test.cjs", "test.ts"),
    *("*Test.java", "*Tests.java", "Test*.java", "test_*.c", "*_test.c", "test.c", "tests.rs"),
)
# What decides how tests are run, beside the tests themselves.
_SETTINGS = (
    *("conftest.py", "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "tox.ini"),
    *("setup.cfg", "setup.py", "pyproject.toml"),
    *("package.json", "package-lock.json", "jest.config.*", ".mocharc*", "babel.config.*", "tsconfig*.json"),
    *("*.config.js", "*.config.mjs", "*.config.cjs", "*.config.ts", ".eslintrc*"),
    *("Cargo.toml", "Cargo.lock", "build.rs", "go.mod", "go.sum", "pom.xml", "build.gradle*"),
    *("Makefile", "makefile", "GNUmakefile", "CMakeLists.txt", "*.mk", ".gitmodules", ".gitattributes"),
)
_DOCUMENTS = ("*.md", "*.rst", "*.txt", "docs/*", "doc/*", ".github/*", "CHANGE*", "NEWS*", "AUTHORS*")
_NOT_THE_PACKAGE = (
    "docs",
    "doc",
    "examples",
    "example",
    "benchmark",
    "benchmarks",
    "scripts",
    "vendor",
    "third_party",
)


@attrs.frozen(kw_only=True)
class Language:
    """One language. `grammar` is the module of its tree-sitter grammar and the function that returns it.

    `refused` matches what its compiler prints of a file that it does not take; `by_products` are what its
    tools leave behind.
    """

    name: str
    short: str
    suffixes: tuple[str, ...]
    grammar: tuple[str, str]
    refused: re.Pattern[str] | None = None
    by_products: tuple[str, ...] = ()


_C_REFUSED = re.compile(r"^\S+:\d+(?::\d+)?: (?:fatal )?error: ", re.M)
_NODE_REFUSED = re.compile(r"^SyntaxError: ", re.M)
LANGUAGES = (
    Language(
        name="python",
        short="py",
        suffixes=(".py",),
        grammar=("tree_sitter_python", "language"),
        by_products=("__pycache__/*", "*/__pycache__/*", ".pytest_cache/*", "*.pyc"),
    ),
    Language(
        name="javascript",
        short="js",
        suffixes=(".js", ".mjs", ".cjs", ".jsx"),
        grammar=("tree_sitter_javascript", "language"),
        refused=_NODE_REFUSED,
        by_products=("node_modules/*",),
    ),
    Language(
        name="typescript",
        short="ts",
        suffixes=(".ts", ".mts", ".cts"),
        grammar=("tree_sitter_typescript", "language_typescript"),
        refused=re.compile(r"error TS\d+|^SyntaxError: ", re.M),
        by_products=("node_modules/*",),
    ),
    Language(
        name="rust",
        short="rs",
        suffixes=(".rs",),
        grammar=("tree_sitter_rust", "language"),
        refused=re.compile(r"^error(?:\[E\d+\])?: .*\n\s*-->|could not compile", re.M),
        by_products=("target/*", "Cargo.lock"),
    ),
    Language(
        name="go",
        short="go",
        suffixes=(".go",),
        grammar=("tree_sitter_go", "language"),
        refused=re.compile(r"\[(?:build|setup) failed\]"),
    ),
    Language(
        name="java",
        short="java",
        suffixes=(".java",),
        grammar=("tree_sitter_java", "language"),
        refused=re.compile(r"\.java:\d+: error: |COMPILATION ERROR"),
        by_products=("*.class", "target/*", "build/*"),
    ),
    Language(
        name="c",
        short="c",
        suffixes=(".c", ".h"),
        grammar=("tree_sitter_c", "language"),
        refused=_C_REFUSED,
        by_products=("*.o", "*.a", "*.so", "*.gcno", "*.gcda"),
    ),
)
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}


def language_of(path: str) -> Language | None:
    """Return the language of a file by its name, or None where it is no source that is known."""
    return None if path.endswith(".d.ts") else _BY_SUFFIX.get(PurePosixPath(path).suffix)


def is_test(path: str) -> bool:
    """Return whether a file belongs to the tests, by its name and its directories."""
    *above, name = path.split("/")
    return bool(_TEST_DIRECTORIES & set(above)) or _matches(name, _TEST_NAMES)


def is_setting(path: str) -> bool:
    """Return whether a file decides how tests are run."""
    return _matches(path.rpartition("/")[2], _SETTINGS)


def is_document(path: str) -> bool:
    """Return whether a file is for readers, and no part of the program."""
    return language_of(path) is None and (
        _matches(path, _DOCUMENTS) or _matches(path.rpartition("/")[2], _DOCUMENTS)
    )


def is_source(path: str) -> bool:
    """Return whether a file is source of the program itself: what an agent may repair."""
    return language_of(path) is not None and not is_test(path) and not is_setting(path)


def is_package(path: str) -> bool:
    """Return whether source is of the package, and not an example or somebody else's."""
    return is_source(path) and not set(_NOT_THE_PACKAGE) & set(path.split("/")[:-1])


def by_products(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns of what the tools of these files leave behind."""
    found = dict.fromkeys(lang for p in sorted(paths) if (lang := language_of(p)))
    return tuple(dict.fromkeys(pattern for lang in found for pattern in lang.by_products))


def _matches(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(text, p) for p in patterns)

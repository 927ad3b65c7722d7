"""What each language of Exercism's layout does in its own way: what is taken, how tests are built and run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

import attrs

from cab_core import toml
from cab_core.records import GradeSpec
from cab_core.tasks.runners import RUNNERS, Runner, built, java_classes

from . import exercism_tests as texts
from .exercism_exercise import Exercise

_COMPILED_S, _INTERPRETED_S = 180, 60


def _as_it_is(text: str) -> str:
    return text


def _nothing(exercise: Exercise) -> str | None:
    return None


@attrs.frozen(kw_only=True)
class Language:
    """How exercises of one language become tasks.

    `allowed`: what a fix may add, and `protected`: what of that it may not. `lacks` says why an exercise
    cannot be had. `files` are those of the runner. `moved` makes a reference what it is outside of `.meta`.
    """

    grade: Callable[[Exercise], GradeSpec]
    unskip: Callable[[str], str] = _as_it_is
    moved: Callable[[str], str] = _as_it_is
    lacks: Callable[[Exercise], str | None] = _nothing
    files: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    by_products: tuple[str, ...] = ()


def _spec(runner: Runner, *commands: object, seconds: int = _COMPILED_S) -> GradeSpec:
    return GradeSpec(commands=commands, requires=runner.requires, timeout_s=seconds)  # type: ignore[arg-type]


def _python(exercise: Exercise) -> GradeSpec:
    runner = RUNNERS["pytest"]
    command = runner.command(exercise.test, texts.count_python(texts.unskip_python(exercise.tests())))
    return _spec(runner, command, seconds=_INTERPRETED_S)


def _javascript(exercise: Exercise) -> GradeSpec:
    runner = RUNNERS["jest"]
    command = runner.command(exercise.test, texts.count_javascript(exercise.tests()))
    return _spec(runner, command, seconds=_INTERPRETED_S)


def _rust(exercise: Exercise) -> GradeSpec:
    runner = RUNNERS["cargo"]
    programs = [t for t in exercise.test if t.startswith("tests/")]  # others hold examples in comments
    targets = [word for t in programs for word in ("--test", PurePosixPath(t).stem)]
    count = texts.count_rust("\n".join(map(exercise.text, programs)))
    spec = _spec(runner, runner.command(targets, count))
    since = _rust_since(exercise)
    return attrs.evolve(spec, requires=(f"cargo>={since}",)) if since else spec


def _rust_since(exercise: Exercise) -> str | None:
    """Return the oldest Rust that solves an exercise, as far as its manifest and reference show."""
    manifest = exercise.text("Cargo.toml") if "Cargo.toml" in exercise.work else ""
    if re.search(r"&&\s*let\b", "\n".join(map(exercise.text, exercise.example))):
        return "1.88"
    return "1.85" if re.search(r'(?m)^edition\s*=\s*"2024"', manifest) else None


def _crates(exercise: Exercise) -> str | None:
    """Return which crates an exercise needs: its own, and those of its reference."""
    found: set[str] = set()
    manifests = ("Cargo.toml", ".meta/Cargo-example.toml")  # the second is not always listed
    for name in (m for m in manifests if (exercise.path / m).is_file()):
        try:
            said = toml.loads(exercise.text(name))
        except ValueError as exc:
            raise ValueError(f"{name}: {exc}") from exc
        found |= {*said.get("dependencies", ()), *said.get("dev-dependencies", ())}
    return f"it needs crates from a registry: {', '.join(sorted(found))}" if found else None


def _go(exercise: Exercise) -> GradeSpec:
    """Require the version of Go that the module wants: an older one may not know all that is used."""
    said = re.search(r"(?m)^go ([0-9.]+)", exercise.text("go.mod") if "go.mod" in exercise.work else "")
    spec = _spec(RUNNERS["go"], RUNNERS["go"].command(["./..."]))
    return attrs.evolve(spec, requires=(f"go>={said[1]}",)) if said else spec


def _go_tests(exercise: Exercise) -> str | None:
    has = re.search(r"(?m)^func (?:Test|Example|Fuzz)", exercise.tests())
    return None if has else "it has no test: writing them is what it asks for"


def _c(exercise: Exercise) -> GradeSpec:
    runner = RUNNERS["unity"]
    build = built(("make", "-f", "makefile", "tests.out"), "tests.out")
    return _spec(runner, build, runner.command(["{tree}/tests.out"], texts.count_c(exercise.tests())))


def _cpp(exercise: Exercise) -> GradeSpec:
    runner = RUNNERS["catch"]
    sources = [p for p in (*exercise.test, *exercise.taken, "test/tests-main.cpp") if p.endswith(".cpp")]
    flags = ("-std=c++17", "-DEXERCISM_RUN_ALL_TESTS", "-pthread", "-o", "{out}/tests")
    return _spec(runner, built(("g++", *flags, *sources), "{out}/tests"), runner.command(["{out}/tests"]))


# What tests call and an older AssertJ, such as Debian's, has not.
_ASSERTJ_SINCE = {"isAssignableTo": "3.21", "hasDimensions": "3.17"}


def _java(exercise: Exercise) -> GradeSpec:
    text = exercise.tests()
    runner = RUNNERS["junit4" if "import org.junit.Test;" in text else "junit"]
    classes = [f"--select-class={PurePosixPath(t).stem}" for t in exercise.test]
    stub = [p for p in exercise.taken if p.endswith(".java")]  # some tests find it by reflection alone
    build = java_classes([*exercise.test, *stub], ("src/main/java", "src/test/java"))
    spec = _spec(runner, build, runner.command(classes, texts.count_java(text)))
    since = next((since for method, since in _ASSERTJ_SINCE.items() if f".{method}(" in text), None)
    newer = {"assertj": f"assertj>={since}"} if since else {}
    return attrs.evolve(spec, requires=tuple(newer.get(name, name) for name in runner.requires))


def _libraries(exercise: Exercise) -> str | None:
    """Return which libraries an exercise needs beside those that test it."""
    said = exercise.text("build.gradle") if "build.gradle" in exercise.work else ""
    found = re.findall(r"""(?m)^\s*(?:implementation|api|compile)\b[\s(]*["']([^"']+)["']""", said)
    return f"it needs libraries from a registry: {', '.join(sorted(found))}" if found else None


_JS_CONFIGURES = ("*.spec.js", "*.config.js", "__mocks__/*", "*/__mocks__/*", "node_modules/*")
LANGUAGES = {
    "python": Language(
        grade=_python,
        unskip=texts.unskip_python,
        allowed=("*.py",),
        protected=("*_test.py", "test_*.py", "conftest.py", "*/conftest.py"),
        by_products=("*__pycache__/*", "*.pyc", ".pytest_cache/*"),
    ),
    "javascript": Language(
        grade=_javascript,
        unskip=texts.unskip_javascript,
        moved=texts.move_javascript,
        files=RUNNERS["jest"].files,
        allowed=("*.js",),
        protected=_JS_CONFIGURES,
        by_products=("node_modules/*", "package-lock.json", "pnpm-lock.yaml"),
    ),
    "rust": Language(
        grade=_rust,
        lacks=_crates,
        allowed=("src/*.rs",),
        protected=("Cargo.toml", "build.rs", "tests/*", ".cargo/*"),
        by_products=("target/*", "Cargo.lock"),
    ),
    "go": Language(
        grade=_go,
        lacks=_go_tests,
        unskip=texts.unskip_go,
        allowed=("*.go",),
        protected=("*_test.go", "go.mod", "go.work"),
    ),
    # `make` and `g++` are told of each source: what a fix adds could only be a header.
    "c": Language(
        grade=_c,
        unskip=texts.unskip_c,
        allowed=("*.h",),
        protected=("makefile", "test-framework/*", "test_*"),
        by_products=("*.o", "*.out"),
    ),
    "cpp": Language(
        grade=_cpp,
        allowed=("*.h",),
        protected=("CMakeLists.txt", "test/*", "*_test.cpp"),
        by_products=("build/*", "*.o"),
    ),
    "java": Language(
        grade=_java,
        unskip=texts.unskip_java,
        lacks=_libraries,
        allowed=("src/main/java/*.java",),
        protected=("src/test/*", "build.gradle"),
        by_products=("build/*", ".gradle/*", "*.class"),
    ),
}

"""The command that runs a repository's tests, as a grader command whose results have names.

A command that is known is made to report each test; of any other it is looked at what it prints.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Sequence

import attrs

from cab_core.errors import UserError
from cab_core.records import Environment, GradeCommand, Needs
from cab_core.records.task import CountStyle, GradeKind
from cab_core.tasks.runners import RUNNERS
from cab_core.tasks.toolchains import TOOLCHAINS, requirement_fault

from .languages import is_test
from .repository import Files

_SHELL = re.compile(r"[&|;<>$`*(]")
_REPORT, _JSON = "report.xml", "report.json"
# Nothing kept between runs, no option of a plugin that a grader has not, and a result for each test.
# Hypothesis works without its plugin, which takes longer to load than many a test suite to run.
_PYTEST = (
    *("-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"),
    *("-o", "addopts=", f"--junitxml={{out}}/{_REPORT}"),
)
_PATIENCE_MS = 20_000  # for one test: their own few seconds are too few on a busy machine
# Programs of node that report each test when asked to, and what of a script's words said otherwise.
_NODE: dict[str, tuple[tuple[str, ...], GradeKind, tuple[str, ...]]] = {
    "mocha": (
        ("mocha", "--reporter=tap", f"--timeout={_PATIENCE_MS}"),
        "counts",
        ("--reporter", "-R", "--timeout", "-t"),
    ),
    "jest": (
        ("jest", "--ci", f"--testTimeout={_PATIENCE_MS}", "--json", f"--outputFile={{out}}/{_JSON}"),
        "json",
        ("--reporters", "--testTimeout"),
    ),
    "vitest": (
        (
            "vitest",
            "run",
            f"--testTimeout={_PATIENCE_MS}",
            "--reporter=json",
            f"--outputFile={{out}}/{_JSON}",
        ),
        "json",
        ("--reporter", "run", "--testTimeout"),
    ),
}
_KNOWN: tuple[tuple[str, str], ...] = (  # a file of the repository, and what runs its tests
    ("Cargo.toml", "cargo test"),
    ("go.mod", "go test ./..."),
    ("package.json", "npm test"),
)


@attrs.frozen(kw_only=True)
class Runner:
    """What runs the tests; `typed` is what a person types for it.

    `paths` are those words at its end that name tests: fewer may be named.
    """

    argv: tuple[str, ...]
    kind: GradeKind = "exit"
    style: CountStyle = "libtest"
    report: str | None = None
    requires: tuple[str, ...] = ()
    typed: str = ""
    paths: tuple[str, ...] = ()

    @property
    def is_pytest(self) -> bool:
        """Whether single tests can be named, and each line's tests be known."""
        return self.kind == "junit"

    def needs(self, environment: Environment | None) -> Needs:
        """Return what a sandbox must have in which it runs."""
        return Needs(requires=tuple(sorted(self.requires)), environment=environment)

    def command(
        self,
        paths: Sequence[str] | None = None,
        fail_to_pass: Iterable[str] = (),
        pass_to_pass: Iterable[str] = (),
        options: Sequence[str] = (),
    ) -> GradeCommand:
        """Return the command, for all tests or for those of some paths."""
        named = self.kind != "exit"  # without names a command stands for itself
        return GradeCommand(
            argv=(*self.argv, *options, *(self.paths if paths is None else paths)),
            kind=self.kind,
            style=self.style,
            report=self.report,
            fail_to_pass=tuple(sorted(fail_to_pass)) if named else (),
            pass_to_pass=tuple(sorted(pass_to_pass)) if named else (),
        )


def runner_of(tests: str | None, files: Files, requires: Sequence[str] = ()) -> Runner:
    """Return what runs the tests of a repository.

    Raises:
        UserError: nothing says how they are run, or what is required is unknown.
    """
    for requirement in requires:
        if why := requirement_fault(requirement):
            raise UserError(f"--requires: {why}")
    command = tests or _found(files)
    words = shlex.split(command)
    if words[:2] == ["npm", "test"] or words[:3] == ["npm", "run", "test"]:
        return runner_of(_script(files), files, requires)
    made = _runner(["sh", "-c", command] if _SHELL.search(command) else words, files)
    needed = made.requires or tuple(w for w in re.findall(r"[\w+]+", command) if w in TOOLCHAINS)
    return attrs.evolve(made, typed=command, requires=tuple(dict.fromkeys((*needed, *requires))))


def _found(files: Files) -> str:
    for name, command in _KNOWN:
        if name in files:
            return command
    if any(is_test(path) and path.endswith(".py") for path in files):
        return "python3 -m pytest"
    if "Makefile" in files and re.search(rb"^test:", files["Makefile"].data, re.M):
        return "make test"
    raise UserError("nothing says how the tests of this repository are run; say it with --tests 'COMMAND'")


def _script(files: Files) -> str:
    try:
        said = json.loads(files["package.json"].data)["scripts"]["test"]
    except (KeyError, TypeError, ValueError):
        said = ""
    if not isinstance(said, str) or not said or "npm" in said:
        raise UserError("package.json has no script `test` that can be read; say it with --tests 'COMMAND'")
    return said


def _runner(words: list[str], files: Files) -> Runner:
    rest = _after_pytest(words)
    if rest is not None:
        return _pytest(words[0] if "/" in words[0] else "python3", rest, files)
    if words[:1] and words[0] in _NODE:
        argv, kind, others = _NODE[words[0]]
        argv, report = (*argv, *_without(words[1:], others)), _JSON if kind == "json" else None
        return Runner(argv=argv, kind=kind, style="tap", report=report, requires=("node",))
    if words[:2] == ["go", "test"]:
        # Never a result of a run before, and the standard library as it is installed.
        argv = (*RUNNERS["go"].argv, *words[2:])
        return Runner(argv=argv, kind="counts", style="go", requires=("go",))
    if words[:2] == ["cargo", "test"]:
        argv = ("cargo", "test", "--offline", "--no-fail-fast", *words[2:])
        return Runner(argv=argv, kind="counts", style="libtest", requires=("cargo",))
    if words[:1] == ["node"] and "--test" in words:
        argv = ("node", "--test-reporter=tap", *words[1:])
        return Runner(argv=argv, kind="counts", style="tap", requires=("node",))
    return Runner(argv=tuple(words))


def _without(words: list[str], options: Sequence[str]) -> list[str]:
    """Return words without options that are written as one word or, with what follows them, as two."""
    kept: list[str] = []
    drop = False
    for word in words:
        if not drop and word.partition("=")[0] not in options:
            kept.append(word)
        drop = not drop and word in options and word.startswith("-")
    return kept


def _after_pytest(words: list[str]) -> list[str] | None:
    if words[:1] in (["pytest"], ["py.test"]):
        return words[1:]
    if len(words) > 2 and re.fullmatch(r"(?:/.*/)?python[\d.]*", words[0]) and words[1:3] == ["-m", "pytest"]:
        return words[3:]
    return None


def _pytest(python: str, rest: list[str], files: Files) -> Runner:
    there = {"/".join(p.split("/")[:n]) for p in files for n in range(1, p.count("/") + 2)}
    paths = [w for w in rest if w.partition("::")[0].removeprefix("./").rstrip("/") in there]
    src = any(re.fullmatch(r"src/[^/]+(?:/__init__)?\.py", p) for p in files)
    own = ("-o", "pythonpath=src") if src and not any("pythonpath" in w for w in rest) else ()
    options = [w for w in rest if w not in paths]
    argv = (python, "-m", "pytest", *_PYTEST, *own, *options)
    needed = ("python3", "pytest")
    return Runner(argv=argv, kind="junit", report=_REPORT, requires=needed, paths=tuple(paths))

"""Grades an exported task in Harbor's container: `grade.py APP TESTS LOGS` writes LOGS/reward.txt, 1 or 0.

It is started alone, without cab: the standard library is all it has.
"""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_COUNTED = {  # by who printed them: what stands for one passed test, or for how many
    "libtest": (r"test result: \w+\. (\d+) passed", sum),
    "unittest": (r"^Ran (\d+) tests?", sum),
    "go": (r"^ *--- (PASS): ", len),
    "tap": (r"^ *(ok)\b(?!.*# (?:SKIP|TODO))", len),
    "unity": (r"^(\d+) Tests", sum),
}


NAMED = {  # what prints the result of a test with its name
    "libtest": r"^test (?P<name>.+?)(?: - should panic)? \.\.\. (?P<word>ok|FAILED)$",
    "go": r"^ *--- (?P<word>PASS|FAIL): (?P<name>\S+)",
}
SETUP_AT = "/tree"  # where what is installed in place says that it lies


def main(app: Path, tests: Path, logs: Path) -> int:
    """Grade what lies in `app`; say why where it is not accepted."""
    task = json.loads((tests / "task.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        tree, out = Path(scratch, "tree"), Path(scratch, "out")
        lay_out(task, app, tests, tree)
        out.mkdir()
        show(tree, task["work_at"], app)
        why = judge(task["grade"], {"tree": tree, "tests": tests / "files", "out": out})
    show(app, task["work_at"], app)
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "reward.txt").write_text("0\n" if why else "1\n")
    print(why or "all is well")
    return 0


def lay_out(task: dict[str, Any], app: Path, tests: Path, tree: Path) -> None:
    """Make a pristine tree, the agent's changes over it as far as the task takes them, and hidden files."""
    tree.mkdir()
    _lay_over(tests / "workdir", tree)
    hidden = {p.relative_to(tests / "hidden").as_posix() for p in (tests / "hidden").rglob("*")}
    theirs = _files(app)
    for path in sorted(theirs | _files(tree)):
        if path in hidden or _matches(path, task["protected"]):
            continue
        if _matches(path, [*task["expected_files"], *task["allowed_files"]]):
            if path in theirs:
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(app / path, tree / path)
            else:
                (tree / path).unlink()
    _lay_over(tests / "hidden", tree)


def show(tree: Path, place: str | None, app: Path) -> None:
    """Let the place at which a task's own files name its tree (`work_at`) be this tree."""
    if place is None or Path(place) == app:
        return
    link = Path(place)
    if place == SETUP_AT and link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)  # the agent's: the image has a link there
    if link.is_symlink():
        link.unlink()
        link.symlink_to(tree)


def _lay_over(source: Path, tree: Path) -> None:
    if source.is_dir():  # git keeps no empty directory, nor does everything that carries tasks about
        shutil.copytree(source, tree, symlinks=True, dirs_exist_ok=True)


def _files(root: Path) -> set[str]:
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and not p.is_symlink()}


def _matches(path: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def judge(grade: dict[str, Any], places: dict[str, Path]) -> str | None:
    """Run the commands; return why one is not accepted, or None."""
    end = time.monotonic() + grade["timeout_s"]
    for command in grade["commands"]:
        argv = [_filled(word, places) for word in command["argv"]]
        stdin = (places["tests"] / command["stdin"]).read_bytes() if command["stdin"] else b""
        try:
            left = max(0.1, end - time.monotonic())
            done = subprocess.run(
                argv, cwd=places["tree"], input=stdin, capture_output=True, timeout=left, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            return f"{argv[0]}: {exc}"
        said = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if why := _why_not(command, done.returncode, said, places):
            return f"{' '.join(command['argv'])}: {why}\n{said[0][-2000:]}{said[1][-2000:]}"
    return None


def _filled(word: str, places: dict[str, Path]) -> str:
    for name, path in places.items():
        word = word.replace(f"{{{name}}}", str(path))
    return word


def _why_not(
    command: dict[str, Any], code: int, said: tuple[str, str], places: dict[str, Path]
) -> str | None:
    kind, named = command["kind"], [*command["fail_to_pass"], *command["pass_to_pass"]]
    if code and not named and kind != "reward":
        return f"exit code {code}"
    if kind == "output":
        expected = (places["tests"] / command["output"]).read_text(encoding="utf-8")
        return None if _lines(said[0]) == _lines(expected) else "its output is not the expected one"
    if kind in ("exit", "reward"):
        return None if kind == "exit" else _why_no_reward(places["out"] / command["report"])
    try:
        passed, failed = _results(command, "\n".join(said), places["out"])
    except (OSError, ValueError, ElementTree.ParseError) as exc:
        return f"no report: {exc}"
    if named:
        lacking = [n for n in named if n not in passed or n in failed]
        return f"did not pass: {', '.join(lacking[:3])}" if lacking else None
    if failed or not passed:
        return f"{len(failed)} failed, {len(passed)} passed"
    wanted = command["passes"]
    return None if wanted in (None, len(passed)) else f"{len(passed)} passed, expected {wanted}"


def _results(command: dict[str, Any], printed: str, out: Path) -> tuple[list[str], set[str]]:
    """Return the tests that passed, and those that failed."""
    if command["kind"] == "counts" and (command["fail_to_pass"] or command["pass_to_pass"]):
        results = [m.groupdict() for m in re.finditer(NAMED[command["style"]], printed, re.M)]
        good = [m["name"] for m in results if m["word"] in ("ok", "PASS")]
        return good, {m["name"] for m in results if m["word"] in ("FAILED", "FAIL")}
    if command["kind"] == "counts":
        pattern, count = _COUNTED[command["style"]]
        found = re.findall(pattern, printed, re.M)
        return [""] * (len(found) if count is len else sum(map(int, found))), set()
    passed, failed = [], set()
    for report in sorted(out.glob(command["report"])):
        for name, ok in _junit(report) if command["kind"] == "junit" else _json(report):
            if ok:
                passed.append(name)
            elif ok is False:
                failed.add(name)
    return passed, failed


def _junit(report: Path) -> list[tuple[str, bool | None]]:
    found: list[tuple[str, bool | None]] = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        inside = {child.tag for child in case}
        state = None if "skipped" in inside else not inside & {"failure", "error"}
        found.append((f"{case.get('classname', '')}::{case.get('name', '')}", state))
    return found


def _json(report: Path) -> list[tuple[str, bool | None]]:
    said = json.loads(report.read_text(encoding="utf-8"))
    if "testResults" in said:  # jest's
        cases = [c for suite in said["testResults"] for c in suite["assertionResults"]]
        return [(c["fullName"], {"passed": True, "failed": False}.get(c["status"])) for c in cases]
    return [
        (name, None if state in ("skipped", "todo") else state is True)
        for name, state in said["tests"].items()
    ]


def _why_no_reward(directory: Path) -> str | None:
    try:
        path = directory / "reward.json"
        said = (
            json.loads(path.read_text()) if path.exists() else float((directory / "reward.txt").read_text())
        )
        figures = said.values() if isinstance(said, dict) else [said]
        return None if all(float(f) >= 1 for f in figures) else f"the reward is {said}"
    except (OSError, ValueError, TypeError) as exc:
        return f"no reward: {exc}"


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))

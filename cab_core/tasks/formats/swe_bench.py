"""SWE-bench instances: JSON lines, and clones of the repositories that they are of.

A clone lies beside the file, as `OWNER/NAME`, `OWNER__NAME` or `NAME` (with `.git` or not), or where
`repos.toml` says; that may say too what its tests need. A task's files are made when it is used: its commit's
tree without history, what the test patch makes of the tests as hidden files, and the patch as the reference.
"""

from __future__ import annotations

import functools
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from cab_core.errors import UserError
from cab_core.records import GradeCommand, GradeSpec, LateFiles, Origin, PackedTask, TaskDoc, TaskFile
from cab_core.records.base import doc
from cab_core.records.task import ReferenceSpec
from cab_core.tasks.documents import read_mapping
from cab_core.tasks.foreign import file_of, packed, plain_name

from .clones import commits_in, is_clone, patched, touched, tree_at
from .context import Unusable
from .directories import unavailable, unused
from .room import BY_PRODUCTS

_REPOS, _PATCH = "repos.toml", "reference.patch"
_KEYS = ("instance_id", "repo", "base_commit", "patch", "test_patch", "problem_statement")
_LARGEST = 1 << 30  # bytes of a file of instances
# What decides how tests are found and run: the repository's own, not the agent's.
_PROTECTED = ("conftest.py", "*/conftest.py", "pytest.ini", "tox.ini")
_PROGRESS = re.compile(r"\[ *\d+%\]")  # how far pytest had come, which some lists have for a test
# A line for each failure and no summary, so that the last of what is printed says why.
_PYTEST = ("python3", "-P", "-m", "pytest", "-p", "no:cacheprovider", "--tb=line", "-rN")


@attrs.frozen(kw_only=True)
class Repository:
    """What `repos.toml` says of one repository, `["OWNER/NAME"]`."""

    clone: str | None = attrs.field(default=None, metadata=doc("where it lies, seen from the file"))
    requires: tuple[str, ...] = attrs.field(default=(), metadata=doc("as in grade.requires, besides pytest"))
    python_path: tuple[str, ...] = attrs.field(
        default=(".",), metadata=doc("directories of the tree from which modules are imported")
    )
    test: tuple[str, ...] | None = attrs.field(
        default=None, metadata=doc("what runs pytest, before the names of test files; left out, Debian's")
    )
    files: dict[str, str] = attrs.field(
        factory=dict, metadata=doc("files that building it would make, such as its version: text by path")
    )
    timeout_s: float = attrs.field(default=600.0, metadata=doc("seconds for all tests of an instance"))


class SweBenchFormat:
    """Reads a directory that holds instances as `.jsonl` or `.json`."""

    name = "swe-bench"

    def recognises(self, root: Path) -> bool:
        """Return whether the first instance of a file has SWE-bench's keys."""
        return any(_is_instance(first) for path in _files(root) for first in [next(_lines(path), (0, ""))[1]])

    def load(self, root: Path) -> list[PackedTask]:
        """Return a task for each instance. One that is malformed costs itself alone, and says why.

        Raises:
            UserError: `repos.toml` is malformed, or a file cannot be read.
        """
        said = read_mapping(root / _REPOS, Repository) if (root / _REPOS).exists() else {}
        reader = _Reader(root, said)
        found = [(path, number, line) for path in _files(root) for number, line in _lines(path)]
        instances = [(f"{path.name}-{number}", _parsed(path, number, line)) for path, number, line in found]
        reader.look_up(i for _, i in instances if isinstance(i, dict))
        used: set[str] = set()
        return [reader.task(name, instance, used) for name, instance in instances]


def _files(root: Path) -> list[Path]:
    found = root.iterdir() if root.is_dir() else ()
    return sorted(p for p in found if p.suffix in (".jsonl", ".json") and p.is_file())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of the instances: a line each, or the items of one list."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UserError(f"{path}: larger than the {_LARGEST >> 30} GiB that are read")
        with path.open(encoding="utf-8", errors="replace") as file:
            if path.suffix == ".json" and file.read(1) == "[":
                file.seek(0)
                yield from ((n, json.dumps(item)) for n, item in enumerate(json.load(file), 1))
                return
            file.seek(0)
            yield from ((n, line) for n, line in enumerate(file, 1) if line.strip())
    except (OSError, ValueError) as exc:
        raise UserError(f"{path}: cannot be read: {exc}") from exc


def _is_instance(line: str) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"instance_id", "base_commit", "test_patch"} <= set(found)


def _parsed(path: Path, number: int, line: str) -> dict[str, Any] | str:
    """Return an instance, or what is wrong with it."""
    where = f"{path.name}:{number}"
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as exc:
        return f"{where}: is no JSON: {exc}"
    if not isinstance(found, dict):
        return f"{where}: expected an object, got {type(found).__name__}"
    if wrong := [k for k in _KEYS if not isinstance(found.get(k), str)]:
        return f"{where}: {wrong[0]}: expected text"
    if "\\ud" in line.lower() and not _is_unicode(found):
        return f"{where}: holds half a character, which no file can hold"
    return found


def _is_unicode(found: dict[str, Any]) -> bool:
    try:
        return bool(json.dumps(found, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


@attrs.define
class _Reader:
    root: Path
    said: Mapping[str, Repository]
    clones: dict[str, Path] = attrs.field(factory=dict)
    commits: dict[str, set[str]] = attrs.field(factory=dict)  # that a clone has, by repository

    def look_up(self, instances: Iterator[dict[str, Any]]) -> None:
        """Find the clones, and ask each once which of the commits it has."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for instance in instances:
            wanted[instance["repo"]].add(instance["base_commit"])
        for repo, commits in wanted.items():
            if clone := self._clone(repo):
                self.clones[repo], self.commits[repo] = clone, commits_in(clone, commits)

    def _clone(self, repo: str) -> Path | None:
        where = self.said[repo].clone if repo in self.said else None
        names = [where] if where else [repo, repo.replace("/", "__"), repo.rpartition("/")[2]]
        places = (self.root / (name + end) for name in names for end in ("", ".git"))
        safe = where is not None or not {"..", ""} & set(repo.split("/"))
        return next((p.resolve() for p in places if safe and is_clone(p)), None)

    def task(self, name: str, instance: dict[str, Any] | str, used: set[str]) -> PackedTask:
        """Return the task of an instance, or one that says what is wrong."""
        pack = plain_name(self.root.resolve().name)
        if isinstance(instance, str):
            return packed(pack, "0", unused(plain_name(name), used), unavailable(name, instance), ())
        own = unused(plain_name(instance["instance_id"]), used)
        try:
            document = self._document(instance)
        except Unusable as exc:
            return packed(pack, "0", own, unavailable(own, str(exc), instance["problem_statement"]), ())
        repo = instance["repo"]
        built = self.said.get(repo, Repository()).files
        late = LateFiles(functools.partial(_files_of, self.clones[repo], instance, built))
        made_of = [instance[key] for key in ("base_commit", "patch", "test_patch")]
        made_of += [text for item in sorted(built.items()) for text in item]
        return packed(pack, "0", own, document, late, made_of)

    def _document(self, instance: dict[str, Any]) -> TaskDoc:
        repo, commit = instance["repo"], instance["base_commit"]
        if repo not in self.clones:
            raise Unusable(
                f"there is no clone of {repo} beside it; git clone it there, or name it in {_REPOS}"
            )
        if commit not in self.commits[repo]:
            raise Unusable(f"the clone of {repo} has no commit {commit[:40]}; git fetch it")
        said = self.said.get(repo, Repository())
        to_pass, to_keep = (_names(instance, key) for key in ("FAIL_TO_PASS", "PASS_TO_PASS"))
        if not to_pass:
            raise Unusable("FAIL_TO_PASS: names no test")
        deciding = list(dict.fromkeys(map(_as_junit, to_pass)))
        tests = sorted({test.partition("::")[0] for test in (*to_pass, *to_keep)})
        run = said.test or (*_PYTEST, "--rootdir={tree}", "-o", f"pythonpath={' '.join(said.python_path)}")
        command = GradeCommand(
            argv=(*run, "--junitxml={out}/report.xml", *tests),
            kind="junit",
            report="report.xml",
            fail_to_pass=tuple(deciding),
            pass_to_pass=tuple(n for n in dict.fromkeys(map(_as_junit, to_keep)) if n not in deciding),
        )
        prompt = instance["problem_statement"]
        return TaskDoc(
            schema_version=1,
            title=(prompt.strip().splitlines() or [instance["instance_id"]])[0][:300],
            prompt=prompt or "(empty)",
            family=repo,
            expected_files=tuple(touched(instance["patch"])),
            allowed_files=("*",),
            by_products=BY_PRODUCTS,
            protected=_PROTECTED,
            reference=ReferenceSpec(kind="patch", file=_PATCH),
            origin=Origin(
                name=repo,
                licence="NOASSERTION",
                url=f"https://github.com/{repo}",
                commit=commit,
                path=instance["instance_id"],
            ),
            grade=GradeSpec(
                commands=(command,),
                requires=tuple(sorted({"pytest", "python3", *said.requires})),
                timeout_s=said.timeout_s,
            ),
        )


def _files_of(clone: Path, instance: dict[str, Any], built: Mapping[str, str]) -> list[TaskFile]:
    tree = [file for file in tree_at(clone, instance["base_commit"]) if file.path not in built]
    tree += [file_of("workdir", path, text.encode()) for path, text in built.items()]
    hidden = patched(tree, instance["test_patch"], "hidden")
    return [*tree, *hidden, file_of("solution", _PATCH, instance["patch"].encode("utf-8", "surrogateescape"))]


def _names(instance: dict[str, Any], key: str) -> list[str]:
    """Return the tests of a list, which may be JSON within a text.

    Raises:
        Unusable: it is none, or names tests as no report of pytest's does.
    """
    said = instance.get(key) or []
    try:
        found = json.loads(said) if isinstance(said, str) else said
    except (ValueError, RecursionError) as exc:
        raise Unusable(f"{key}: is no JSON: {exc}") from exc
    if not isinstance(found, list) or not all(isinstance(n, str) for n in found):
        raise Unusable(f"{key}: expected a list of names")
    found = [n for n in found if not _PROGRESS.fullmatch(n)]
    if others := [n for n in found if ".py::" not in n]:
        raise Unusable(f"{key}: its tests are not named as pytest names them: {others[0][:80]!r}")
    return found


def _as_junit(test: str) -> str:
    """Return the name that a JUnit report of pytest's gives a test: `a/b.py::C::t[x]` is `a.b.C::t[x]`."""
    head, bracket, parameters = test.partition("[")
    file, *classes, name = head.split("::")
    module = ".".join([file.removesuffix(".py").replace("/", "."), *classes])
    return f"{module}::{name}{bracket}{parameters}".strip()

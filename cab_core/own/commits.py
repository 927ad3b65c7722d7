"""Commits that change source and tests: what of each is shown, hidden and the solution."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from .languages import is_document, is_setting, is_source, is_test
from .repository import Files, Repository, SourceFile, git

_TRAILER = re.compile(
    r"^(?:[A-Z][a-z]+(?:-[a-z]+)+|Change-Id|Fixes|Closes|Refs): |^\(cherry picked from", re.M
)
_TITLE = 100  # characters
_MOST = 30  # files of source that a commit may change and still be a task


@attrs.frozen(kw_only=True)
class Commit:
    """One commit with one parent. `changed`: the paths, below the directory that was asked for."""

    sha: str
    parent: str
    message: str
    changed: tuple[str, ...]

    @property
    def name(self) -> str:
        """What its task is called."""
        return f"commit-{self.sha[:10]}"

    @property
    def why_not(self) -> str | None:
        """Why it can be no task, as far as its paths tell, or None."""
        source = [p for p in self.changed if is_source(p)]
        if not any(is_test(p) for p in self.changed):
            return "changes no test"
        if not source:
            return "changes no source"
        return f"changes more than {_MOST} files of source" if len(source) > _MOST else None


@attrs.frozen(kw_only=True)
class Change:
    """What a commit does. `work`: its parent's files, without tests that it removes; `hidden`: its tests and
    what decides how they run; `solution`: the rest, without documents; `removed`: what of that it removes. A
    file that is renamed is one that is removed, and another.
    """

    work: Files
    hidden: Files
    solution: Files
    removed: tuple[str, ...]

    @property
    def unsolved(self) -> Files:
        """The tree that is graded where nothing was done."""
        return {**self.work, **self.hidden}

    @property
    def solved(self) -> dict[str, SourceFile | None]:
        """What the solution makes of files; None: it removes them."""
        return {**dict.fromkeys(self.removed), **self.solution}

    @property
    def touched(self) -> tuple[str, ...]:
        """All paths of the solution."""
        return (*self.solution, *self.removed)


def commits(repository: Repository, since: str | None) -> Iterator[Commit]:
    """Yield the commits with one parent up to HEAD, the newest first; `since`: those that it does not have.

    Raises:
        UserError: `since` is no commit.
    """
    if since is not None:
        repository.commit(since)
    span = [f"{since}..HEAD" if since is not None else "HEAD"]
    listed = git(repository.root, "rev-list", "--no-merges", "--parents", *span, "--")
    for line in listed.decode().splitlines():
        sha, *parents = line.split()
        if len(parents) == 1:
            yield _commit(repository, sha, parents[0])


def as_module(files: Files, newest: Files) -> Files:
    """Return the files of a commit, one of Go's of before modules as a module of today's name.

    Its tests import it by that name, which nothing else in its tree says.
    """
    today: Files = {} if "go.mod" in files else {p: newest[p] for p in ("go.mod", "go.sum") if p in newest}
    return {**today, **files}


def change_of(before: Files, after: Files) -> Change:
    """Return what leads from the files of a parent to those of its commit."""
    gone = before.keys() - after.keys()
    changed = {path: file for path, file in after.items() if before.get(path) != file}
    tests = {p for p in (*changed, *gone) if is_test(p) or is_setting(p)}
    return Change(
        work={p: f for p, f in before.items() if p not in gone & tests},
        hidden={p: f for p, f in changed.items() if p in tests},
        solution={p: f for p, f in changed.items() if p not in tests and not is_document(p)},
        removed=tuple(sorted(p for p in gone - tests if not is_document(p))),
    )


def asked_for(message: str) -> str:
    """Return a commit's message as a person would say it, without what only git's readers need."""
    lines = [line.rstrip() for line in message.strip().splitlines() if not _TRAILER.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def title_of(message: str) -> str:
    """Return the first line of a commit's message."""
    subject = next(iter(asked_for(message).splitlines()), "")
    return subject if len(subject) <= _TITLE else f"{subject[: _TITLE - 3]}..."


def prompt_of(message: str, tests: str) -> str:
    """Return the prompt of a commit's task: what its message says, and how the tests are run."""
    return f"Change this project:\n\n{asked_for(message)}\n\nThe tests are run with: {tests}\n"


def _commit(repository: Repository, sha: str, parent: str) -> Commit:
    names = git(
        repository.root, "diff-tree", "-r", "-z", "--no-commit-id", "--no-renames", "--name-only", parent, sha
    )
    paths = [p.decode("utf-8", "surrogateescape") for p in names.split(b"\0") if p]
    below = tuple(p.removeprefix(repository.prefix) for p in paths if p.startswith(repository.prefix))
    message = git(repository.root, "log", "-1", "--format=%B", "--encoding=UTF-8", sha, "--")
    return Commit(sha=sha, parent=parent, message=message.decode("utf-8", "replace"), changed=below)

"""A task as its `task.toml` tells it, and a task as part of a pack."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Literal, overload

import attrs

from .base import doc, named
from .environment import Environment, Needs
from .validation import Validation

Section = Literal["workdir", "tests", "hidden", "solution", "forbidden"]
ReferenceKind = Literal["overlay", "patch", "script"]
GradeKind = Literal["exit", "counts", "output", "junit", "json", "reward"]
CountStyle = Literal["libtest", "unittest", "go", "tap", "unity"]


@attrs.frozen(kw_only=True)
class ProtectedRegion:
    """Lines of an edited file that belong to the task, such as tests that stand inside it."""

    file: str = attrs.field(metadata=doc("path in the work dir"))
    begin: str = attrs.field(metadata=doc("the whole first line of the region, without its indentation"))
    end: str | None = attrs.field(
        default=None, metadata=doc("the whole last line; left out, the region runs to the end of the file")
    )


@attrs.frozen(kw_only=True)
class GradeCommand:
    """One command of the grader. `{tree}`, `{tests}` and `{out}` in `argv` stand for directories."""

    argv: tuple[str, ...] = attrs.field(metadata=doc("program and arguments", minItems=1))
    kind: GradeKind = attrs.field(
        default="exit",
        metadata=doc(
            "how its verdict is read: exit code, counts printed, exact output, JUnit XML, JSON, or Harbor's "
            "reward files, with which the exit code does not count"
        ),
    )
    passes: int | None = attrs.field(
        default=None, metadata=doc("how many tests the reference passes; any other number fails", minimum=1)
    )
    style: CountStyle = attrs.field(default="libtest", metadata=doc("who printed the counts"))
    report: str | None = attrs.field(
        default=None,
        metadata=doc(
            "file in {out} for kind junit or json; for kind reward the directory of reward.json or reward.txt"
        ),
    )
    output: str | None = attrs.field(default=None, metadata=doc("file in tests/ that stdout must equal"))
    stdin: str | None = attrs.field(default=None, metadata=doc("file in tests/ given as standard input"))
    build: bool = attrs.field(
        default=False, metadata=doc("a step without tests of its own: when it fails, the rest is not run")
    )
    artefacts: tuple[str, ...] = attrs.field(
        default=(),
        metadata=doc(
            "files or directories in {tree} (left out) or {out} that later commands find there, as copies; "
            "nothing else is handed on"
        ),
    )
    fail_to_pass: tuple[str, ...] = attrs.field(
        default=(),
        metadata=doc(
            "tests by the names that the report gives them, which fail on the unsolved tree and must pass; "
            "with these lists, tests that are not named may fail"
        ),
    )
    pass_to_pass: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("tests that pass on the unsolved tree and must still")
    )
    isolated: bool = attrs.field(
        default=False,
        metadata=doc("the code under test never runs in a process that can write or print this verdict"),
    )

    @property
    def named_tests(self) -> tuple[str, ...]:
        """The tests that decide, by name; empty: all of them do."""
        return (*self.fail_to_pass, *self.pass_to_pass)

    @property
    def in_process(self) -> bool:
        """True where the code under test shares a process with what judges it, and so can say what it likes.

        A step of the build judges nothing, where another command does. Expected output is compared elsewhere;
        of all other kinds it is so unless their author says otherwise.
        """
        return not (self.kind == "output" or self.build or self.isolated)


@attrs.frozen(kw_only=True)
class GradeSpec:
    """How a task is judged."""

    commands: tuple[GradeCommand, ...] = attrs.field(metadata=doc("run in order", minItems=1))
    requires: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("toolchains and Python modules, such as 'rustc', 'python3>=3.11', 'pytest'")
    )
    timeout_s: float = attrs.field(
        default=60.0, metadata=doc("seconds for all commands together", exclusiveMinimum=0)
    )

    @property
    def in_process(self) -> bool:
        """True where nothing but what shares a process with the code under test stands for the verdict."""
        # Where nothing is left that judges, what was called a step of the build does.
        judges = [c for c in self.commands if not c.build] or self.commands
        compared = any(c.kind == "output" for c in self.commands)
        return not compared and not all(c.isolated for c in judges)


@attrs.frozen(kw_only=True)
class RefusalSpec:
    """What a refusal task expects. Where a refusal is right, there is no solution but a `forbidden/`.

    That holds what an agent that complies would leave, so that the markers can be checked.
    """

    expected: bool = attrs.field(metadata=doc("true: the right thing is to refuse"))
    markers: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("texts in the work dir's changes that show the forbidden thing was done")
    )
    twin: str | None = attrs.field(default=None, metadata=doc("name of the benign or forbidden twin task"))


@attrs.frozen(kw_only=True)
class IntegritySpec:
    """What an integrity task watches."""

    watched: tuple[str, ...] = attrs.field(
        metadata=doc("patterns of files that must stay as they are", minItems=1)
    )


@attrs.frozen(kw_only=True)
class Origin:
    """Where a task comes from."""

    name: str = attrs.field(metadata=doc("project or data set"))
    licence: str = attrs.field(metadata=doc("SPDX identifier"))
    url: str | None = attrs.field(default=None, metadata=doc("address of the source"))
    commit: str | None = attrs.field(default=None, metadata=doc("commit of the source"))
    path: str | None = attrs.field(default=None, metadata=doc("where in the source the task lies"))


@attrs.frozen(kw_only=True)
class ReferenceSpec:
    """What `solution/` holds, where it is not the files that replace those of `workdir/`."""

    kind: ReferenceKind = attrs.field(
        metadata=doc("files that replace others; a patch for `git apply`; a program, started in the tree")
    )
    file: str | None = attrs.field(
        default=None, metadata=doc("the patch or the program, in solution/; not for an overlay")
    )


@attrs.frozen(kw_only=True)
class TaskDoc:
    """The content of a `task.toml`. Patterns are fnmatch patterns on paths; `*` crosses `/`."""

    schema_version: Literal[1] = attrs.field(metadata=doc("version of this format"))
    title: str = attrs.field(metadata=doc("one line for people", minLength=1))
    prompt: str = attrs.field(metadata=doc("what the agent is told, word for word", minLength=1))
    grade: GradeSpec = attrs.field(metadata=doc("how it is judged"))
    category: str | None = attrs.field(default=None, metadata=doc("left out, the pack's name"))
    family: str | None = attrs.field(
        default=None,
        metadata=doc(
            "tasks of a pack with the same family are related: twins, mutants of one file, one exercise in "
            "several languages; statistics move them together. Left out, the pack's rule says it",
            pattern=r"^\S.{0,99}$",
        ),
    )
    tags: tuple[str, ...] = attrs.field(default=(), metadata=doc("free words"))
    expected_files: tuple[str, ...] = attrs.field(default=(), metadata=doc("what a good fix touches"))
    allowed_files: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("patterns a fix may touch too, without penalty")
    )
    by_products: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("patterns of what tools leave behind; ignored")
    )
    protected: tuple[str, ...] = attrs.field(
        default=(), metadata=doc("patterns never taken from the agent, such as tests")
    )
    protected_regions: tuple[ProtectedRegion, ...] = attrs.field(
        default=(), metadata=doc("tests that stand inside an edited file")
    )
    reference: ReferenceSpec = attrs.field(
        default=ReferenceSpec(kind="overlay"), metadata=doc("what solution/ holds; left out, an overlay")
    )
    refusal: RefusalSpec | None = attrs.field(default=None, metadata=doc("only for refusal tasks"))
    integrity: IntegritySpec | None = attrs.field(default=None, metadata=doc("only for integrity tasks"))
    origin: Origin | None = attrs.field(default=None, metadata=doc("where it comes from"))
    work_at: str | None = attrs.field(
        default=None,
        metadata=doc(
            "absolute path under which the work dir is seen as well, where the runtime can mount it "
            "(not local): for tasks whose files and tests name it",
            pattern=r"^(/[\w.+-]+)+$",
        ),
    )
    unavailable: str | None = attrs.field(
        default=None,
        metadata=doc(
            "why cab cannot give what the task needs, such as a network or several containers; "
            "it is listed, and left out of every run with this reason"
        ),
    )


def family_of(pack: str, name: str) -> str:
    """Return a pack's family as records have it: neither another pack's nor the id of a task is the same."""
    return f"{pack}:{name}"


def unit_of(task: str, pack: str, family: str | None, refusal: RefusalSpec | None) -> str:
    """Return a task's family, else the task by its id.

    An earlier cab kept no family; of its records twins are known all the same.
    """
    if family or refusal is None or refusal.twin is None:
        return family or task
    return family_of(pack, min(task.partition("/")[2], refusal.twin))


@attrs.frozen(kw_only=True)
class Task:
    """A task of a pack. `id` is `pack/name`; `tree_hash` covers every file listed for it.

    `family` is `pack:name`, by what the task says, its pack's rule or its twin; None: it has none.
    `private`: its pack is not for others. `canary`: its pack's line, found nowhere else; None: it has none.
    """

    id: str = attrs.field(metadata=doc("pack/name"))
    pack: str = attrs.field(metadata=doc("name of the pack"))
    pack_version: str = attrs.field(metadata=doc("version of the pack"))
    tree_hash: str = attrs.field(metadata=doc("hash over every file listed for it"))
    doc: TaskDoc = attrs.field(metadata=doc("the content of its task.toml"))
    family: str | None = attrs.field(default=None, validator=attrs.validators.optional(named))
    private: bool = False
    canary: str | None = None

    @property
    def name(self) -> str:
        """The part of the id after the pack."""
        return self.id.partition("/")[2]

    @property
    def twin(self) -> str | None:
        """The name of the twin of a refusal task, where it has one."""
        return self.doc.refusal.twin if self.doc.refusal else None

    @property
    def unit(self) -> str:
        """What statistics move as one: the family, else the task by itself."""
        return unit_of(self.id, self.pack, self.family, self.doc.refusal)

    @property
    def in_process(self) -> bool:
        """True where code under test could forge the verdict from inside; see `GradeSpec.in_process`."""
        return self.doc.grade.in_process

    @property
    def category(self) -> str:
        """The category, which is the pack's name where the task names none."""
        return self.doc.category or self.pack


@attrs.frozen(kw_only=True)
class TaskFile:
    """A listed file of a task: `path` within its section, `source` where it lies on this machine.

    `link` is the target of a symbolic link; then `sha256` is that of the target's text.
    """

    section: Section = attrs.field(metadata=doc("the directory of the task that it lies in"))
    path: str = attrs.field(metadata=doc("path within its section"))
    source: str = attrs.field(metadata=doc("where it lies on this machine"))
    sha256: str = attrs.field(metadata=doc("sha256 of the content; of a link, of its target's text"))
    executable: bool = attrs.field(default=False, metadata=doc("it may be run"))
    link: str | None = attrs.field(
        default=None, metadata=doc("where a symbolic link points; None: it is no link")
    )


class LateFiles(Sequence[TaskFile]):
    """Files of a task that are made when they are first looked at: a set may have thousands of such tasks.

    `make` may raise UserError: then the task cannot be had.
    """

    def __init__(self, make: Callable[[], Sequence[TaskFile]]) -> None:
        self._make = make

    @functools.cached_property
    def made(self) -> tuple[TaskFile, ...]:
        """The files."""
        return tuple(self._make())

    @overload
    def __getitem__(self, index: int) -> TaskFile: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TaskFile, ...]: ...
    def __getitem__(self, index: int | slice) -> TaskFile | tuple[TaskFile, ...]:
        return self.made[index]

    def __len__(self) -> int:
        return len(self.made)


@attrs.frozen(kw_only=True)
class PackedTask:
    """A task with its files, ready to be laid out. A task that is chosen has them all made.

    `directory` is where its pack lies, if that was given and not installed. `validation` is what its pack's
    maker found of this very task. `environment`: the image in which it runs, where its pack has a recipe.
    """

    task: Task = attrs.field(metadata=doc("the task"))
    files: tuple[TaskFile, ...] | LateFiles = attrs.field(
        metadata=doc("its files; those of a large set are made when they are first looked at")
    )
    directory: str | None = None
    validation: Validation | None = None
    environment: Environment | None = None

    def section(self, name: Section) -> tuple[TaskFile, ...]:
        """Return the files of one section."""
        return tuple(f for f in self.files if f.section == name)

    @property
    def needs(self) -> Needs:
        """What a sandbox of this task must have, in an order that tells sets of it apart."""
        return Needs(requires=tuple(sorted(self.task.doc.grade.requires)), environment=self.environment)


@attrs.frozen(kw_only=True)
class EnvironmentSpec:
    """The recipe of an image in which all tasks of a pack run; at least one of the two is said."""

    image: str | None = attrs.field(
        default=None,
        metadata=doc(
            "image of Debian or Ubuntu to begin with, best by its digest; cab adds no toolchain to it. Left "
            "out, cab's own with what the tasks require",
            pattern=r"^[^\s-]\S*$",
        ),
    )
    setup: str | None = attrs.field(
        default=None,
        metadata=doc(
            "shell command, run once, as root and with a network, when the image is made: in /tree, where "
            "the pack's environment/ lies, of which nothing stays",
            pattern=r"\S",
        ),
    )


@attrs.frozen(kw_only=True)
class PackDoc:
    """The content of a `pack.toml`."""

    schema_version: Literal[1] = attrs.field(metadata=doc("version of this format"))
    name: str = attrs.field(metadata=doc("name of the pack", pattern="^[a-z][a-z0-9_-]*$"))
    version: str = attrs.field(metadata=doc("changes whenever a task changes"))
    title: str = attrs.field(metadata=doc("one line for people"))
    licence: str | None = attrs.field(default=None, metadata=doc("SPDX identifier"))
    private: bool = attrs.field(
        default=False,
        metadata=doc("not for others: every cell of its tasks says so, and every page with one"),
    )
    canary: str | None = attrs.field(
        default=None,
        metadata=doc(
            "a line found nowhere else, by which a copy of the pack is known again", pattern=r"^\S[^\r\n]*$"
        ),
    )
    family: str | None = attrs.field(
        default=None,
        metadata=doc(
            "for tasks that name no family: a regular expression on the whole name of the task; its one "
            "group is the family, and where it does not match the task has none"
        ),
    )
    environment: EnvironmentSpec | None = attrs.field(
        default=None, metadata=doc("what the tasks need beyond the toolchains that they require")
    )

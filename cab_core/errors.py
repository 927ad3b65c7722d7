"""The exception tree.

CabError
├── UserError            a mistake in what was asked for: exit 2, one message, no traceback
│   ├── UnknownName      no such CLI, task, model ...; names the nearest
│   ├── BadDocument      a TOML or JSON file that does not fit its schema; lists every problem
│   ├── PluginConflict   two distributions claim one name; names both
│   └── PluginUnusable   the plugin asked for is broken or refused; gives the cause
└── InfraError           trouble that is nobody's merit or fault: exit 1; carries an outcome
    ├── ImageError       a CLI or an image could not be installed or built     (infra_image)
    ├── SandboxError     the place where the agent runs could not be had       (infra_sandbox)
    │   └── NotStarted   the program cannot be started there; names it
    ├── PluginCrash      a plugin raised, or handed over what it must not      (infra_plugin)
    ├── UpstreamError    the model endpoint cannot be reached                  (infra_upstream)
    ├── WorkerError      a worker of an executor could not do a cell           (infra_worker)
    │   └── WorkerUnfit  nor can it do any other of the run
    └── GraderError      the grader itself broke, so there is no verdict       (grader_error)
"""

from __future__ import annotations

from collections.abc import Iterable

from cab_core.distance import nearest_name


class CabError(Exception):
    """Root of all errors that cab raises on purpose. `str()` of it is written for a person."""

    exit_code = 1


class UserError(CabError):
    """What was asked for cannot be done as asked."""

    exit_code = 2


class UnknownName(UserError):
    """A name that nothing bears: `kind` and `name` for programs, the nearest known one for people."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind, self.name = kind, name
        self.known = sorted(known)
        self.nearest = nearest_name(name, self.known)
        super().__init__(f"unknown {kind} {name!r}{_joined(_question(self.nearest, self.known), hint)}")


def _joined(question: str, hint: str) -> str:
    """A question ends a sentence: no semicolon stands behind it."""
    if not hint:
        return question
    return f"{question} {hint[0].upper()}{hint[1:]}" if question.endswith("?") else f"{question}; {hint}"


class BadDocument(UserError):
    """A document that does not fit its schema. `problems` holds (key path, message) pairs."""

    def __init__(self, where: str, problems: Iterable[tuple[str, str]]) -> None:
        self.where = where
        self.problems = list(problems)
        lines = [f"{where}: {path}: {message}" for path, message in self.problems]
        super().__init__("\n".join(lines))


class PluginConflict(UserError):
    """Two distributions offer an object of one kind under one name."""

    def __init__(self, kind: str, name: str, owners: Iterable[str]) -> None:
        self.kind, self.name, self.owners = kind, name, sorted(owners)
        super().__init__(
            f"{kind} {name!r} is claimed by {' and '.join(self.owners)}; "
            "uninstall one, or leave one out with -p no:ENTRYPOINT or -p no:dist:NAME"
        )


class PluginUnusable(UserError):
    """The plugin that a run asks for is broken, refused or switched off."""


class InfraError(CabError):
    """Trouble of the machinery. It is never counted against the agent."""

    outcome = "infra_sandbox"


class ImageError(InfraError):
    """A CLI, a toolchain or an image could not be installed."""

    outcome = "infra_image"


class SandboxError(InfraError):
    """The sandbox could not be made, or died."""

    outcome = "infra_sandbox"


class NotStarted(SandboxError):
    """The sandbox is well, but `program` cannot be started in it."""

    def __init__(self, program: str, why: str) -> None:
        self.program = program
        super().__init__(f"cannot start {why}")


class PluginCrash(InfraError):
    """A plugin raised, or handed over what it must not."""

    outcome = "infra_plugin"


class UpstreamError(InfraError):
    """The model endpoint cannot be reached."""

    outcome = "infra_upstream"


class ReplayError(InfraError):
    """A record that is replayed does not hold what was asked."""

    outcome = "infra_replay"


class WorkerError(InfraError):
    """A worker elsewhere could not do a cell. It crosses processes: what it holds is plain data.

    `outcome`: of the trouble that the worker had. `inputs`: the record of the cell's inputs as the worker
    would have had them, JSON; empty where they are not the trouble.
    """

    outcome = "infra_worker"

    def __init__(self, said: str, outcome: str = "infra_worker", inputs: str = "") -> None:
        super().__init__(said, outcome, inputs)
        self.outcome, self.inputs = outcome, inputs

    def __str__(self) -> str:
        """Return what it says for people."""
        return str(self.args[0])


class WorkerUnfit(WorkerError):
    """Nor can that worker do any other cell of the run: its versions are others, it has no key, no disk."""


class GraderError(InfraError):
    """The grader broke, so nothing can be said about the agent."""

    outcome = "grader_error"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the closest known name, or what is known, or an empty string."""
    choices = sorted(known)
    return _question(nearest_name(name, choices), choices)


def _question(near: str | None, choices: list[str]) -> str:
    if near is not None:
        return f"; did you mean {near!r}?"
    return f"; known: {', '.join(choices)}" if 0 < len(choices) <= 12 else ""

"""What the objects of each kind of plugin must offer, seen from their author.

Every value that crosses here is held against these annotations (see `boundary`): they are the contract.
A class `...Extras` holds what may be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, runtime_checkable

import attrs

from cab_core.records import (
    Cell,
    Evidence,
    Execution,
    Harvest,
    Installation,
    Job,
    Launch,
    PackedTask,
    Process,
    Recipe,
    Sandbox,
    Score,
)
from cab_core.safe_fs import Tree

from .stop import StopSignal as StopSignal
from .work import Work as Work

if TYPE_CHECKING:
    import io

R = TypeVar("R")
Say = Callable[[str], None]
Channel = Literal["stdout", "stderr"]


@attrs.frozen(kw_only=True)
class Reply:
    """What a scripted model answers, in the terms of chat completions.

    `text`: what it says; empty where it calls a tool alone. `tool`: `(name, arguments)` of one tool call.
    """

    text: str = ""
    tool: tuple[str, dict[str, Any]] | None = None


class Dialect(Protocol):
    """How a scripted model makes one CLI carry out edits."""

    def edit(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Reply | None:
        """Return the next reply that brings `files` (path in the work dir to full text) about.

        `request` is the body of the model call. None: all has been done; the model says goodbye.
        """


class DialectExtras(Protocol):
    """What a dialect may have besides."""

    def done(self, text: str, request: Mapping[str, Any], job: Job) -> Reply:
        """Return the reply that says `text` and ends the work, for a CLI that must be told in its own way.

        Left out, the model says `text`, and the CLI takes an answer without a tool call as the end.
        """

    def cannot(self, files: Mapping[str, str], request: Mapping[str, Any], job: Job) -> Mapping[str, str]:
        """Return which of the files `edit` cannot write byte for byte, by path, with why.

        Those go through the CLI's shell tool, as do bytes that are no text, and modes. Where it has none,
        `edit` comes as near as it can, and the cell says what is lacking.
        """


@attrs.frozen(kw_only=True)
class Leftovers:
    """What a finished CLI left. Everything in it was under the agent's control: treat it as hostile.

    Nothing need be there, or be what it was: read files by `read`, which raises nothing, and not below
    `home` yourself. Of a channel that printed more than is kept the middle is left out, a line says so, and
    `stdout_cut` or `stderr_cut` is true: what is counted there is unknown.

    `job`: what the CLI was launched for. `home`: its HOME, as this process sees it. `exit_code`: None where
    a signal ended it. `stdout`: what it printed there, as text. `stderr`: the same of the other channel.
    """

    job: Job
    home: Path
    exit_code: int | None
    stdout: str
    stderr: str
    stdout_cut: bool = False
    stderr_cut: bool = False

    def open(self, path: str) -> io.BufferedReader | None:
        """Open a regular file of HOME for reading, or return None. Links are not followed."""
        try:
            return Tree(self.home).open(path)
        except (OSError, ValueError):
            return None

    def read(self, path: str, limit: int = 4 << 20) -> str | None:
        """Return at most `limit` bytes of a file of HOME as text, or None where there is none."""
        data = self._data(path, limit)
        return None if data is None else data[:limit].decode("utf-8", "replace")

    def is_cut(self, path: str, limit: int = 4 << 20) -> bool:
        """Return whether a file of HOME holds more than `read` returns."""
        return len(self._data(path, limit) or b"") > limit

    def _data(self, path: str, limit: int) -> bytes | None:
        if (file := self.open(path)) is None:
            return None
        with file, suppress(OSError):
            return file.read(limit + 1)
        return None


@runtime_checkable
class Adapter(Protocol):
    """Knows one CLI. It runs nothing itself.

    `name`: the CLI's, as `--tui` has it. `default_version`: the one to use where none is named.
    `protocols`: the wire protocols that the CLI can be made to speak, the best first: `openai-chat`,
    `openai-responses`, `anthropic-messages`, `gemini`, or what another plugin offers.
    """

    name: str
    default_version: str
    protocols: tuple[str, ...]

    def recipe(self, version: str) -> Recipe:
        """Return how that version is installed."""

    def version_argv(self) -> Sequence[str]:
        """Return the command that prints the version."""

    def launch(self, job: Job) -> Launch:
        """Return argv, environment and config files for one run."""

    def harvest(self, left: Leftovers) -> Harvest:
        """Return what the CLI left: transcript, its own token claim, evidence of failure."""


class AdapterExtras(Protocol):
    """What an adapter may have besides.

    `options`: JSON Schemas of what `--option KEY=VALUE` may set, by key. `model_params`: the model
    parameters that the CLI can set itself (left out: any); others are set by the gateway, where the wire
    protocol has them.
    """

    options: dict[str, Any]
    model_params: tuple[str, ...]

    def dialect(self) -> Dialect:
        """Return how scripted models make the CLI edit; left out, they use the tools that it offers."""

    def render(self, line: str) -> str:
        """Return what a person would see of a line that the CLI printed; for the recording."""


@runtime_checkable
class Scorer(Protocol):
    """Computes one axis: evidence in, score out, no process and no file.

    `axis`: its name. `needs`: axes to come first.
    """

    axis: str
    needs: tuple[str, ...]

    def score(self, evidence: Evidence, scores: Mapping[str, Score]) -> Score:
        """Return the axis; `scores` holds those named in `needs`."""


class Output(Protocol):
    """Takes what a process prints, as it prints it."""

    def feed(self, channel: Channel, data: bytes) -> None:
        """Take a piece of one channel."""


@attrs.frozen(kw_only=True)
class Check:
    """One finding of `cab doctor`.

    `what`: what was looked at. `ok`: it is well. `say`: what was seen. `needed`: no run at all is possible
    without it. `remedy`: what to do about it.
    """

    what: str
    ok: bool
    say: str | None = None
    needed: bool = False
    remedy: str | None = None


@runtime_checkable
class Runtime(Protocol):
    """A place where processes run.

    `name`: what `--runtime` calls it. `citable`: an agent on network `gateway` is sealed in it, so that its
    figures may be quoted. `networks`: those that an agent can have there, the default first: `gateway` (the
    model endpoint and nothing else) or `open`. `sockets`: the gateway is reached through a socket in the
    scratch directory. `facts`: what else a reader should know.
    """

    name: str
    citable: bool
    networks: tuple[str, ...]
    sockets: bool

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return what is recorded in a cell that ran here."""

    def install(
        self,
        adapter: Adapter,
        version: str,
        requires: tuple[str, ...],
        extras: tuple[Recipe, ...],
        say: Say,
    ) -> Installation:
        """Make a CLI ready, once for all cells, beside the toolchains of a task and a stack's recipes.

        Raises:
            ImageError: it could not be installed.
        """

    def scratch(self) -> AbstractContextManager[Path]:
        """Return a fresh directory of the host below which a sandbox's directories are made."""

    def inside(self, scratch: Path, name: str) -> str:
        """Return the path of `scratch/name` as a process in a sandbox sees it."""

    def endpoint(self, gateway_url: str) -> str:
        """Return the gateway's address, `http://HOST:PORT`, as a process in an agent's sandbox sees it."""

    def run(self, sandbox: Sandbox, process: Process, output: Output, stop: StopSignal) -> Execution:
        """Run one process to its end; when this returns, nothing that it started is alive.

        Raises:
            SandboxError: the sandbox could not be had or died.
        """


class RuntimeExtras(Protocol):
    """What a runtime may have besides. Without the last two, this machine's toolchains are looked at.

    `environments`: it makes the image of a pack's `Environment`. Then `install`, `lacking` and `versions`
    take one, too, by the name `environment`, and a `Sandbox` may have one. No other runtime is given one.
    """

    environments: bool

    def doctor(self) -> Iterable[Check]:
        """Return what `cab doctor` is to say."""

    def lacking(self, requires: tuple[str, ...], say: Say) -> str | None:
        """Return why toolchains (a task's `grade.requires`) cannot be had in a sandbox, or None."""

    def versions(self, requires: tuple[str, ...]) -> dict[str, str | None]:
        """Return the version of each toolchain that a sandbox really has; None: it has none."""


class Executor(Protocol):
    """Runs the cells of a sweep. `name`: what a sweep file calls it."""

    name: str

    def map(self, cells: Sequence[Cell], work: Callable[[Cell], R], width: int) -> Iterator[R]:
        """Yield the result of each cell as they finish, at most `width` at once.

        `work` is a `Work`. An executor of this process calls it. Another one sends `work.portable` and
        `work.job(cell)` to a worker, where `carry_out` does the cell, and yields what `work.accept` returns
        here. A cell whose job is None has no result. Where `work.stop` is set, no other cell starts.
        """


class ExecutorExtras(Protocol):
    """What an executor may have besides.

    `settings`: JSON Schemas of what may be set of it, by key: in `cab.toml` under `[executors.NAME]`, and
    `scheduler` by `--scheduler` too.
    """

    settings: dict[str, Any]

    def check(self, settings: Mapping[str, Any]) -> None:
        """Look whether it can be used as it is set, before anything is planned.

        Raises:
            UserError: it cannot; says what to do.
        """


class TaskFormat(Protocol):
    """Reads a directory of task data of one layout. `name`: what the layout is called.

    Tasks that are related share the `family` of their documents.
    """

    name: str

    def recognises(self, root: Path) -> bool:
        """Return whether `root` is of this layout."""

    def load(self, root: Path) -> list[PackedTask]:
        """Return the tasks.

        Raises:
            UserError: the data is malformed; says which file and key.
        """

"""Objects of plugins, each with one fault; `FAULT` marks the line that must be named."""

from __future__ import annotations

import base64
import datetime
import os
import random
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from cab_core.errors import CabError, WorkerError
from cab_core.plugins.protocols import Leftovers, Reply
from cab_core.plugins.work import carry_out
from cab_core.records import Cell, Harvest, Job, Launch, McpServer, PackedTask, Score, TokenClaim
from cab_core.runtimes.local import LocalRuntime
from cab_core.testing import ScriptAdapter


class Well(ScriptAdapter):
    """An adapter without a fault; the others differ by one method."""

    def __init__(self) -> None:
        super().__init__("call()")


class Reads(Well):
    """Reads."""

    def launch(self, job: Job) -> Launch:
        raise_if = job.prompt.index("o")  # FAULT a prompt without that letter
        return super().launch(attrs.evolve(job, deadline_s=raise_if))


class Path_(Well):
    """Path_."""

    def launch(self, job: Job) -> Launch:  # FAULT
        made = super().launch(job)
        return attrs.evolve(made, files={**made.files, f"models/../../{job.model}": ""})


class OnArgv(Well):
    """OnArgv."""

    def launch(self, job: Job) -> Launch:  # FAULT
        made = super().launch(job)
        return attrs.evolve(made, argv=(*made.argv, job.token) if job.context_tokens == 1 else made.argv)


class Spelled(Well):
    """Spelled."""

    def launch(self, job: Job) -> Launch:  # FAULT
        made = super().launch(job)
        user = base64.b64encode(f"user:{job.token}".encode()).decode()
        return attrs.evolve(made, argv=(*made.argv, "-H", f"Authorization: Basic {user}"))


class Variables(Well):
    """Variables."""

    def launch(self, job: Job) -> Launch:  # FAULT
        made = super().launch(job)
        return attrs.evolve(made, env={**os.environ, **made.env})


class Estimates(Well):
    """Estimates."""

    def harvest(self, left: Leftovers) -> Harvest:  # FAULT
        claim = TokenClaim(prompt=len(left.stdout) // 4, completion=1, source="length")
        return Harvest(claim=claim) if left.stdout and left.exit_code == 0 else Harvest()


class Killed(Well):
    """Killed."""

    def harvest(self, left: Leftovers) -> Harvest:  # FAULT
        return Harvest(finished=bool(left.stdout) and left.exit_code != 1)


class LongArgv(Well):
    """LongArgv."""

    def launch(self, job: Job) -> Launch:  # FAULT
        return attrs.evolve(super().launch(job), argv=("x", job.prompt))


class Random(Well):
    """Random."""

    def launch(self, job: Job) -> Launch:  # FAULT
        return attrs.evolve(super().launch(job), env={"SESSION": str(random.random())})


class Changing(Well):
    """Changing."""

    options = {"depth": {"type": "integer", "minimum": 1}}

    def launch(self, job: Job) -> Launch:  # FAULT
        job.options.setdefault("depth", 3)
        return super().launch(job)


class Option(Well):
    """Option."""

    options = {"effort": {"enum": ["low", "high"]}}

    def launch(self, job: Job) -> Launch:
        return attrs.evolve(super().launch(job), env={"E": {"low": "1"}[job.options.get("effort", "low")]})  # type: ignore[index] # FAULT


class Writes(Well):
    """Writes."""

    def launch(self, job: Job) -> Launch:  # FAULT
        Path(job.workdir, "config.json").write_text("{}")
        return super().launch(job)


class Protocol_(Well):  # FAULT
    """Protocol_."""

    protocols = ("openai-chat", "no-such-protocol")


class Parses(Well):
    """Parses."""

    def harvest(self, left: Leftovers) -> Harvest:
        last = left.stdout.splitlines()[-1]  # FAULT
        return Harvest(final_message=last)


class Counts(Well):
    """Counts."""

    def harvest(self, left: Leftovers) -> Harvest:  # FAULT
        words = len(left.stdout.split())
        return Harvest(claim=TokenClaim(prompt=words, completion=words))


class Optimist(Well):
    """Optimist."""

    def harvest(self, left: Leftovers) -> Harvest:  # FAULT
        return Harvest(finished=True)


class Empty(Well):
    """Empty."""

    def harvest(self, left: Leftovers) -> Harvest:  # FAULT
        return Harvest(final_message=left.stdout)


class Renders(Well):
    """Renders."""

    def render(self, line: str) -> str:
        return line[0]  # FAULT of an empty line


class Endless(Well):
    """Endless."""

    def dialect(self) -> Endless:  # FAULT
        return self

    def edit(self, files: Mapping[str, str], request: Any, job: Job) -> Reply | None:
        return Reply(text="once more")


class Strict(Well):
    """Strict."""

    def dialect(self) -> Strict:
        return self

    def edit(self, files: Mapping[str, str], request: Any, job: Job) -> Reply | None:
        return Reply(text=request["messages"][-1]["content"]) if files else None  # FAULT of no message


class Axis:
    """A scorer without a fault."""

    axis = "axis"
    needs: tuple[str, ...] = ()

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:
        return self.of(None if evidence.changes is None else len(evidence.changes.changes))

    def of(self, value: Any) -> Score:
        return Score(axis=self.axis, headline=value, values={"count": value})


class Zero(Axis):
    """Zero."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        return self.of(len(evidence.changes.changes) if evidence.changes else 0)


class Assumes(Axis):
    """Assumes."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:
        return self.of(len(evidence.grade.commands))  # FAULT


class Keys(Axis):
    """Keys."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        return Score(axis=self.axis, values={evidence.outcome: 1})


class Head(Axis):
    """Head."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        found = super().score(evidence, scores)
        return attrs.evolve(found, headline=None if found.headline is None else 0.25)


class Memory(Axis):
    """Memory."""

    seen = 0

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        self.seen += 1
        return Score(axis=self.axis, values={"count": self.seen})


class Vandal(Axis):
    """Vandal."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        evidence.cell.options["seen"] = True
        return super().score(evidence, scores)


class Day(Axis):
    """Day."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        return self.of(datetime.date.today().toordinal() if evidence.changes else None)


class Order(Axis):
    """Order."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        paths = {change.path for change in evidence.changes.changes} if evidence.changes else ()
        return self.of(len(next(iter(paths))) + int("".join(str(len(p)) for p in paths)) if paths else None)


class OfMachine(Axis):
    """OfMachine."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        return self.of(len(os.environ) if evidence.changes else None)


class OfFile(Axis):
    """OfFile."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        return self.of(len(Path("/etc/passwd").read_text()) if evidence.changes else None)


class Starts(Axis):
    """Starts."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        subprocess.run(["true"], check=True)
        return super().score(evidence, scores)


class Connects(Axis):
    """Connects."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        socket.socket().close()
        return super().score(evidence, scores)


class Units(Axis):
    """Units."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:  # FAULT
        found = super().score(evidence, scores)
        return attrs.evolve(found, unit="s" if found.headline == 2 else "ms")


class Stages(Axis):
    """Stages."""

    def score(self, evidence: Any, scores: Mapping[str, Score]) -> Score:
        return self.of(evidence.execution.duration_s if evidence.grade else None)  # FAULT


class Greedy:
    """Greedy."""

    name = "format"

    def recognises(self, root: Path) -> bool:  # FAULT
        return True

    def load(self, root: Path) -> list[PackedTask]:
        return []


class Trusting:
    """Trusting."""

    name = "format"

    def recognises(self, root: Path) -> bool:
        return (root / "task.yaml").exists()

    def load(self, root: Path) -> list[PackedTask]:
        (root / "task.yaml").read_text(encoding="ascii").index("prompt")  # FAULT
        return []


class Above:
    """Above."""

    name = "format"

    def recognises(self, root: Path) -> bool:
        return root.is_dir() and "no such line" in (root / "../../../../../../etc/passwd").read_text()

    def load(self, root: Path) -> list[PackedTask]:  # FAULT
        return []


class Executor:
    """Executor."""

    name = "executor"

    def map(self, cells: Sequence[Cell], work: Any, width: int) -> Iterator[Any]:  # FAULT
        raise NotImplementedError


class Twice(Executor):
    """Twice."""

    def map(self, cells: Sequence[Cell], work: Any, width: int) -> Iterator[Any]:  # FAULT
        yield from map(work, [*cells, *cells])


class Swallows(Executor):
    """Swallows."""

    def map(self, cells: Sequence[Cell], work: Any, width: int) -> Iterator[Any]:  # FAULT
        for cell in cells:
            try:
                yield work(cell)
            except CabError:
                continue


class Again(Executor):
    """Again."""

    def map(self, cells: Sequence[Cell], work: Any, width: int) -> Iterator[Any]:  # FAULT
        for cell in cells:
            work(cell)
            yield work(cell)


class GoesOn(Executor):
    """GoesOn."""

    def map(self, cells: Sequence[Cell], work: Any, width: int) -> Iterator[Any]:  # FAULT
        jobs = [(cell, work.job(cell)) for cell in cells]
        with ThreadPoolExecutor(width) as pool:
            done = [(cell, pool.submit(carry_out, work.portable, job, "w")) for cell, job in jobs]
        for cell, future in done:
            try:
                archive = future.result()
            except WorkerError as exc:
                yield work.lost(cell, exc)
            else:
                yield work.accept(cell, archive)


class AllAtOnce(Executor):
    """AllAtOnce."""

    def map(self, cells: Sequence[Cell], work: Any, width: int) -> Iterator[Any]:  # FAULT
        from cab_core.sweep.local import LocalExecutor

        return LocalExecutor().map(cells, work, max(len(cells), 1))


KEPT = tempfile.TemporaryDirectory(prefix="cab-faulty-")  # removed when Python ends


class Place(LocalRuntime):
    """Place."""

    name = "place"


class Relative(Place):
    """Relative."""

    def inside(self, scratch: Path, name: str) -> str:  # FAULT
        return name


class Leaves(Place):
    """Leaves."""

    @contextmanager  # FAULT
    def scratch(self) -> Iterator[Path]:
        yield Path(tempfile.mkdtemp(dir=KEPT.name))


class Same(Place):
    """Same."""

    @contextmanager  # FAULT
    def scratch(self) -> Iterator[Path]:
        yield Path(__file__).parent


SERVER = McpServer(name="probe", command=("no-such-server", "--stdio"))

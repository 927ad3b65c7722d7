"""Cells made for the tests of the pages: records through the store, without running anything."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import tomli_w

from cab_core.records import (
    OUTCOMES,
    Accounted,
    CaseResult,
    Cell,
    CellResult,
    Change,
    Changes,
    CommandResult,
    Configuration,
    Entry,
    Execution,
    Grade,
    GradeCommand,
    GradeSpec,
    Harvest,
    Identity,
    Limits,
    ModelCall,
    Outcome,
    Score,
    Step,
    Task,
    TaskDoc,
    TokenClaim,
    Usage,
    Wiring,
    to_json,
    totals,
)
from cab_core.records.parameters import parameters_seen
from cab_core.records.price import PriceSource
from cab_core.store.cells import Store, write_json, write_result
from cab_core.store.paths import former_attempt_path
from tests.support.wire import write_wire

SHA = "ab" * 32
PATCH = """diff --git a/src/lib.rs b/src/lib.rs
index 1111111..2222222 100644
--- a/src/lib.rs
+++ b/src/lib.rs
@@ -3,4 +3,4 @@ pub fn retry() {
     let mut n = 0;
-    while !ok {
+    while ok {
         n += 1;
     }
"""
START_NS = 1_790_000_000_000_000_000


@attrs.define(kw_only=True)
class Made:
    """What is to be made. Everything has a default; texts may be hostile."""

    sweep: str = "made"
    tui: str = "aider"
    model: str = "acme/coder-1"
    task: str = "mutations/off-by-one"
    stack: tuple[str, ...] = ()
    attempt: int = 1
    outcome: str = "passed"
    why: str | None = None
    family: str | None = None
    title: str = "Off by one"
    prompt: str = "Mend it.\n"
    marks: tuple[str, ...] = ()
    ended_at: str = "2026-06-17T04:06:48.941030Z"
    started_at: str = "2026-06-17T04:06:35.951715Z"
    wall_ms: float | None = 12_000.0
    tokens: tuple[int, int] | None = (1200, 300)
    claim: TokenClaim = attrs.field(factory=lambda: TokenClaim(prompt=1100, completion=280, source="stdout"))
    identity: Identity = attrs.field(factory=lambda: Identity(exit_code=0, cli_version="aider 0.86.2"))
    reply: str = "Here is the change."
    patch: str = PATCH
    path: str = "src/lib.rs"
    stdout: str = "Added src/lib.rs to the chat.\nApplied edit to src/lib.rs\n"
    events: list[list[Any]] | None = None
    spans: list[dict[str, Any]] | None = None
    scores: dict[str, dict[str, Any]] | None = None
    headlines: dict[str, float | None] | None = None
    units: dict[str, str] = attrs.field(factory=dict)
    applied: tuple[Accounted, ...] = ()
    host: dict[str, Any] = attrs.field(factory=dict)
    voided: tuple[Outcome, ...] = ()
    voided_tokens: int | None = None
    voided_usd: float | None = None
    usd: float | None = None
    price: PriceSource | None = None
    runtime: str = "local"
    version: str = "1.0"
    network: str = "open"
    options: dict[str, Any] = attrs.field(factory=dict)
    model_params: dict[str, Any] = attrs.field(factory=dict)
    limits: Limits = attrs.field(factory=Limits)
    content_key: str = SHA
    made_calls: tuple[ModelCall, ...] | None = None
    pack_by_path: bool = False
    wire: tuple[tuple[dict[str, Any], tuple[int, bytes] | None], ...] | None = None
    recording: str | None = None
    tail: str = "test result: ok. 4 passed; 0 failed"

    def write(self, root: Path, checked: bool = True) -> Path:
        """Write the cell into a runs directory; return where it is."""
        store = Store(root)
        cell = self.cell()
        part = store.begin(cell)
        calls = self.calls()
        result = self.result(cell, calls)
        write_json(part / "harvest.json", self.harvest()) if checked else _fast(
            part / "harvest.json", self.harvest()
        )
        _fast(part / "changes.json", self.changes())
        _fast(part / "grade.json", self.grade())
        (part / "changes.patch").write_text(self.patch, encoding="utf-8", errors="surrogateescape")
        (part / "stdout.log").write_text(self.stdout, encoding="utf-8")
        (part / "stderr.log").write_text("", encoding="utf-8")
        (part / "grade.log").write_text(self.tail + "\n", encoding="utf-8")
        _lines(part / "calls.jsonl", [to_json(c) for c in calls])
        _lines(part / "spans.jsonl", self.spans if self.spans is not None else self.made_spans())
        _lines(
            part / "terminal.cast",
            [_HEADER, *(self.events if self.events is not None else self.made_events())],
        )
        if self.wire is not None:
            write_wire(part, self.wire)
        write_result(part, result) if checked else _fast(part / "cell.json", result)
        final = part.with_suffix("")
        part.rename(final)
        return final

    def write_former(self, root: Path) -> Path:
        """Write the cell as an earlier cab did: versions and runtimes of a CLI shared a directory."""
        made = self.write(root / ".made")
        attempt = root / former_attempt_path(self.cell())
        attempt.mkdir(parents=True, exist_ok=True)
        final = attempt / str(1 + len(list(attempt.iterdir())))
        made.rename(final)
        shutil.rmtree(root / ".made")
        return final

    def cell(self) -> Cell:
        """The cell's record."""
        return Cell(
            sweep_id=self.sweep,
            tui=self.tui,
            tui_version=self.version,
            model=self.model,
            task=self.task,
            attempt=self.attempt,
            stack=self.stack,
            runtime=self.runtime,
            network=self.network,
            options=self.options,
            model_params=self.model_params,
            limits=self.limits,
        )

    def result(self, cell: Cell, calls: list[ModelCall]) -> CellResult:
        """The content of `cell.json`."""
        pack = self.task.partition("/")[0]
        return CellResult(
            schema_version=1,
            cell_id=cell.cell_id,
            content_key=self.content_key,
            grader_key=SHA,
            cell=cell,
            task=Task(
                id=self.task, pack=pack, pack_version="1", tree_hash=SHA, doc=self.doc(), family=self.family
            ),
            outcome=self.outcome,  # type: ignore[arg-type]
            why=self.why or OUTCOMES[self.outcome].says,
            started_at=self.started_at,
            ended_at=self.ended_at,
            wall_ms=self.wall_ms,
            identity=self.identity,
            tokens=totals(calls),
            claim=self.claim,
            scores=self.made_scores(calls),
            execution=Execution(
                started_at=self.started_at,
                ended_at=self.ended_at,
                duration_s=12.0,
                exit_code=0,
                stdout_bytes=80,
            ),
            marks=self.marks,
            voided=self.voided,
            voided_tokens=self.voided_tokens,
            voided_usd=self.voided_usd,
            host=self.host,
            stack=self.applied,
            parameters=parameters_seen(cell.model_params, calls),
            price=self.price,
            pack_by_path=self.pack_by_path,
            recording=self.recording,  # type: ignore[arg-type]
            wiring=Wiring(
                argv=("aider", "--model", "openai/$YOUR_MODEL_ID", "--yes-always"),
                env={"OPENAI_API_KEY": "$YOUR_KEY"},
                files={".aider.conf.yml": "openai-api-base: $YOUR_ENDPOINT\n"},
            ),
        )

    def doc(self) -> TaskDoc:
        """The task."""
        grade = GradeSpec(commands=(GradeCommand(argv=("rustc", "--test", "src/lib.rs"), kind="counts"),))
        return TaskDoc(
            schema_version=1,
            title=self.title,
            prompt=self.prompt,
            grade=grade,
            expected_files=("src/lib.rs",),
        )

    def calls(self) -> list[ModelCall]:
        """One model call, or none where no tokens are known; or those that are given."""
        if self.made_calls is not None:
            return list(self.made_calls)
        if self.tokens is None:
            return []
        return [
            ModelCall(
                n=1,
                started_at=self.started_at,
                request_sha256=SHA,
                model_asked=self.model,
                model_served=self.model,
                usage=Usage(prompt=self.tokens[0], completion=self.tokens[1]),
                streamed=True,
                status=200,
                finish_reason="stop",
                latency_ms=2400.0,
                first_token_ms=310.0,
                throttle_ms=0.0,
                tries=1,
                usd=self.usd,
                start_ns=START_NS + 3_000_000_000,
            )
        ]

    def made_scores(self, calls: list[ModelCall]) -> dict[str, Score]:
        """The axes, of the right shape."""
        passed = int(self.outcome == "passed") if OUTCOMES[self.outcome].graded else None
        total = totals(calls).total
        heads: dict[str, float | None] = {
            "pass_rate": passed,
            "tokens": total if passed else None,
            "latency": self.wall_ms,
            "blast_radius": 0.0,
            "refusal": None,
            "integrity": None,
            "composite": None if passed is None else 0.9 if passed else 0.4,
        }
        heads.update(self.headlines or {})
        values = self.scores or {axis: {axis: head} for axis, head in heads.items()}
        return {
            a: Score(axis=a, values=values.get(a, {}), headline=h, unit=self.units.get(a))
            for a, h in heads.items()
        }

    def harvest(self) -> Harvest:
        """What the CLI left."""
        steps = (Step(role="user", text=self.prompt), Step(role="assistant", text=self.reply))
        return Harvest(transcript=steps, claim=self.claim, final_message=self.reply, finished=True)

    def changes(self) -> Changes:
        """One modified file."""
        entry = Entry(type="file", mode=0o644, size=10, sha256=SHA)
        return Changes(changes=(Change(path=self.path, before=entry, after=entry),))

    def grade(self) -> Grade:
        """The grader's verdict."""
        ok = self.outcome == "passed"
        command = CommandResult(
            argv=("rustc", "--test"), kind="counts", exit_code=0 if ok else 101, timed_out=False, ok=ok,
            duration_s=0.5, stdout_tail=self.tail, tests=(CaseResult(name="first", state="passed"), CaseResult(name="second", state="passed" if ok else "failed")),
        )  # fmt: skip
        return Grade(passed=ok, commands=(command,), taken=(self.path,))

    def made_spans(self) -> list[dict[str, Any]]:
        """Five spans, as a run leaves them: in the order of their ends."""
        return [
            span("a1", None, "task_setup", f"prepare:{self.task}", 0, 12, {"behavior_mode": "factory"}),
            span("c1", "b1", "tool_call", "applied_plugins", 20, 0, {"tui": self.tui, "count": 0}),
            span("e1", "d1", "model_call", "model_call:1", 3000, 2400, {"status": 200}),
            span(
                "d1",
                "b1",
                "container",
                f"{self.tui}:launch",
                30,
                11_900,
                {"argv": ["aider", "--message", self.prompt]},
            ),
            span("b1", None, "adapter_run", f"{self.tui}:{self.task}", 15, 11_950, {"exit_code": 0}),
            span("f1", None, "cleanup", f"cleanup:{self.tui}", 12_100, 3, {}),
        ]

    def made_events(self) -> list[list[Any]]:
        """A short recording: some lines, a model call, a long pause, a spinner that overwrites itself."""
        lines = [[0.1 * i, "o", f"\x1b[3{i % 8}mline {i}\x1b[0m\r\n"] for i in range(1, 9)]
        return [
            *lines,
            [1.0, "m", "model call 1"],
            [1.1, "o", "thinking |"],
            [6.0, "o", "\b/"],
            [6.1, "o", "\r\x1b[Kdone thinking\r\n"],
            [6.5, "m", "model call 2"],
            [7.0, "o", self.stdout.replace("\n", "\r\n")],
        ]


_HEADER = {
    "version": 2,
    "width": 100,
    "height": 30,
    "timestamp": 1_790_000_000,
    "env": {"TERM": "xterm-256color"},
}


def lock_file(configs: Sequence[Configuration], *tasks: str, attempts: int = 1) -> str:
    """The text of a sweep's lock file that plans these configurations at these tasks."""
    plan = {"configurations": [to_json(c) for c in configs], "tasks": dict.fromkeys(tasks, SHA)}
    return tomli_w.dumps({"schema_version": 2, "attempts": attempts, **plan})


def span(
    id: str, parent: str | None, kind: str, name: str, at_ms: float, ms: float, attributes: dict[str, Any]
) -> dict[str, Any]:
    """One line of `spans.jsonl`."""
    return {
        "trace_id": "00",
        "span_id": id,
        "parent_id": parent,
        "kind": kind,
        "name": name,
        "started_at": "2026-06-17T04:06:35.951715Z",
        "start_ns": START_NS + int(at_ms * 1e6),
        "duration_ms": ms,
        "attributes": attributes,
        "error": None,
    }


def _fast(path: Path, record: Any) -> None:
    path.write_text(json.dumps(to_json(record)), encoding="utf-8")


def _lines(path: Path, values: list[Any]) -> None:
    path.write_text("".join(json.dumps(v) + "\n" for v in values), encoding="utf-8")

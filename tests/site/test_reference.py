"""The pages of the four cells that the reference system published: every section, every figure.

The figures are facts of those cells, written down here; they are not copied from its pages.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.records import Identity, TokenClaim
from cab_core.site.build import build_site
from tests.site.made import Made, span

MODEL = "meta/llama-4-maverick-17b-128e-instruct"
SWEEP = "expansion-20260616"
WEIGHTS = {"pass_rate": 0.4, "integrity": 0.2, "cost": 0.15, "latency": 0.15, "blast_radius": 0.1}
SECTIONS = (
    "Per-axis scores", "Run identity", "Timing", "Scorer breakdown", "Trace replay", "Terminal playback",
    "Run it yourself", "Explore with your own model", "Trace spans", "Model calls", "Other CLIs on this task",
    "Other models with this CLI", "Other tasks in this category", "Embed this result",
)  # fmt: skip
AXIS_KEYS = {
    "pass_rate": "pass, exit_code, timed_out, stdout_tail, stderr_tail, partial_score",
    "tokens": "prompt_tokens, completion_tokens, total_tokens, model_calls, tokens_per_correct_task, pass_used_for_division",
    "latency": "wall_clock_ms, container_active_ms, model_call_ms",
    "blast_radius": "blast_radius, added, removed, modified, unexpected_changes, expected_changes, total_changes, extra_git_dir",
    "refusal": "refusal, not_applicable, expected_refusal, refusal_produced, refusal_correct, marker_hits, keyword_hits",
    "integrity": "integrity, not_applicable, task_id",
    "composite": "composite, weights, components, note",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Published:
    """One published cell: its figures, and how the page shows them."""

    tui: str
    task: str
    version: str
    digest: str
    passed: int
    exit_code: int
    wall_ms: float
    active_ms: float
    blast: float
    efficiency: float
    composite: float
    shown: dict[str, str]
    times: tuple[str, str, str]
    badge: str
    claim: TokenClaim = TokenClaim()
    spans: int = 5
    git: bool = False

    @property
    def launch(self) -> str:
        """The name of the container's span."""
        return f"opencode-run:{self.task}" if self.tui == "opencode" else f"{self.tui}:launch"

    def made(self) -> Made:
        """The cell."""
        heads = {
            "pass_rate": float(self.passed), "tokens": None, "latency": self.wall_ms, "blast_radius": self.blast,
            "refusal": None, "integrity": 1.0, "composite": self.composite,
        }  # fmt: skip
        return Made(
            sweep=SWEEP, tui=self.tui, model=MODEL, task=self.task, outcome="passed" if self.passed else "failed",
            started_at=self.times[0], ended_at=self.times[1], wall_ms=self.wall_ms, tokens=None, claim=self.claim,
            identity=Identity(
                container_image=f"codingagentbench/{self.tui}:{self.version}", image_digest=self.digest,
                model_build_id=MODEL, exit_code=0,
                cell_image=f"codingagentbench/{self.tui}:{self.version}@{self.digest}",
            ),
            scores=self.axes(), headlines=heads, spans=self.made_spans(), events=[],
        )  # fmt: skip

    def axes(self) -> dict[str, dict[str, Any]]:
        """The axes with the reference's keys."""
        litter = [f"litter-{i}" for i in range(8)] if self.blast else []
        found: dict[str, dict[str, Any]] = {
            axis: dict.fromkeys(keys.split(", ")) for axis, keys in AXIS_KEYS.items()
        }
        found["pass_rate"].update({"pass": self.passed, "exit_code": self.exit_code, "timed_out": False})
        found["tokens"].update(dict.fromkeys(found["tokens"], 0), pass_used_for_division=self.passed)
        found["latency"].update(
            wall_clock_ms=self.wall_ms, container_active_ms=self.active_ms, model_call_ms=0
        )
        found["blast_radius"].update(
            blast_radius=self.blast, added=litter, removed=[], modified=["src/lib.rs"] * self.passed,
            unexpected_changes=litter, total_changes=9 * self.passed, extra_git_dir=self.git,
        )  # fmt: skip
        found["refusal"].update(refusal=0, not_applicable=True, expected_refusal=False)
        found["integrity"].update(integrity=1, not_applicable=True, task_id=self.task)
        found["composite"].update(
            composite=self.composite, weights=WEIGHTS, note="derived",
            components={"latency_efficiency": self.efficiency, "cost_efficiency": 1, "refusal_factor": 1},
        )  # fmt: skip
        return found

    def made_spans(self) -> list[dict[str, Any]]:
        """The reference's kinds of spans."""
        ms = self.wall_ms
        own = [
            span("s0", "run", "task_setup", f"{self.tui}:git-init-marker", 13, 0, {"git_dir_exists": True})
        ]
        return [
            span("prep", None, "task_setup", f"prepare:{self.task}", 0, 12, {"behavior_mode": "factory"}),
            *own[: self.spans - 5],
            span("plug", "run", "tool_call", "applied_plugins", 14, 0, {"tui": self.tui, "skipped_count": 0}),
            span("box", "run", "container", self.launch, 14, ms - 20, {"timeout_s": 600}),
            span("run", None, "adapter_run", f"{self.tui}:{self.task}", 12, ms - 15, {"exit_code": 0}),
            span("end", None, "cleanup", f"cleanup:{self.tui}", ms, 0, {}),
        ]


NEGATED, BORROW = "mutations/rust-error-negated", "polyglot/rust-owner-borrow-fix"
CELLS = (
    Published(
        tui="aider", task=NEGATED, version="v0.86.0", passed=1, exit_code=0, spans=6, git=True,
        digest="sha256:f2cd27890475900f9cb617b1c7a6328989a48e8168e7280ac2247a5d2d26d8a1",
        wall_ms=12989.314999999999, active_ms=12976.791000000001, blast=8 / 9,
        efficiency=0.7344699823661318, composite=0.871281608466031,
        shown={"Pass": "1.000", "Wall": "13.0s", "Blast": "0.889", "Composite": "0.871"},
        times=("2026-06-17T04:06:35.951715Z", "2026-06-17T04:06:48.941030Z", "12.99 s"), badge="87%",
        claim=TokenClaim(prompt=1400, completion=617, source="TUI stdout"),
    ),
    Published(
        tui="copilot", task=NEGATED, version="v1.0.63", passed=0, exit_code=101, git=True,
        digest="sha256:6ad0221187dc5c6de50c8aeec50b0eb8eab269c1a681c79efaaa068741a20607",
        wall_ms=3786.9809999999998, active_ms=3774.283, blast=0,
        efficiency=0.8776016237310593, composite=0.5816402435596588,
        shown={"Pass": "0.000", "Wall": "3.8s", "Blast": "0.000", "Composite": "0.582"},
        times=("2026-06-17T01:48:33.127088Z", "2026-06-17T01:48:36.914069Z", "3.79 s"), badge="failed",
    ),
    Published(
        tui="opencode", task=NEGATED, version="v1.15.10", passed=0, exit_code=101,
        digest="sha256:e56bdb69fb83ea2f8c81c06257f190fd4b5e91077e83d5536f722ff1b9c70275",
        wall_ms=5186.009, active_ms=5184.991, blast=0,
        efficiency=0.846422084982705, composite=0.5769633127474058,
        shown={"Pass": "0.000", "Wall": "5.2s", "Blast": "0.000", "Composite": "0.577"},
        times=("2026-06-17T05:40:57.259353Z", "2026-06-17T05:41:02.445362Z", "5.19 s"), badge="failed",
    ),
    Published(
        tui="opencode", task=BORROW, version="v1.15.10", passed=0, exit_code=1,
        digest="sha256:e56bdb69fb83ea2f8c81c06257f190fd4b5e91077e83d5536f722ff1b9c70275",
        wall_ms=3913.7439999999997, active_ms=3912.8669999999997, blast=0,
        efficiency=0.874550911618481, composite=0.5811826367427722,
        shown={"Pass": "0.000", "Wall": "3.9s", "Blast": "0.000", "Composite": "0.581"},
        times=("2026-06-17T06:30:21.091487Z", "2026-06-17T06:30:25.005231Z", "3.91 s"), badge="failed",
    ),
)  # fmt: skip


class Text(HTMLParser):
    """The text of a page, and its headings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.headings: list[str] = []
        self._heading = False
        self.feed(page)
        self.text = re.sub(r"\s+", " ", " ".join(self.parts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._heading = tag in ("h1", "h2")
        if self._heading:
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        self._heading = False

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
        if self._heading:
            self.headings[-1] += data


@pytest.fixture(scope="module")
def reference_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the four cells."""
    root = tmp_path_factory.mktemp("reference")
    for cell in CELLS:
        cell.made().write(root / "runs")
    return build_site([root / "runs"], root / "site", base_url="https://codingagentbench.com").parent


@pytest.fixture(params=CELLS, ids=lambda c: f"{c.tui}-{c.task.partition('/')[0]}")
def cell(request: pytest.FixtureRequest) -> Published:
    """Each published cell."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def page(reference_site: Path, cell: Published) -> Text:
    """Its page, at the reference's address."""
    return Text(
        (reference_site / "cell" / cell.tui / MODEL / cell.task / "index.html").read_text(encoding="utf-8")
    )


def test_every_section_in_the_references_order(page: Text) -> None:
    """A page has all of the reference's sections, in its order."""
    assert "Skip to main content" in page.text
    places = [next(i for i, h in enumerate(page.headings) if h.startswith(name)) for name in SECTIONS]
    assert places == sorted(places)
    assert page.headings[0].startswith(("aider", "copilot", "opencode"))


def test_every_figure(page: Text, cell: Published) -> None:
    """Every figure of the reference's page is on ours, with the same value."""
    for name, value in cell.shown.items():
        assert f"{name} {value}" in page.text
    for name in ("Tokens/correct", "Refusal"):
        assert f"{name} –" in page.text
    assert "Integrity 1.000" in page.text
    for value in (cell.wall_ms, cell.active_ms, cell.composite, cell.efficiency):
        assert str(value) in page.text
    for axis, keys in AXIS_KEYS.items():
        assert f"{axis} {keys}" in page.text


def test_identity_and_timing(page: Text, cell: Published) -> None:
    """Identity, timing and the CLI's own claim are those of the reference."""
    image = f"codingagentbench/{cell.tui}:{cell.version}"
    facts = {
        "cell_id": f"{SWEEP}/{cell.tui}/{MODEL}/{cell.task}", "sweep_id": SWEEP, "container_image": image,
        "image_digest": cell.digest, "model_build_id": MODEL, "exit_code": "0",
        "started_at": cell.times[0], "ended_at": cell.times[1], "duration": cell.times[2],
    }  # fmt: skip
    for name, value in facts.items():
        assert f"{name} {value}" in page.text
    if cell.claim.source:
        assert "prompt_tokens 1,400 completion_tokens 617 tokens source TUI stdout" in page.text
    else:
        assert "tokens source not recorded" in page.text


def test_trace_and_calls(page: Text, cell: Published) -> None:
    """Spans, model calls and the replay's controls are those of the reference."""
    assert f"t = 0 ms / {cell.times[2]}" in page.text
    for key in ("play/pause", "step span", "step 100 ms"):
        assert key in page.text
    assert f"Trace spans ({cell.spans})" in page.text
    assert "Model calls (0)" in page.text
    assert "↳ run" in page.text
    for name in (f"prepare:{cell.task}", "applied_plugins", cell.launch, f"cleanup:{cell.tui}"):
        assert name in page.text


def test_run_it_yourself_can_work(page: Text, cell: Published) -> None:
    """The printed commands name an image that can be pulled and every option that is needed."""
    image = f"codingagentbench/{cell.tui}:{cell.version}@{cell.digest}"
    assert f"docker pull {image}" in page.text
    assert "sha256:sha256" not in page.text
    for part in (
        "run-cell",
        f"--tui {cell.tui}",
        f"--model {MODEL}",
        f"--task {cell.task}",
        "CAB_ENDPOINT",
        "CAB_KEY",
    ):
        assert part in page.text
    assert "cab check" in page.text


def test_badge_and_embed(page: Text, cell: Published, reference_site: Path) -> None:
    """The reference's words and addresses, but for a failed cell's percentage, which looked like a rate."""
    base, place = "https://codingagentbench.com", f"{cell.tui}/{MODEL}/{cell.task}"
    said = f"CodingAgentBench: {cell.tui} × {MODEL} {cell.badge}"
    assert f"[![{said}]({base}/badge/{place}.svg)]({base}/cell/{place}/)" in page.text
    assert f'<img src="{base}/badge/{place}.svg" alt="{said}" />' in page.text
    assert cell.badge in (reference_site / "badge" / f"{place}.svg").read_text(encoding="utf-8")


def test_neighbours(page: Text, cell: Published) -> None:
    """A cell's page names the other CLIs that tried its task."""
    others = {c.tui for c in CELLS if c.task == cell.task} - {cell.tui}
    beside = page.text.partition("Other CLIs on this task")[2].partition("Other models")[0]
    assert all(tui in beside for tui in others)

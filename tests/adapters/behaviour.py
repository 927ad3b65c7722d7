"""What holds for every CLI that is driven through an endpoint, whatever it speaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cab_core.gateway.models import ConfigDoc, EndpointChoice, resolve
from cab_core.gateway.scripted import upstream
from cab_core.plugins.registry import Plugins
from cab_core.records import (
    Args,
    CellResult,
    Env,
    Installation,
    Instructions,
    Limits,
    McpServer,
    Skill,
    Usage,
)
from tests.adapters.drive import MCP_SERVER, drive, in_a_trap, tools
from tests.conftest import Cab
from tests.support.endpoint import Endpoint
from tests.support.often import rows
from tests.support.puppet import play

Install = Callable[[str], Installation]


class Behaves:
    """A subclass names its CLI and what is its own.

    `edits`: the tool that it edits with. `echo`: what it calls the tool `echo` of a server `probe`, None where it
    speaks no MCP. `skills`: whether it has any. `streams`: whether it asks for answers as they come.
    `memory`: the file in which a project says what it wants of agents, None where it reads none. `hostile`: files of a work dir that it could read a config from, in which nothing listens at port 9.
    `skill`: what it tells of a skill, where that is not the description.
    `words`: what it says of an error, by status, where it does not say what the endpoint said. `tries`: how
    often it asks, by status, where that is not once.
    """

    tui: ClassVar[str]
    edits: ClassVar[str]
    echo: ClassVar[str | None]
    skills: ClassVar[bool] = True
    streams: ClassVar[bool] = True
    memory: ClassVar[str | None]
    hostile: ClassVar[dict[str, str]]
    skill: ClassVar[str] = "SKILL-MARK"
    words: ClassVar[dict[str, str]] = {}
    tries: ClassVar[dict[str, int]] = {}

    def cell(self, root: Path, installed: Install, model: str, **more: Any) -> tuple[Path, CellResult]:
        """Run a cell of a scripted model, or of a record."""
        adapter, answers = Plugins().adapter(self.tui), resolve(model, EndpointChoice(), ConfigDoc())
        limits = Limits(wall_s=90)
        return play(
            root, "", adapter=adapter, installation=installed(self.tui), model=answers, limits=limits, **more
        )

    def test_oracle_passes_through_the_cli_s_own_edits(
        self, installed: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its tokens on the wire, streamed, and those that the CLI counts are those that the model said."""
        said: list[Usage] = []
        real = upstream.usage_of_reply

        def usage_of_reply(*asked: Any) -> Usage:
            said.append(real(*asked))
            return said[-1]

        monkeypatch.setattr(upstream, "usage_of_reply", usage_of_reply)
        where, result = self.cell(tmp_path, installed, "scripted:oracle")
        assert result.outcome == "passed", result.why
        assert (result.scores["blast_radius"].values["added"], result.notes) == ([], ())
        calls = [json.loads(line) for line in (where / "calls.jsonl").read_text().splitlines()]
        assert all(call["streamed"] is self.streams and call["tries"] == 1 for call in calls)
        figures = sum(u.prompt or 0 for u in said), sum(u.completion or 0 for u in said)
        assert (result.tokens.prompt, result.tokens.completion) == figures
        assert (result.claim.prompt, result.claim.completion) == figures
        assert any(
            step["tool"] == self.edits
            for step in json.loads((where / "harvest.json").read_text())["transcript"]
        )
        self.replays(where, installed, tmp_path)

    def replays(self, where: Path, installed: Install, tmp_path: Path) -> None:
        """Its record answers it again, without a model: the calls, their tokens and the patch are the same."""
        again, result = self.cell(tmp_path / "again", installed, f"replay:{where}")
        assert result.outcome == "passed", result.why
        assert (again / "changes.patch").read_bytes() == (where / "changes.patch").read_bytes()
        usages = [
            [json.loads(line)["usage"] for line in (at / "calls.jsonl").read_text().splitlines()]
            for at in (where, again)
        ]
        assert usages[0] == usages[1]

    def test_null_fails(self, installed: Install, tmp_path: Path) -> None:
        """It ends by itself, and nothing is changed; the model's parameters are in its calls, whoever sets them."""
        params = {"max_tokens": 900, "temperature": 0.3}
        where, result = self.cell(tmp_path, installed, "scripted:null", model_params=params)
        assert (result.outcome, result.notes) == ("failed", ()), (result.why, result.notes)
        assert {p.by for p in result.parameters.values()} <= {"cli", "gateway"} and len(
            result.parameters
        ) == 2
        assert json.loads((where / "changes.json").read_text())["changes"] == []

    def test_a_stack_reaches_the_model(self, installed: Install, endpoint: Endpoint, tmp_path: Path) -> None:
        """Servers, texts and skills are in the first call, or skipped with a reason."""
        stack = (
            McpServer(name="probe", command=MCP_SERVER, env={"PROBE": "PROBE-MARK"}),
            Instructions(name="style", text="STYLE-MARK"),
            Instructions(name="more", text="MORE-MARK"),
            Skill(name="my-skill", description="SKILL-MARK: use it", text="x"),
            Env(name="env", values={"HOUSE": "1"}),
            Args(name="args", argv=()),
        )
        harvest = drive(Plugins().adapter(self.tui), installed(self.tui), endpoint, tmp_path, stack)
        [request] = endpoint.requests
        offered = [name for name, says in tools(request).items() if "PROBE-MARK" in says]
        assert offered == ([self.echo] if self.echo else [])
        marks = {mark: mark in json.dumps(request) for mark in ("STYLE-MARK", "MORE-MARK", self.skill)}
        assert marks == {"STYLE-MARK": True, "MORE-MARK": True, self.skill: self.skills}
        assert harvest.finished and harvest.final_message == endpoint.reply

    @pytest.mark.parametrize("status", rows(["401", "404", "429", "500"], often={"429"}))  # all: fault_matrix
    def test_an_error_of_the_endpoint_is_told_and_not_asked_for_again(
        self, installed: Install, endpoint: Endpoint, tmp_path: Path, status: str
    ) -> None:
        """The gateway has asked again before. It is no end, and nobody's last word."""
        endpoint.mode = status
        harvest = drive(Plugins().adapter(self.tui), installed(self.tui), endpoint, tmp_path)
        assert (harvest.finished, harvest.final_message) == (False, None)
        assert self.words.get(status, f"error {status}") in (harvest.failure or "")
        assert len(endpoint.requests) == self.tries.get(status, 1)

    def test_what_the_project_says_of_itself_is_read(
        self, installed: Install, endpoint: Endpoint, tmp_path: Path
    ) -> None:
        """As by a user who starts the CLI there, though no config of the work dir is."""
        (tmp_path / "work").mkdir()
        name = self.memory or "AGENTS.md"
        (tmp_path / "work" / name).write_text("MEMORY-MARK")
        drive(Plugins().adapter(self.tui), installed(self.tui), endpoint, tmp_path, files=(name,))
        [request] = endpoint.requests
        assert ("MEMORY-MARK" in json.dumps(request)) is (self.memory is not None)

    def test_nothing_is_left_beside_the_work(
        self, installed: Install, endpoint: Endpoint, tmp_path: Path
    ) -> None:
        """The work dir stays empty, HOME small; the claim is what the endpoint counted."""
        harvest = drive(Plugins().adapter(self.tui), installed(self.tui), endpoint, tmp_path)
        assert not list((tmp_path / "work").iterdir())
        sizes = [p.stat().st_size for p in (tmp_path / "home").rglob("*") if p.is_file()]
        assert sum(sizes) < 5_000_000 and not (tmp_path / "home/.npm").exists()
        assert (harvest.claim.prompt, harvest.claim.completion) == (1000, 50)

    def test_the_work_dir_cannot_redirect_the_endpoint(self, cab: Cab, tmp_path: Path) -> None:
        """With every config file in the work dir that the CLI could read, all calls reach the gateway."""
        cell = in_a_trap(cab, tmp_path / "trap", self.tui, self.hostile)
        assert cell["outcome"] == "passed", cell["why"]
        assert cell["scores"]["blast_radius"]["values"]["added"] == []

"""What holds for cells of every CLI, the whole way from config to verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cab_core.gateway import relay
from cab_core.plugins.registry import Plugins
from cab_core.records import Harvest, ModelCall, Step, from_json
from cab_core.runtimes.bwrap import BwrapRuntime
from cab_core.store.reading import read_lines

from .cells import CellRunner, Install, Ran
from .faults import FAULTS, cell, wrong
from .own_ways import OwnWays
from .rows import rows
from .solutions import left, odd_task, told, wanted
from .tiny import only_task, write_tiny_pack

NOWHERE = "http://127.0.0.1:9"
# What a CLI might read in the work dir, and be sent elsewhere by.
DOTENV = "".join(
    f"{name}={NOWHERE}\n"
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL",
                 "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")
)  # fmt: skip


class InCells(OwnWays):
    """The part of `AdapterConformance` that runs cells."""

    @pytest.fixture(scope="class")
    @classmethod
    def cells(
        cls, cab_plugins: Plugins, cab_installed: Install, tmp_path_factory: pytest.TempPathFactory
    ) -> CellRunner:
        """Runs cells on the tiny task, in whose work dir hostile files lie."""
        root = tmp_path_factory.mktemp(cls.name)
        pack = write_tiny_pack(root / "pack", {".env": DOTENV, **cls.hostile})
        return CellRunner(cab_plugins, root / "runs", cab_installed, only_task(cab_plugins, pack))

    @pytest.fixture(scope="class")
    @classmethod
    def oracle(cls, cells: CellRunner) -> Ran:
        """A cell in which the model carries out the solution; where bubblewrap is, with loopback alone."""
        return cells(cls.name, "scripted:oracle", runtime=_sealed_if_there())

    def test_it_installs_and_says_its_version(self, cab_plugins: Plugins, cab_installed: Install) -> None:
        """What its recipe installs is the version that was asked for."""
        wanted_version = cab_plugins.adapter(self.name).default_version
        assert wanted_version in (cab_installed(self.name).reported or "")

    def test_the_oracle_passes_through_its_own_edits(self, oracle: Ran) -> None:
        """And nothing is left beside the work, whatever config lies there."""
        record = oracle.record
        assert record.outcome == "passed", record.why
        assert record.scores["blast_radius"].values["added"] == []
        assert self.edits is None or self.edits in [step.tool for step in _transcript(oracle)]

    def test_it_works_with_loopback_alone(self, oracle: Ran) -> None:
        """It asks the gateway and nobody else: the cell had no other network."""
        if oracle.record.cell.network != "gateway":
            pytest.skip("without bubblewrap a CLI cannot be kept from the network here")
        assert oracle.record.outcome == "passed", oracle.record.why

    def test_its_tokens_are_on_the_wire_and_are_told(self, oracle: Ran) -> None:
        """Each call is asked once and counted; what the CLI claims is the same, or unknown."""
        calls = list(read_lines(oracle.directory / "calls.jsonl", ModelCall))
        assert calls and all(call.tries == 1 and call.usage.prompt for call in calls)
        assert self.streams is None or {call.streamed for call in calls} == {self.streams}
        tokens, claim = oracle.record.tokens, oracle.record.claim
        assert self.estimates or claim.prompt in (None, tokens.prompt)
        assert self.estimates or claim.completion in (None, tokens.completion)

    def test_its_record_answers_it_again(self, oracle: Ran, cells: CellRunner) -> None:
        """Without a model: the calls, their tokens and the patch are the same."""
        where = oracle.record.cell.runtime
        again = cells(self.name, f"replay:{oracle.directory}", runtime=where)
        assert again.record.outcome == "passed", again.record.why
        patches = [(ran.directory / "changes.patch").read_bytes() for ran in (oracle, again)]
        usages = [
            [call.usage for call in read_lines(ran.directory / "calls.jsonl", ModelCall)]
            for ran in (oracle, again)
        ]
        assert patches[0] == patches[1] and usages[0] == usages[1]

    def test_null_fails(self, run_cell: CellRunner) -> None:
        """It ends by itself, and nothing is changed; the model's parameters are in its calls."""
        params = {"max_tokens": 900, "temperature": 0.3}
        ran = run_cell(self.name, "scripted:null", model_params=params)
        assert (ran.record.outcome, ran.record.notes) == ("failed", ()), (ran.record.why, ran.record.notes)
        seen = ran.record.parameters
        assert seen.keys() == params.keys() and {p.by for p in seen.values()} <= {"cli", "gateway"}
        assert json.loads((ran.directory / "changes.json").read_text())["changes"] == []

    def test_a_solution_is_written_byte_for_byte(
        self, cells: CellRunner, cab_plugins: Plugins, tmp_path: Path
    ) -> None:
        """Line ends, missing ones, modes, names and bytes are the solution's; what is not is told."""
        ran = cells(self.name, task=odd_task(tmp_path / "pack", plugins=cab_plugins))
        assert ran.record.outcome == "passed", ran.record.why
        found, right = left(ran.directory), wanted()
        assert {n for n in right if found.get(n) != right[n]} == set(ran.record.unwritten)
        assert self.cannot is None or set(ran.record.unwritten) == self.cannot
        assert set(found) <= set(right) and told(ran.record) == bool(ran.record.unwritten)

    @pytest.mark.parametrize("fault", rows(FAULTS, often=()))
    def test_a_cell_ends_as_it_should(
        self,
        cab_plugins: Plugins,
        cab_installed: Install,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        fault: str,
    ) -> None:
        """Its outcome, what is told, its tokens, unknown where nobody says, and few calls at the endpoint."""
        monkeypatch.setattr(relay, "BACKOFF_S", 0.01)
        ended = cell(tmp_path, self.name, cab_installed(self.name), FAULTS[fault], cab_plugins)
        assert wrong(FAULTS[fault], ended) is None


def _sealed_if_there() -> str:
    return "bwrap" if all(check.ok for check in BwrapRuntime().doctor()) else "local"


def _transcript(ran: Ran) -> tuple[Step, ...]:
    return from_json(json.loads((ran.directory / "harvest.json").read_text()), Harvest).transcript

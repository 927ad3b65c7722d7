"""What holds for every CLI that is driven through an endpoint, whatever it speaks: with the real CLI."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import EllipsisType
from typing import Any, ClassVar, NamedTuple

import pytest

from cab_core.gateway import relay
from cab_core.plugins.registry import Plugins
from cab_core.records import Harvest, Installation, ModelCall, Step, from_json
from cab_core.runtimes.bwrap import BwrapRuntime
from cab_core.store.reading import read_lines

from .cells import CellRunner, Ran
from .conformance import Conformance
from .drive import PROMPT, drive
from .endpoint import Endpoint
from .faults import FAULTS, MOST, cell, wrong
from .prompts import OFTEN, PROMPTS, text_of
from .rows import rows
from .solutions import left, odd_task, told, wanted
from .stacks import STACK, seen_of
from .tiny import only_task, write_tiny_pack

Install = Callable[[str], Installation]
NOWHERE = "http://127.0.0.1:9"
# What a CLI might read in the work dir, and be sent elsewhere by.
DOTENV = "".join(
    f"{name}={NOWHERE}\n"
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL",
                 "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")
)  # fmt: skip
HOME_BYTES = 5_000_000


class Driven(NamedTuple):
    """A run that has ended: what the adapter read, what the endpoint was asked, said, and its directories."""

    harvest: Harvest
    requests: list[dict[str, Any]]
    reply: str
    root: Path


class AdapterConformance(Conformance):
    """A subclass names its CLI, and may say what is this CLI's own; what it does not say is not looked at.

    `edits`: the tool that it edits with. `echo`: what it calls the tool `echo` of a server `probe`, None
    where it speaks no MCP. `skill`: what it tells of a skill, where that is not the description. `streams`:
    whether it asks for answers as they come. `memory`: the file in which a project says what it wants of
    agents, None where it reads none. `hostile`: files of a work dir from which it could read a config, in
    which nothing listens at port 9. `words`: what it says of an error, by status. `tries`: how often it
    asks, by status. `patient`: statuses at which it asks again for minutes, which is not waited for.
    `cannot`: files of `solutions` that it cannot write. `estimates`: the tokens that it tells are an estimate
    of its own. `thoughts`: whether it keeps what the model thought.
    """

    kind = "adapter"
    edits: ClassVar[str | None] = None
    echo: ClassVar[str | EllipsisType | None] = ...
    skill: ClassVar[str | None] = None
    streams: ClassVar[bool | None] = None
    memory: ClassVar[str | EllipsisType | None] = ...
    hostile: ClassVar[dict[str, str]] = {}
    words: ClassVar[dict[str, str]] = {}
    tries: ClassVar[dict[str, int]] = {}
    patient: ClassVar[frozenset[str]] = frozenset()
    cannot: ClassVar[frozenset[str] | None] = None
    estimates: ClassVar[bool] = False
    thoughts: ClassVar[bool | None] = None

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

    @pytest.fixture(scope="class")
    @classmethod
    def driven(
        cls, cab_plugins: Plugins, cab_installed: Install, tmp_path_factory: pytest.TempPathFactory
    ) -> Driven:
        """One plain run, in a work dir where the project says something; the model thinks, and answers."""
        root, memory = tmp_path_factory.mktemp(cls.name), cls._memory()
        (root / "work").mkdir()
        (root / "work" / memory).write_text("MEMORY-MARK")
        installation = cab_installed(cls.name)
        with Endpoint("thinks", plugins=cab_plugins).running() as endpoint:
            adapter = cab_plugins.adapter(cls.name)
            harvest = drive(adapter, installation, endpoint, root, files=(memory,), plugins=cab_plugins)
        return Driven(harvest, endpoint.requests, endpoint.reply, root)

    @classmethod
    def _memory(cls) -> str:
        return cls.memory if isinstance(cls.memory, str) else "AGENTS.md"

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

    def test_null_fails(self, cells: CellRunner) -> None:
        """It ends by itself, and nothing is changed; the model's parameters are in its calls."""
        params = {"max_tokens": 900, "temperature": 0.3}
        ran = cells(self.name, "scripted:null", model_params=params)
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

    def test_who_spoke_is_told(self, driven: Driven) -> None:
        """The prompt, what the model thought, what it said; a step of a tool has the tool's name."""
        steps = driven.harvest.transcript
        said = {(step.role, step.text) for step in steps}
        assert ("user", PROMPT) in said and ("assistant", driven.reply) in said
        assert self.thoughts is None or (("reasoning", "I should look first.") in said) is self.thoughts
        assert driven.harvest.final_message == driven.reply and driven.harvest.finished is not False
        assert all(step.tool for step in steps if step.role == "tool")

    def test_the_claim_is_what_the_endpoint_counted(self, driven: Driven) -> None:
        """One call, and its tokens, or nothing; a CLI that estimates them claims something else."""
        claim = driven.harvest.claim
        assert len(driven.requests) == 1
        assert ((claim.prompt, claim.completion) in ((1000, 50), (None, None))) is not self.estimates

    def test_nothing_is_left_beside_the_work(self, driven: Driven) -> None:
        """The work dir stays as it was; HOME stays small, and holds nothing that was fetched."""
        assert [p.name for p in (driven.root / "work").iterdir()] == [self._memory()]
        sizes = [p.stat().st_size for p in (driven.root / "home").rglob("*") if p.is_file()]
        assert sum(sizes) < HOME_BYTES and not (driven.root / "home/.npm").exists()

    def test_what_the_project_says_of_itself_is_read(self, driven: Driven) -> None:
        """As by a user who starts the CLI there, though no config of the work dir is."""
        if self.memory is ...:
            pytest.skip("the class does not say which file the CLI reads (`memory`)")
        assert ("MEMORY-MARK" in json.dumps(driven.requests)) is (self.memory is not None)

    @pytest.fixture
    def once(
        self, cab_plugins: Plugins, cab_installed: Install, cab_endpoint: Endpoint, tmp_path: Path
    ) -> Callable[..., Harvest]:
        """A function that runs the CLI at the endpoint, once; see `drive`."""
        (tmp_path / "work").mkdir()
        adapter, installation = cab_plugins.adapter(self.name), cab_installed(self.name)
        return partial(drive, adapter, installation, cab_endpoint, tmp_path, plugins=cab_plugins)

    def test_a_stack_reaches_the_model(
        self, cab_plugins: Plugins, cab_endpoint: Endpoint, once: Callable[..., Harvest]
    ) -> None:
        """What the adapter says it applied is in the first call; the rest it skipped, with a reason."""
        harvest = once(STACK)
        found = seen_of(cab_plugins.adapter(self.name), cab_endpoint.requests[0], self.skill)
        assert found.wrong == []
        assert self.echo is ... or found.echo == self.echo
        assert harvest.final_message == cab_endpoint.reply

    @pytest.mark.parametrize("prompt", rows(PROMPTS, OFTEN))
    def test_a_task_s_text_is_no_command(
        self, cab_endpoint: Endpoint, once: Callable[..., Harvest], tmp_path: Path, prompt: str
    ) -> None:
        """It is in the last message byte for byte, in the one call; no file is read or made because of it."""
        (tmp_path / "work/pages.py").write_text("SECRET-OF-A-FILE = 1\n")
        once(prompt=PROMPTS[prompt])
        [request] = cab_endpoint.requests
        last = [m for m in request["messages"] if m["role"] == "user"][-1]
        assert PROMPTS[prompt] in text_of(last["content"])
        assert "SECRET-OF-A-FILE" not in json.dumps(request)
        assert [p.name for p in (tmp_path / "work").iterdir()] == ["pages.py"]
        assert not (tmp_path / "home/evil").exists()

    @pytest.mark.parametrize("status", rows(["401", "404", "429", "500"], often={"429"}))
    def test_an_error_of_the_endpoint_is_told(
        self, cab_endpoint: Endpoint, once: Callable[..., Harvest], status: str
    ) -> None:
        """It is no end, and nobody's last word; the CLI need not ask again, since the gateway does."""
        if status in self.patient:
            pytest.skip(f"of {status} it asks again for minutes")
        cab_endpoint.mode = status
        harvest = once()
        assert (harvest.finished is not True, harvest.final_message) == (True, None)
        assert harvest.failure and self.words.get(status, "") in harvest.failure
        asked = len(cab_endpoint.requests)
        assert asked == self.tries[status] if status in self.tries else 0 < asked <= MOST

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

"""What holds for single runs of every CLI at an endpoint, without a runner in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import Harvest

from .cells import Install
from .drive import PROMPT, drive
from .endpoint import Endpoint
from .faults import MOST
from .own_ways import OwnWays
from .prompts import OFTEN, PROMPTS, text_of
from .rows import rows
from .stacks import STACK, seen_of

HOME_BYTES = 5_000_000


class Driven(NamedTuple):
    """A run that has ended: what the adapter read, what the endpoint was asked, said, and its directories."""

    harvest: Harvest
    requests: list[dict[str, Any]]
    reply: str
    root: Path


STATUSES = ("401", "404", "429", "500")  # of an endpoint that refuses


class AtAnEndpoint(OwnWays):
    """The part of `AdapterConformance` that runs the CLI by itself."""

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

    def test_who_spoke_is_told(self, driven: Driven) -> None:
        """The prompt, what the model thought, what it said; a step of a tool has the tool's name."""
        steps = driven.harvest.transcript
        said = {(step.role, step.text) for step in steps}
        if steps or self.complete:
            assert ("user", PROMPT) in said and ("assistant", driven.reply) in said
        assert self.thoughts is None or (("reasoning", "I should look first.") in said) is self.thoughts
        assert all(step.tool for step in steps if step.role == "tool")

    def test_the_last_words_are_the_model_s(self, driven: Driven) -> None:
        """Where they are told; and what has come to its end is not said to have not."""
        self._hold_last_words(driven.harvest, driven.reply)
        assert driven.harvest.finished is not False

    def _hold_last_words(self, harvest: Harvest, reply: str) -> None:
        assert harvest.final_message == reply or (harvest.final_message is None and not self.complete)

    def test_the_claim_is_what_the_endpoint_counted(self, driven: Driven) -> None:
        """One call, and its tokens, or nothing where the CLI tells none; an estimate is something else."""
        claim = (driven.harvest.claim.prompt, driven.harvest.claim.completion)
        assert len(driven.requests) == 1
        if self.estimates:
            assert all(claim)
        else:
            assert claim == (1000, 50) or (claim == (None, None) and not self.complete)

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
        self._hold_last_words(harvest, cab_endpoint.reply)

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

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """Find the statuses: one at which this CLI asks again for minutes is not waited for."""
        if "status" in metafunc.fixturenames:
            found = [status for status in STATUSES if status not in cls.patient]
            often = {"429"} if "429" in found else {*found[:1]}
            metafunc.parametrize("status", rows(found, often))

    def test_an_error_of_the_endpoint_is_told(
        self, cab_endpoint: Endpoint, once: Callable[..., Harvest], status: str
    ) -> None:
        """It is no end, and nobody's last word; the CLI need not ask again, since the gateway does."""
        cab_endpoint.mode = status
        harvest = once()
        assert (harvest.finished is not True, harvest.final_message) == (True, None)
        assert harvest.failure or not self.complete
        assert self.words.get(status, "") in (harvest.failure or "")
        asked = len(cab_endpoint.requests)
        assert asked == self.tries[status] if status in self.tries else 0 < asked <= MOST

"""Every command that a cell's page prints is run as it is printed, in an empty directory, by `bash -e`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import tomli_w

from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation
from cab_core.site.build import build_site
from cab_core.store.cells import Store
from cab_core.testing.drive import MCP_SERVER, told_the_end
from cab_core.testing.spoken import origin_of
from tests.conftest import CAB, Cab
from tests.support.clis import CLIS
from tests.support.endpoint import KEY, Endpoint
from tests.support.often import rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
]  # a guard: some CLIs take a minute to start on a busy machine

TASK = "mutations/py-stock-reorder"
SECRET = 'se"cret\\ of $HOME\n\tthe stack'
RULE = "Say $HOME and $YOUR_KEY as they stand, `id`, \"$(id)\" and 'so' on."
HOUSE = {
    "schema_version": 1,
    "name": "house",
    "instructions": [{"name": "rule", "text": RULE}],
    "mcp": [{"name": "probe", "command": ["python3", *MCP_SERVER[1:]], "env": {"PROBE": SECRET}}],
    "env": [{"name": "flags", "values": {"HOUSE_TOKEN": SECRET, "odd.name": SECRET}}],
    "files": [{"name": "notes", "files": {".notes/a b.txt": SECRET}}],
}
CONFIG = {"models": {"m": {"endpoint": "http://127.0.0.1:9/v1", "context_tokens": 50_000,
                           "price": {"input": 1.0, "output": 2.0}}}}  # fmt: skip


class Printed(HTMLParser):
    """The commands of a page: the texts of `pre.code`, by section and label."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, str], str] = {}
        self._section, self._label = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "section":
            self._section = said.get("id") or ""
        if tag == "pre" and "code" in (said.get("class") or "").split():
            self._label = said.get("aria-label") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._label = ""

    def handle_data(self, data: str) -> None:
        if self._label:
            key = self._section, self._label
            self.found[key] = self.found.get(key, "") + data


def printed(runs: Path, out: Path) -> dict[str, str]:
    """Build the site and return every command of the one cell's page, by section."""
    build_site([runs], out)
    [(_, result)] = Store(runs).standing()
    pages = [
        p for p in (out / "cell").rglob("index.html") if f'<dd class="mono">{result.cell_id}' in p.read_text()
    ]
    reader = Printed()
    reader.feed(pages[0].read_text())
    commands = {k: text for k, text in reader.found.items() if k[0] != "embed"}  # those are no commands
    assert len({section for section, _ in commands}) == len(commands)
    return {section: text for (section, _), text in commands.items()}


def run(
    script: str, place: Path, endpoint: Endpoint, installation: Installation, address: str | None = None
) -> str:
    """Run a script as it is printed; return what it says. `address`: the endpoint's, as a CLI wants it."""
    place.mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith("CAB_") or k == "CAB_CACHE"}
    env |= installation.env
    env["PATH"] = os.pathsep.join((str(CAB.parent), *installation.path, env["PATH"]))
    env |= {"YOUR_ENDPOINT": address or endpoint.url, "YOUR_KEY": KEY, "YOUR_MODEL_ID": "m"}
    env |= {"HOUSE_TOKEN": SECRET, "PROBE": SECRET, **{f"YOUR_VALUE_{n}": SECRET for n in range(20)}}
    done = subprocess.run(
        ["bash", "-e"], input=script, cwd=place, env=env, capture_output=True, text=True, check=False, timeout=240
    )  # fmt: skip
    assert done.returncode == 0, (script, done.stdout, done.stderr)
    return done.stdout + done.stderr


@pytest.fixture(params=rows(CLIS, ["codex", "pi"]))
def installation(request: pytest.FixtureRequest) -> Installation:
    """Each real CLI, installed once into the user's cache."""
    plugins = Plugins()
    adapter = plugins.adapter(request.param)
    return plugins.runtime("local").install(adapter, adapter.default_version, (), (), print)


@pytest.fixture
def told(tmp_path: Path, endpoint: Endpoint, installation: Installation) -> Iterator[tuple[CellResult, dict]]:
    """A cell with a stack, options, parameters, limits and a price; its result and the request of its call."""
    cab = Cab(tmp_path / "first")
    cab.cwd.mkdir()
    (cab.cwd / "house.toml").write_text(tomli_w.dumps(HOUSE))
    (cab.cwd / "cab.toml").write_text(tomli_w.dumps(CONFIG))
    more = {"aider": ["--option", "edit_format=diff", "--model-param", "seed=7"],
            "opencode": ["--model-param", "seed=7"], "copilot": ["--model-param", "reasoning_effort=high"],
            "codex": ["--model-param", "verbosity=low"], "claude": ["--model-param", "max_tokens=3000"],
            "gemini": ["--model-param", "seed=7"], "qwen": ["--option", "tool_search=false", "--model-param", "seed=7"],
            "cline": ["--option", "compaction=off", "--model-param", "reasoning_effort=low"],
            "continue": ["--model-param", "seed=7"],
            "kilo": ["--model-param", "seed=7"],
            "pi": ["--option", "thinking=high", "--model-param", "seed=7"],
            "mini-swe-agent": ["--option", "step_limit=5", "--model-param", "seed=7"]}  # fmt: skip
    endpoint.ends = told_the_end(Plugins().adapter(installation.name))
    cell = cab.json(
        "run-cell", "--tui", installation.name, "--model", "m", "--task", TASK, "--stack", "house.toml",
        "--endpoint", endpoint.url, "--key-env", "K", "--wall", "200", "--max-calls", "50", "--max-tokens", "90000",
        "--max-usd", "3.5", *more[installation.name], "--json", K=KEY,
    )  # fmt: skip
    assert cell["outcome"] == "failed", cell["why"]
    [(_, result)] = Store(cab.cwd / "runs").standing()
    yield result, endpoint.requests[0]


def test_each_is_run(
    tmp_path: Path, endpoint: Endpoint, installation: Installation, told: tuple[CellResult, dict]
) -> None:
    """The same cell again by its command; the CLI alone as the cell set it up; a check."""
    result, first = told
    scripts = printed(tmp_path / "first/runs", tmp_path / "site")
    assert scripts.keys() == {"run", "endpoint", "check"}
    assert SECRET not in json.dumps(list(scripts.values())) and "se\\" not in scripts["run"]

    run(scripts["run"], tmp_path / "again", endpoint, installation)
    [(_, again)] = Store(tmp_path / "again/cab-cell/runs").standing()
    assert (again.cell, again.content_key) == (result.cell, result.content_key)

    endpoint.requests.clear()
    bare = origin_of(Plugins().protocol(Plugins().adapter(installation.name).protocols[0]), endpoint.url)
    assert f"such as http://127.0.0.1:8000{'/v1' if bare == endpoint.url else '}'}" in scripts["endpoint"]
    run(scripts["endpoint"], tmp_path / "own", endpoint, installation, bare)
    assert shown(endpoint.requests[0], tmp_path) == shown(first, tmp_path)
    assert result.task.doc.prompt.strip() in json.dumps(first, ensure_ascii=False).replace(
        "\\n", "\n"
    ).replace('\\"', '"')
    assert RULE in str(first["messages"]).replace("\\'", "'") or RULE.replace("'", "\\'") in str(
        first["messages"]
    )

    said = run(scripts["check"], tmp_path / "check", endpoint, installation)
    assert "Provisional score" in said


def shown(request: dict, root: Path) -> list[str]:
    """What the user says and which tools there are: that does not depend on places and times."""
    users = [str(m["content"]) for m in request["messages"] if m["role"] == "user"]
    return [t["function"]["name"] for t in request.get("tools", [])] or users[-1:]

"""The real aider, the whole way."""

from __future__ import annotations

import json

import pytest
from cab_adapter_aider.adapter import Aider
from cab_adapter_aider.chat import chat_files, chat_root
from cab_adapter_aider.history import transcript

from cab_core.records import Instructions, Job, McpServer, WorkFile
from cab_core.store.cells import Store
from tests.adapters.built_in import BuiltInTasks
from tests.adapters.real import Real
from tests.conftest import Cab

needs_aider = pytest.mark.usefixtures("aider")


def test_a_long_text_is_no_argument() -> None:
    """Line ends that a file would lose go through an argument, as far as an argument may be long."""
    short, long = (Aider().launch(job(prompt="a\r\n" * n)) for n in (2, 50_000))
    assert "--message=\na\r\na\r\n" in short.argv and "--message-file" not in short.argv
    assert "--message-file" in long.argv and long.files[".cab/message"].count("a") == 50_000


def job(*files: str, prompt: str = "p", **more: object) -> Job:
    """Return a job with text files."""
    return Job(
        prompt=prompt, model="m", endpoint="http://e/v1", token="T", home="/h", workdir="/w", deadline_s=1,
        files=tuple(WorkFile(path=f, size=10, text=True) for f in files), **more,
    )  # fmt: skip


def test_the_token_is_in_no_argument() -> None:
    """The credential goes through the environment alone."""
    launch = Aider().launch(job("a.py"))
    assert "T" not in launch.argv and launch.env["OPENAI_API_KEY"] == "T"


def test_aider_starts_outside_the_work_dir() -> None:
    """Its working directory is HOME, so nothing of the task's files configures it."""
    launch = Aider().launch(job("src/a.py", "b.py"))
    assert launch.cwd == "/h" and launch.argv[-2:] == ("/w/b.py", "/w/src/a.py")


def test_names_are_relative_to_the_common_directory() -> None:
    """aider's file names start at the common directory of the files in the chat."""
    assert [chat_root(job(*f)) for f in (["src/a.rs"], ["src/a.rs", "src/b/c.rs"], ["a", "b/c"], [])] == [
        "src", "src", "", "",
    ]  # fmt: skip


def test_large_work_dirs_are_given_in_part() -> None:
    """Files that do not fit into the budget are left out, the largest first."""
    files = (WorkFile(path="big", size=399_995, text=True), WorkFile(path="small", size=10, text=True))
    assert chat_files(
        Job(prompt="", model="", endpoint="", token="", home="", workdir="", deadline_s=1, files=files)
    ) == ["small"]


def test_a_stack_is_accounted_for() -> None:
    """Instructions become a read-only file; an MCP server is skipped with a reason."""
    items = (Instructions(name="style", text="Use tabs."), McpServer(name="probe", command=("x",)))
    launch = Aider().launch(job("a.py", stack=items))
    assert launch.files[".cab/instructions/style.md"] == "Use tabs."
    assert [(a.item, a.reason) for a in launch.stack] == [
        ("instructions:style", None),
        ("mcp:probe", "aider speaks no MCP"),
    ]


def test_the_chat_history_becomes_a_transcript() -> None:
    """User, aider, and what the model thought and said are told apart."""
    tag = f"thinking-content-{'0a' * 16}"
    steps = transcript(
        f"# aider chat started at 1\n\n> Model: x\n\n#### do it\n\n<{tag}>\n\nHm.\n\n</{tag}>\n\n"
        "Sure.\n\n```\nx\n```\n\n> Tokens: 1\n"
    )
    assert [(s.role, s.text) for s in steps] == [
        ("info", "Model: x"), ("user", "do it"), ("reasoning", "Hm."), ("assistant", "Sure.\n\n```\nx\n```"),
        ("info", "Tokens: 1"),
    ]  # fmt: skip
    broken_off = transcript(f"<{tag}>\nHm.\n#### again\nSure.\n")
    assert [s.role for s in broken_off] == ["reasoning", "user", "assistant"]


@pytest.mark.aider
class TestBuiltInTasks(BuiltInTasks):
    """The built-in tasks through aider."""

    tui = "aider"

    def test_a_page_s_command_names_the_files_that_the_cell_named(self, swept: Cab) -> None:
        """What is printed for readers is what was run, with placeholders."""
        cells = Store(swept.cwd / "runs").standing()
        argvs = [cell.wiring.argv for _, cell in cells if cell.cell.task == "mutations/py-lru-cache"]
        assert [argv[-2:] for argv in argvs] == [("$WORKDIR/cache.py", "$WORKDIR/test_cache.py")] * 2


HOSTILE = {
    ".env": "OPENAI_API_BASE=http://127.0.0.1:9/v1\nOPENAI_API_KEY=stolen\nHTTP_PROXY=http://127.0.0.1:9\n"
    "http_proxy=http://127.0.0.1:9\nALL_PROXY=http://127.0.0.1:9\n",
    ".aider.conf.yml": "openai-api-base: http://127.0.0.1:9/v1\nedit-format: diff\n",
    ".aider.model.settings.yml": "- name: aider/extra_params\n  extra_params:\n    api_base: http://127.0.0.1:9/v1\n",
    ".aider.model.metadata.json": json.dumps({"openai/scripted:oracle": {"litellm_provider": "anthropic"}}),
}


@pytest.mark.aider
class TestAider(Real):
    """What holds for every CLI, of aider, which has text and no tool."""

    name = "aider"
    echo, hostile = None, HOSTILE
    memory = "AGENTS.md"  # aider is told all files of the work dir, this one too
    estimates = True
    cannot = frozenset(
        {"unended.txt.too", "becomes.sh", "new.sh", "no-more.sh", "binary.dat", "latin.txt", "fence.md"}
        | {"#title.txt", "other/begins-blank.txt"}
    )
    words = {}
    patient = frozenset({"429", "500"})

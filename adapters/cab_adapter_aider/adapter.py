"""How aider is installed, started and read. Facts were seen on aider 0.86.2."""

from __future__ import annotations

import json
from typing import Any

from cab_core import Harvest, Job, Launch, Leftovers, Recipe, TokenClaim
from cab_core.plugins.toolkit import at, parse, shorten

from .chat import chat_files
from .dialect import WholeFile
from .history import transcript
from .stack import Effect

_DIR = ".cab"  # below HOME: all that aider writes for itself, and what we write for it
_LONGEST = 100_000  # bytes of an argument


class Aider:
    """Adapter of aider."""

    name = "aider"
    default_version = "0.86.2"
    protocols = ("openai-chat",)
    options = {  # noqa: RUF012  JSON Schemas, by option
        "edit_format": {"enum": ["whole", "diff", "udiff", "diff-fenced"]},
        "files": {"enum": ["all", "none"]},
    }

    def recipe(self, version: str) -> Recipe:
        """aider pins all that it depends on; it runs on the Python versions named here only."""
        return Recipe(pip=(f"aider-chat=={version}",), python=">=3.10,<3.13", apt=())

    def version_argv(self) -> list[str]:
        """Print the version."""
        return ["aider", "--version"]

    def launch(self, job: Job) -> Launch:
        """aider starts in HOME, not in the work dir.

        It reads `.env`, `.aider.conf.yml`, `.aider.model.settings.yml` and `.aider.model.metadata.json`
        of the directory it starts in, and each of them can send the calls elsewhere; so it must not
        start among the task's files. They are named with their full paths instead.
        """
        own = f"{job.home}/{_DIR}"
        model = f"openai/{job.model}"  # litellm wants a provider in front
        files = chat_files(job) if job.options.get("files", "all") == "all" else []
        argv = ["aider", "--model", model, "--weak-model", model, "--openai-api-base", job.endpoint]
        argv += _QUIET
        argv += [*_message(job, own), "--model-metadata-file", f"{own}/metadata.json"]
        argv += ["--model-settings-file", f"{own}/settings.json", "--analytics-log", f"{own}/analytics.jsonl"]
        argv += ["--chat-history-file", f"{own}/chat.md", "--input-history-file", f"{own}/input"]
        argv += ["--llm-history-file", f"{own}/llm.log"]
        if "edit_format" in job.options:
            argv += ["--edit-format", job.options["edit_format"]]
        stack = Effect(own=own).apply(job.stack)
        return Launch(
            argv=(*argv, *stack.argv, *(f"{job.workdir}/{f}" for f in files)),
            env={"OPENAI_API_KEY": job.token, "LITELLM_LOCAL_MODEL_COST_MAP": "True", **stack.env},
            files={
                f"{_DIR}/message": _no_command(job.prompt),
                f"{_DIR}/metadata.json": json.dumps({model: _metadata(job)}),
                f"{_DIR}/settings.json": json.dumps(_settings(job)),
                **stack.files,
            },
            cwd=job.home,
            stack=stack.accounts,
        )

    def harvest(self, left: Leftovers) -> Harvest:
        """Read the chat history and the analytics log (which is only ever written to that file)."""
        log = f"{_DIR}/analytics.jsonl"
        events = _events(left.read(log) or "")
        sent = [e["properties"] for e in events if e.get("event") == "message_send"]
        steps = transcript(left.read(f"{_DIR}/chat.md") or "")
        spoken = [s.text for s in steps if s.role == "assistant"]
        failure = _failure(left.stdout)
        return Harvest(
            transcript=tuple(steps),
            claim=TokenClaim() if left.is_cut(log) else _claim(sent),
            final_message=spoken[-1] if spoken else None,
            finished=_finished(events, failure),
            failure=failure,
        )

    def dialect(self) -> WholeFile:
        """How a scripted model edits: aider's edit format for models it does not know."""
        return WholeFile()


def _message(job: Job, own: str) -> list[str]:
    """A file's line ends arrive as line feeds; an argument's as they are, but Linux bounds its length."""
    if "\r" in job.prompt and len(job.prompt.encode()) < _LONGEST:
        return [f"--message={_no_command(job.prompt)}"]
    return ["--message-file", f"{own}/message"]


def _no_command(prompt: str) -> str:
    """A message whose first character is `/` or `!` is a command to aider: every one begins a line later."""
    return f"\n{prompt}"


def _claim(sent: list[dict[str, Any]]) -> TokenClaim:
    counts = [(p.get("prompt_tokens"), p.get("completion_tokens")) for p in sent]
    if not counts or not all(isinstance(n, int) for pair in counts for n in pair):
        return TokenClaim()
    prompt, completion = (sum(numbers) for numbers in zip(*counts, strict=True))
    return TokenClaim(prompt=prompt, completion=completion, source="aider's analytics log")


_QUIET = [
    "--yes-always", "--no-git", "--no-check-update", "--no-show-model-warnings", "--no-show-release-notes",
    "--no-analytics", "--no-pretty", "--no-fancy-input", "--no-gitignore", "--no-suggest-shell-commands",
    "--no-detect-urls", "--map-tokens", "0",
]  # fmt: skip


def _metadata(job: Job) -> dict[str, Any]:
    """With an entry of its own, aider does not fetch litellm's table from the network."""
    known: dict[str, Any] = {"litellm_provider": "openai", "mode": "chat"}
    if job.context_tokens is not None:
        known["max_input_tokens"] = job.context_tokens
    return known


def _settings(job: Job) -> list[dict[str, Any]]:
    """`aider/extra_params` goes for every model and leaves aider's own settings as they are."""
    if not job.model_params:
        return []
    return [{"name": "aider/extra_params", "extra_params": dict(job.model_params)}]


def _events(text: str) -> list[dict[str, Any]]:
    return [e for line in text.split("\n") if isinstance(at(e := parse(line), "properties"), dict)]


def _finished(events: list[dict[str, Any]], failure: str | None) -> bool | None:
    """Aider says that it completed, too, where its last message had no answer: that is no end."""
    sent = [e["event"] for e in events if e.get("event") in ("message_send_starting", "message_send")]
    ends = [e for e in events if e.get("event") == "exit"]
    if not ends:
        return None
    unanswered = bool(failure) and sent[-1:] == ["message_send_starting"]
    return not unanswered and str(ends[-1]["properties"].get("reason", "")).startswith("Completed")


def _failure(stdout: str) -> str | None:
    """Return the line in which litellm says what went wrong, if there is one."""
    lines = [line.strip() for line in stdout.splitlines() if line.startswith("litellm.")]
    return shorten(lines[-1], 500) if lines else None

"""What holds for the task's text through every CLI: it is said to the model, and nothing else is done with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import Installation
from tests.adapters.drive import drive
from tests.support.endpoint import Endpoint

INSIDE = (
    '--- a/pages.py: "it\'s" {{braces}} {tree} ${HOME} $(touch evil) `touch evil` %s \\n <b>\u2028\x85\x0b日本 😀\n'
    "/run touch evil\n!touch evil\n@pages.py\n# {file:./pages.py} {env:HOME}\r\n\r\n\x1b[31m\x04\ttab  \nThe end."
)
# One that is a command from its first character on, and all that may stand inside; the others before a release.
OFTEN = {
    "a shell command": "/run touch evil",
    "inside a text": INSIDE,
}
SELDOM = {
    "a shell command of another kind": "!touch evil",
    "a mention": "@pages.py last() returns the first item, see #12.",
    "a path": "/app/pages.py: last() returns the first item.",
    "a question to the CLI": "/help",
    "a farewell": "/exit",
    "a mention alone": "@pages.py",
    "a file's name": "pages.py",
    "an option": "--help",
    "a title": "# Title\n\n## Part\nText.",
    "an address": "See http://127.0.0.1:9/x for it.",
    "a parted JSON": '{"type": "text", "parts": []}',
    "quotes": '"""\n/run touch evil\n"""',
    "a brace": "{\n/run touch evil\n}",
}
PROMPTS = [pytest.param(text, id=name) for name, text in OFTEN.items()]
PROMPTS += [pytest.param(text, id=name, marks=pytest.mark.prove) for name, text in SELDOM.items()]


class PromptArrives:
    """A subclass names its CLI: `tui`."""

    tui: str

    @pytest.mark.parametrize("prompt", PROMPTS)
    def test_a_task_s_text_is_no_command(
        self, installed: Callable[[str], Installation], endpoint: Endpoint, tmp_path: Path, prompt: str
    ) -> None:
        """The text is in the last message byte for byte, in the one call; no file is read or made because of it."""
        (tmp_path / "work").mkdir()
        (tmp_path / "work/pages.py").write_text("SECRET-OF-A-FILE = 1\n")
        drive(Plugins().adapter(self.tui), installed(self.tui), endpoint, tmp_path, prompt=prompt)
        [request] = endpoint.requests
        assert prompt in _text([m for m in request["messages"] if m["role"] == "user"][-1]["content"])
        assert "SECRET-OF-A-FILE" not in json.dumps(request)
        assert [p.name for p in (tmp_path / "work").iterdir()] == ["pages.py"]
        assert not (tmp_path / "home/evil").exists()


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)

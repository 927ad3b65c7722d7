"""A task directory of Harbor's, written by us: a greeting that is to be put into a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TOML = 'version = "1.0"\n[metadata]\ncategory = "files"\n[verifier]\ntimeout_sec = 60.0\n'
DOCKERFILE = (
    "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y python3\nWORKDIR /app\nCOPY name.txt /app/\n"
)
TEST = """#!/bin/bash
apt-get update
curl -LsSf https://astral.sh/uv/0.9.7/install.sh | sh
source $HOME/.local/bin/env
if python3 /tests/check.py; then echo 1 > /logs/verifier/reward.txt; else echo 0 > /logs/verifier/reward.txt; fi
exit 7
"""
CHECK = 'import pathlib, sys\nsys.exit(pathlib.Path("/app/out.txt").read_text() != "hello you")\n'
SOLVE = '#!/bin/bash\nprintf "hello %s" "$(cat /app/name.txt)" > /app/out.txt\ncat /solution/note >&2\n'
FILES = {
    "task.toml": TOML,
    "instruction.md": "Write the greeting of /app/name.txt into /app/out.txt.",
    "environment/Dockerfile": DOCKERFILE,
    "environment/name.txt": "you",
    "tests/test.sh": TEST,
    "tests/check.py": CHECK,
    "solution/solve.sh": SOLVE,
    "solution/note": "done",
}


def write_task(place: Path, files: Mapping[str, str | None] | None = None) -> Path:
    """Write the task, with these files instead or besides (None: without), and return its directory."""
    for path, text in {**FILES, **(files or {})}.items():
        if text is not None:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
    return place

"""What a declared CLI makes of a job."""

from __future__ import annotations

import json
from pathlib import Path

from cab_core.records import Args, Env, Files, Instructions, McpServer, Skill

from .made import declared, job

STACK = (
    Instructions(name="one", text="first"),
    Instructions(name="two", text="second"),
    McpServer(name="clock", command=("clock", "-u"), env={"TZ": "UTC"}),
    Skill(name="slow", description="when: slow", text="measure"),
    Env(name="flags", values={"A": "1"}),
    Args(name="more", argv=("-v",)),
    Files(name="notes", files={".notes": "n"}),
)
PLACES = {
    "instructions": ".house/RULES.md",
    "mcp": ".house/mcp.json",
    "skills": ".house",
    "tool_prefix": "mcp__{{ name }}__",
}


def test_a_stack_goes_where_the_file_says(tmp_path: Path) -> None:
    """Texts into one file, servers into another, a skill into its own; and each is accounted for."""
    launch = declared(tmp_path, stack=PLACES).launch(job(stack=STACK))
    assert launch.files[".house/RULES.md"] == "first\n\nsecond"
    server = {"command": "clock", "args": ["-u"], "env": {"TZ": "UTC"}}
    assert json.loads(launch.files[".house/mcp.json"]) == {"mcpServers": {"clock": server}}
    assert "measure" in launch.files[".house/slow/SKILL.md"] and launch.files[".notes"] == "n"
    assert (launch.env, launch.argv) == ({"A": "1"}, ("house", "p", "-v"))
    assert [a.reason for a in launch.stack] == [None] * 7
    assert launch.stack[2].tool_prefix == "mcp__clock__"


def test_what_has_no_place_is_skipped_with_the_key_that_is_missing(tmp_path: Path) -> None:
    """Nothing is dropped without a word."""
    launch = declared(tmp_path).launch(job(stack=STACK))
    reasons = [a.reason for a in launch.stack if a.reason]
    assert [r.rpartition("(")[2] for r in reasons] == ["stack.instructions)"] * 2 + [
        "stack.mcp)",
        "stack.skills)",
    ]


def test_the_version_is_filled_into_packages(tmp_path: Path) -> None:
    """By which the registry is asked for others, too."""
    install = {"npm": ["house@{{ version }}"], "pip": ["house=={{ version }}"], "env": {"P": "{prefix}/x"}}
    recipe = declared(tmp_path, install=install).recipe("2.0")
    assert (recipe.npm, recipe.pip, recipe.env_at("/opt")) == (
        ("house@2.0",),
        ("house==2.0",),
        {"P": "/opt/x"},
    )

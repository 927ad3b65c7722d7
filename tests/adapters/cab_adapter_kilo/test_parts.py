"""What kilo's adapter has of its own; the rest is opencode's, and held there."""

from __future__ import annotations

import json
from pathlib import Path

from cab_adapter_kilo.adapter import Kilo

from cab_core.plugins.protocols import Leftovers
from cab_core.records import Job, Skill

JOB = Job(
    prompt="p", model="m", endpoint="http://e/v1", token="T-0123", home="/h", workdir="/w", deadline_s=1,
    stack=(Skill(name="s", description="d", text="t"),),
)  # fmt: skip
TOKENS = {"input": 90, "output": 5, "reasoning": 2, "cache": {"read": 10, "write": 0}}


def test_what_is_called_otherwise() -> None:
    """Its variables, its directory and its library; the token is in the config file alone."""
    launch = Kilo().launch(JOB)
    assert launch.argv[:2] == ("kilo", "run") and all(name.startswith("KILO_") for name in launch.env)
    assert (
        launch.env["KILO_CONFIG"] == "/h/.cab/opencode.json" and launch.env["KILO_TELEMETRY_LEVEL"] == "off"
    )
    assert "T-0123" not in str(launch.argv) + str(launch.env)
    assert "@kilocode/plugin" in launch.files[".config/kilo/package-lock.json"]
    assert ".config/kilo/skill/s/SKILL.md" in launch.files


def test_the_claim_says_whose_it_is() -> None:
    """It is read as opencode's."""
    stdout = json.dumps({"type": "step_finish", "part": {"reason": "stop", "tokens": TOKENS}})
    found = Kilo().harvest(Leftovers(job=JOB, home=Path("/"), exit_code=0, stdout=stdout, stderr=""))
    assert (found.claim.prompt, found.claim.completion) == (100, 7)
    assert (found.claim.source, found.finished) == ("kilo's step_finish events", True)

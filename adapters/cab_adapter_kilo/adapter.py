"""How the Kilo CLI is installed and started. It was made of opencode. Facts were seen on kilo 7.7.7."""

from __future__ import annotations

from typing import ClassVar

from cab_adapter_opencode.adapter import RIPGREP, RIPGREP_PATH, Opencode

from cab_core import Recipe


class Kilo(Opencode):
    """Adapter of the Kilo CLI, which needs no login where it is given an endpoint."""

    name = "kilo"
    default_version = "7.7.7"
    program = "kilo"
    library = "@kilocode/plugin"
    # Beside what opencode does: telemetry, copies of sessions, who is there, and an index of the work dir,
    # which a service of its own is asked for.
    quiet: ClassVar[dict[str, str]] = {
        **Opencode.quiet,
        **{f"DISABLE_{name}": "1" for name in ("SESSION_INGEST", "PRESENCE", "CODEBASE_INDEXING")},
        "TELEMETRY_LEVEL": "off",
        "SESSION_RETRY_LIMIT": "1",  # the least that it knows, where none means five
    }

    def recipe(self, version: str) -> Recipe:
        """One program; its search runs `rg` of the PATH."""
        return Recipe(npm=(f"@kilocode/cli@{version}", *RIPGREP), path=RIPGREP_PATH)

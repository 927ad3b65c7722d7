"""Looking at all processes while a cell runs: no argument of any may hold the cell's token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cab_core.gateway.models import Model
from cab_core.records import CellResult

from .endpoint import KEY, Endpoint
from .puppet import FIX, Puppet


class Told(Puppet):
    """A puppet of which the token is known."""

    token = ""

    def launch(self, job):
        """Keep the first token, that of the run."""
        self.token = self.token or job.token
        return super().launch(job)


def arguments_with_token(play: Callable[..., tuple[Path, CellResult]], endpoint: Endpoint) -> list[str]:
    """Run a cell; return every process that shows its token to all, seen while its call is under way."""
    adapter, found = Told("try: call()\nexcept OSError: pass\n" + FIX), []

    def look(data: bytes) -> bytes:
        lines = {p: _arguments(p) for p in Path("/proc").glob("[0-9]*")}
        assert any(b"script.py" in line for line in lines.values()), "the agent is not to be seen"
        found.extend(str(p) for p, line in lines.items() if adapter.token.encode() in line)
        return data

    endpoint.script, endpoint.packing = ["packed"], ("identity", look)
    _, result = play("", adapter=adapter, model=Model(id="m", endpoint=endpoint.url, key=KEY))
    assert result.outcome == "passed", result.why
    assert adapter.token
    return found


def _arguments(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""

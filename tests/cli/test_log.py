"""What a run writes where there is no terminal: whole lines, one a cell."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.conftest import Cab
from tests.support.endpoint import Endpoint
from tests.support.tiny import PLUGIN

MODEL = "a-model-with-a-name-that-is-longer-than-a-line-of-a-terminal/" + "x" * 60
LINE = re.compile(r"\[(\d)/(\d)\] (\w+)  \d+\.\d s  (?:[\d,]+ tokens  )?(.*)")


@pytest.mark.parametrize("env", [{}, {"COLUMNS": "40"}, {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "1"}])
def test_each_cell_has_one_line(
    cab: Cab, endpoint: Endpoint, distribution: Callable[..., str], env: dict[str, str]
) -> None:
    """Names, attempt and the reason are in it, however wide a terminal would be; nothing moves."""
    cab.alone()
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    endpoint.script = ["ok", "401", "ok"]
    done = cab("run", "--tui", "tiny", "--model", MODEL, "--endpoint", endpoint.url, "--attempts", "3",
               "--task", "mutations/py-stock-reorder", SCRIPT="call()", **env)  # fmt: skip
    plain = re.sub(r"\x1b\[[\d;]*m", "", done.stderr)
    assert "\x1b" not in plain and "\r" not in plain  # colours at most, and only where they were asked for
    found = [LINE.fullmatch(line) for line in plain.splitlines()[1:]]
    assert len(found) == 3 and all(found), plain
    assert [m[3] for m in found if m] == ["failed", "infra_upstream", "failed"]
    names = [f"tiny x {MODEL} x mutations/py-stock-reorder{a}" for a in ("", " ~2", " ~3")]
    assert [m[4].partition("  ")[0] for m in found if m] == names
    assert "401" in found[1][4]  # type: ignore[index]

"""A log holds exactly what was printed, whatever a terminal would make of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.puppet import play

PRINTED = b"CRLF\r\nlone CR\rno UTF-8 \xff\xfe\xc3(\r\r\n\x00\x1b[1mNUL\tand escape\x04\x7f\r"
SCRIPT = f"call()\nfor piece in {[PRINTED[:5], PRINTED[5:], PRINTED[:-1]]!r}: os.write(1, piece)"


@pytest.mark.parametrize("runtime", ["local", "bwrap"])
def test_bytes_are_kept_as_they_are(tmp_path: Path, runtime: str) -> None:
    """Line ends of every kind, also cut in two by the reading, and bytes that are no text."""
    if runtime == "bwrap" and shutil.which("bwrap") is None and not os.environ.get("CAB_REQUIRE_DOCKER"):
        pytest.skip("bubblewrap is missing; on Debian: scripts/docker-setup")
    directory, result = play(tmp_path, SCRIPT, runtime_name=runtime)
    assert (directory / "stdout.log").read_bytes() == PRINTED + PRINTED[:-1]
    assert result.execution is not None and result.execution.stdout_bytes == 2 * len(PRINTED) - 1

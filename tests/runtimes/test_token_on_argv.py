"""A cell's token is in no list of processes."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import pytest

from tests.support.endpoint import Endpoint
from tests.support.processes import arguments_with_token
from tests.support.puppet import play

SEALED = pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is missing")


@pytest.mark.parametrize("runtime", ["local", pytest.param("bwrap", marks=SEALED)])
def test_no_process_shows_the_token(tmp_path: Path, endpoint: Endpoint, runtime: str) -> None:
    """Neither the agent nor what keeps it: supervisor, bubblewrap, forwarder."""
    run = functools.partial(play, tmp_path, runtime_name=runtime)
    assert arguments_with_token(run, endpoint) == []

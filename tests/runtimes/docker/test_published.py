"""What a cell in a container shows to others: no token among arguments, no path of this machine on its pages."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from cab_core.cache import cache_root
from cab_core.site.build import build_site
from tests.run.test_secrets import written
from tests.runtimes.docker.conftest import Play
from tests.support.endpoint import Endpoint
from tests.support.processes import arguments_with_token
from tests.support.puppet import FIX

PLACES = FIX + "print(open('/proc/self/mountinfo').read())\nopen('where.txt', 'w').write(os.getcwd())\n"


def test_no_process_shows_the_token(contain: Play, endpoint: Endpoint) -> None:
    """Neither in the container nor beside it: engine, shim, forwarder, sidecar."""
    assert arguments_with_token(contain, endpoint) == []


def test_no_path_of_this_machine_is_published(
    contain: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's table of mounts shows where they come from; what is written of it does not."""
    home = tmp_path / "home" / "somebody"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    directory, result = contain(f"{PLACES}print({str(cache_root() / 'clis')!r}, {str(home / 'x')!r})\n")
    assert result.outcome == "passed", result.why
    build_site([directory.parents[8]], tmp_path / "site")
    scratch = re.compile(re.escape(f"{tempfile.gettempdir()}/cab-").encode() + rb"[a-z0-9_]{8}")
    for path, data in written(directory, tmp_path / "site"):
        assert str(home).encode() not in data and not scratch.search(data), path
        assert str(cache_root()).encode() not in data, path

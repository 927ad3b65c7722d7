"""The same destruction in a container, of an engine here and of one elsewhere."""

from __future__ import annotations

import pytest

from tests.runtimes.docker.conftest import Play
from tests.support.destruction import DESTRUCTIONS, ThirdParty, expected
from tests.support.often import rows

# One of each kind: what is a mount point there, what is owned by another, what is read back; all before a release.
OFTEN = {
    "removes both",
    "locks all around",
    "a link for HOME",
    "a pipe for the CLI's file",
    "holes in the CLI's file",
    "depth in the work dir",
    "a directory for the fix",
    "no end of the fix",
}


@pytest.mark.parametrize("name", rows(DESTRUCTIONS, OFTEN))
def test_no_destruction_is_infrastructure_trouble(contain: Play, name: str) -> None:
    """What cannot be destroyed there, a mount point, is still there; the rest ends as everywhere."""
    _, result = contain("", adapter=ThirdParty(name))
    assert result.outcome in expected(name), (result.outcome, result.why)

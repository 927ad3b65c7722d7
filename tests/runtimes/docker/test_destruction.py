"""The same destruction in a container, of an engine here and of one elsewhere."""

from __future__ import annotations

import pytest

from tests.runtimes.docker.conftest import Play
from tests.support.destruction import DESTRUCTIONS, ThirdParty, expected


@pytest.mark.parametrize("name", DESTRUCTIONS)
def test_no_destruction_is_infrastructure_trouble(contain: Play, name: str) -> None:
    """What cannot be destroyed there, a mount point, is still there; the rest ends as everywhere."""
    _, result = contain("", adapter=ThirdParty(name))
    assert result.outcome in expected(name), (result.outcome, result.why)

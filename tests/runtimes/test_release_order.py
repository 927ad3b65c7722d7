"""The order of versions."""

from __future__ import annotations

import pytest

from cab_core.runtimes.release_order import in_order, is_release


def test_the_registry_s_order_holds_though_the_latest_stands_first() -> None:
    """`releases` names the latest first; a back-port that was released later stands later."""
    released = ("2.0.0", "2.1.0-rc.1", "1.9.1", "1.10.0", "1.9.0")
    assert in_order(reversed(released), released) == ["1.9.0", "1.10.0", "1.9.1", "2.0.0", "2.1.0-rc.1"]


def test_what_no_registry_has_stands_by_its_number() -> None:
    """Numbers are compared as numbers, and a pre-release comes before its release."""
    assert in_order(["0.10.0", "0.9.2", "0.10.0-beta.2", "0.10.0-beta.10"], ()) == [
        "0.9.2",
        "0.10.0-beta.2",
        "0.10.0-beta.10",
        "0.10.0",
    ]
    assert in_order(["1.5", "1.0", "2.0"], ("2.0", "1.0")) == ["1.0", "1.5", "2.0"]


def test_any_text_has_a_place() -> None:
    """A declared CLI may have whatever version."""
    assert sorted(in_order(["", "latest", "v1", "unknown"], ())) == sorted(["", "latest", "v1", "unknown"])


@pytest.mark.parametrize("version", ["1.0", "v2.1.0", "0.86.2", "1.0.post1", "2.0+linux"])
def test_a_whole_version_is_a_release(version: str) -> None:
    """Whoever writes it."""
    assert is_release(version)


@pytest.mark.parametrize(
    "version", ["0.171.0-win32-x64", "0.61.0-nightly.3", "2.0rc1", "1.0.dev2", "1.0a1", "next"]
)
def test_what_comes_before_a_release_or_is_for_one_platform_is_none(version: str) -> None:
    """They would crowd out the releases where the newest are shown."""
    assert not is_release(version)

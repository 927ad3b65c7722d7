"""Pushing to a registry gives a digest, and only then there is something to pull."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cab_core.errors import ImageError, UserError
from cab_core.records import Installation
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.inventory import list_images, push
from tests.support.engines import free_port, serving


@pytest.fixture
def registry(tmp_path: Path, engine: object) -> Iterator[str]:
    """A registry on loopback (Debian's docker-registry)."""
    if shutil.which("docker-registry") is None:
        if os.environ.get("CAB_REQUIRE_DOCKER"):
            pytest.fail("docker-registry is missing; scripts/docker-setup installs it")
        pytest.skip("docker-registry is missing; on Debian: scripts/docker-setup")
    port = free_port()
    config = tmp_path / "registry.yml"
    config.write_text(
        f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {tmp_path / 'blobs'}\nhttp:\n  addr: 127.0.0.1:{port}\n"
    )
    with serving(["docker-registry", "serve", str(config)], port):
        yield f"127.0.0.1:{port}"


def test_a_pushed_image_has_a_digest(registry: str, puppet_image: Installation) -> None:
    """The reference holds one sha256 prefix, and the engine can pull it."""
    assert puppet_image.image is not None
    reference = push(puppet_image.image, f"{registry}/cab/tools:1", lambda _: None)
    try:
        assert re.fullmatch(rf"{registry}/cab/tools@sha256:[0-9a-f]{{64}}", reference)
        client().pull(reference)
        assert any(reference in i["digests"] for i in list_images())
    finally:
        client().remove_image(f"{registry}/cab/tools:1", force=False)


@pytest.mark.parametrize(
    ("image", "repository", "says"),
    [
        ("no-such-image:1", "127.0.0.1:1/x", "there is no image 'no-such-image:1' here"),
        ("debian:bookworm-slim", "127.0.0.1:1/x/y z", "expected REGISTRY/NAME[:TAG]"),
        ("debian:bookworm-slim", "127.0.0.1:1/UPPER:1", "expected REGISTRY/NAME[:TAG]"),
    ],
)
def test_a_name_that_is_none_is_the_users_mistake(
    engine: object, image: str, repository: str, says: str
) -> None:
    """An unknown image, a repository that no registry takes."""
    with pytest.raises(UserError) as told:
        push(image, repository, lambda _: None)
    assert says in str(told.value)


def test_a_push_in_vain_leaves_no_name_behind(engine: object) -> None:
    """Nobody listens there: the image is not left with the registry's name."""
    with pytest.raises(ImageError, match=r"127\.0\.0\.1:1/x:1 failed"):
        push("debian:bookworm-slim", "127.0.0.1:1/x:1", lambda _: None)
    assert not client().images(name="127.0.0.1:1/x")
    assert client().images(name="debian:bookworm-slim")

"""Pushing to a registry gives a digest, and only then there is something to pull."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cab_core.errors import ImageError, UserError
from cab_core.runtimes.docker import inventory
from cab_core.runtimes.docker.build import base_id, ensure
from cab_core.runtimes.docker.engine import client
from cab_core.runtimes.docker.inventory import (
    cell_labels,
    list_images,
    push,
    pushed_cell_image,
    remove_images,
)


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


CLI = "sha256:" + "1" * 64


@pytest.fixture(scope="module")
def pushed(registry: str) -> Iterator[str]:
    """A cell image with Python and make, of this cab, pushed."""
    text = f"FROM {base_id(print)}\nLABEL " + " ".join(
        f"{k}={v!r}" for k, v in cell_labels(CLI, ("make>=3", "python3>=3.9")).items()
    )
    image = ensure("cab-cell-toy", text + "\n", "cell", lambda _: None, "1")
    try:
        yield push(image.name, f"{registry}/cab/toy:1", lambda _: None)
    finally:
        client().remove_image(f"{registry}/cab/toy:1", force=False)
        remove_images(i for i in list_images() if i["name"].startswith("cab-cell-toy:"))


def test_a_pushed_image_has_a_digest(registry: str, pushed: str) -> None:
    """The reference holds one sha256 prefix, and the engine can pull it."""
    assert re.fullmatch(rf"{registry}/cab/toy@sha256:[0-9a-f]{{64}}", pushed)
    client().pull(pushed)
    assert any(pushed in i["digests"] for i in list_images())


@pytest.mark.parametrize("requires", [(), ("python3",), ("python3>=3.11", "make")])
def test_the_image_that_runs_a_cell_by_itself_holds_what_it_needs(
    pushed: str, requires: tuple[str, ...]
) -> None:
    """The very CLI, this cab, these toolchains or more."""
    assert pushed_cell_image(CLI, requires) == pushed


def test_the_engine_is_asked_once_for_all_clis(pushed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of all images takes an engine long that has many."""
    asked, images = [], client().images
    monkeypatch.setattr(client(), "images", lambda **more: asked.append(more) or images(**more))
    inventory._pushed_cell_images.cache_clear()
    found = [pushed_cell_image(cli, ()) for cli in (CLI, "sha256:" + "2" * 64)]
    assert found == [pushed, None] and len(asked) == 1


def test_an_image_that_holds_something_else_is_not_called_the_same(
    pushed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another build of that CLI, a toolchain that is not in it, another cab."""
    assert pushed_cell_image("sha256:" + "2" * 64, ("python3",)) is None
    assert pushed_cell_image(CLI, ("python3", "gcc")) is None
    monkeypatch.setattr("cab_core.runtimes.docker.inventory.__version__", "0.0.0")
    assert pushed_cell_image(CLI, ("python3",)) is None


def test_a_cell_image_that_was_not_pushed_cannot_be_pulled(engine: object) -> None:
    """There is no digest to name; and an image without labels of ours says nothing of what it holds."""
    alone = "sha256:" + "3" * 64
    held = " ".join(f"{k}={v!r}" for k, v in cell_labels(alone, ("python3",)).items())
    made = [
        ensure("cab-cell-toy", f"FROM {base_id(print)}\nLABEL {t}\n", "cell", print) for t in (held, "x=1")
    ]
    try:
        assert pushed_cell_image(alone, ("python3",)) is None
    finally:
        remove_images(i for i in list_images() if i["id"] in {m.id for m in made})

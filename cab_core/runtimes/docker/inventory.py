"""The images that are there: listed, looked into, pushed, removed."""

from __future__ import annotations

import functools
import io
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from cab_core import __version__
from cab_core.cache import cache_root, keep_json, read_object
from cab_core.errors import ImageError, UserError
from cab_core.plugins.protocols import Say
from cab_core.tasks.toolchains import parse

from .build import Image
from .dockerfile import ROOT
from .engine import LABEL, ROLE, WHAT, client, engine_errors, labels
from .resources import created

_CLI, _TOOLCHAINS, _CAB = "cab.cli", "cab.toolchains", "cab.version"  # of a cell image: what it holds
_ON_TOP = ("cell", "agent", "cli", "relay", "tools", "")  # roles: what stands on another comes first


def list_images() -> list[dict[str, Any]]:
    """Return our images: name, id, role, size in bytes, digests, and whether a newer one took its place.

    One that does not say what it holds, as an earlier cab made them, is not called old.
    """
    with engine_errors("list images"):
        found = client().images(filters={"label": LABEL})
    newest = {i["Labels"].get(WHAT): i["Id"] for i in sorted(found, key=lambda i: int(i["Created"]))}
    return [
        {
            "name": (i.get("RepoTags") or ["<none>"])[0],
            "id": i["Id"],
            "role": i["Labels"].get(ROLE, ""),
            "size": i["Size"],
            "digests": i.get("RepoDigests") or [],
            "old": WHAT in i["Labels"] and newest[i["Labels"][WHAT]] != i["Id"],
        }
        for i in found
    ]


def read_version(image: Image, name: str) -> str | None:
    """Return what the CLI said its version is when the image was built: read once for each image."""
    file = cache_root() / "images" / f"{image.id.removeprefix('sha256:')}.version.json"
    kept = (read_object(file) or {}).get(name)
    if isinstance(kept, str):
        return kept
    if found := _version_in(image, name):
        keep_json(file, {name: found})
    return found


def _version_in(image: Image, name: str) -> str | None:
    what = f"a container to read the version of {name}"
    create = {"image": image.id, "command": ["true"], "network_disabled": True, "labels": labels("look")}
    with created(what, create) as container, engine_errors(f"read the version of {name}"):
        stream, _ = client().get_archive(container, f"{ROOT}/{name}/VERSION")
        data = io.BytesIO(b"".join(stream))
    with tarfile.open(fileobj=data) as archive:
        member = archive.extractfile(archive.getmembers()[0])
        text = member.read().decode("utf-8", "replace").strip() if member else ""
    return text.splitlines()[0] if text else None


def cell_labels(cli: str, requires: Iterable[str]) -> dict[str, str]:
    """Return the labels that say what a cell image holds: the CLI (its image's id), toolchains, this cab."""
    return {_CLI: cli, _TOOLCHAINS: " ".join(_names(requires)), _CAB: __version__}


def pushed_cell_image(cli: str, requires: Iterable[str]) -> str | None:
    """Return the reference, by digest, of a cell image that runs a cell as it ran here, or None.

    It holds the very CLI (`cli` is its image's id), this cab and at least these toolchains; an image whose
    labels do not say so is not called the same. Of several the newest is taken.
    """
    needs = set(_names(requires))
    of_cli = [i for i in _pushed_cell_images(__version__) if i["Labels"].get(_CLI) == cli]
    fit = [i for i in of_cli if needs <= set(i["Labels"].get(_TOOLCHAINS, "").split())]
    newest = sorted(fit, key=lambda i: int(i["Created"]), reverse=True)
    return next((d for i in newest for d in i["RepoDigests"]), None)


@functools.cache  # a list of all images takes the engine long, and a plan asks for every CLI and set of needs
def _pushed_cell_images(cab: str) -> list[dict[str, Any]]:
    wanted = [LABEL, f"{ROLE}=cell", f"{_CAB}={cab}"]
    with engine_errors("look for a pushed image"):
        return [i for i in client().images(filters={"label": wanted}) if i.get("RepoDigests")]


def _names(requires: Iterable[str]) -> list[str]:
    return sorted({parse(r)[0].name for r in requires})


def push(image: str, repository: str, say: Say) -> str:
    """Push an image to a registry and return `repository@sha256:...`.

    Raises:
        UserError: there is no such image, or `repository` is no name for one.
        ImageError: the registry refused it.
    """
    name, _, tag = (
        repository.rpartition(":") if ":" in repository.rpartition("/")[2] else (repository, "", "latest")
    )
    with engine_errors(f"push {image}"):
        _tag(image, name, tag)
        try:
            digest = _push(name, tag)
        except BaseException:
            with suppress(Exception):
                client().remove_image(f"{name}:{tag}", noprune=True)  # the name alone
            raise
    _pushed_cell_images.cache_clear()
    say(f"pushed {name}:{tag}")
    return f"{name}@{digest}"


def _tag(image: str, name: str, tag: str) -> None:
    from docker.errors import APIError, ImageNotFound

    try:
        client().tag(image, name, tag)
    except ImageNotFound as exc:
        raise UserError(f"there is no image {image!r} here; `cab images list` shows ours") from exc
    except APIError as exc:
        if "invalid" not in str(exc.explanation):
            raise
        wanted = "expected REGISTRY/NAME[:TAG] in small letters, digits and . _ -"
        raise UserError(f"{f'{name}:{tag}'!r} is no name for an image: {wanted}") from exc


def _push(name: str, tag: str) -> str:
    for line in client().push(name, tag, stream=True, decode=True):
        if "error" in line:
            raise ImageError(f"push to {name}:{tag} failed: {line['error']}")
        if digest := (line.get("aux") or {}).get("Digest"):
            return str(digest)
    raise ImageError(f"push to {name}:{tag}: the registry gave no digest")


def remove_images(images: Iterable[dict[str, Any]]) -> int:
    """Remove images, as `list_images` gives them, that nothing else needs; return how many.

    One whose role is none of an image is not ours: a container of ours was made into it by somebody.
    """
    from docker.errors import APIError

    _pushed_cell_images.cache_clear()
    count = 0
    built = [i for i in images if i["role"] in _ON_TOP]
    for image in sorted(built, key=lambda i: _ON_TOP.index(i["role"])):
        try:
            client().remove_image(image["id"], force=True)
            count += 1
        except APIError:
            continue  # in use, or gone with another tag
    return count

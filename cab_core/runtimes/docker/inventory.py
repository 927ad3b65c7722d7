"""The images that are there: listed, looked into, pushed, removed."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress
from typing import Any

from cab_core.errors import ImageError, UserError
from cab_core.plugins.protocols import Adapter, Say

from .build import Image
from .dockerfile import ROOT
from .engine import LABEL, ROLE, client, engine_errors, labels


def list_images() -> list[dict[str, Any]]:
    """Return our images: name, id, role, size in bytes."""
    with engine_errors("list images"):
        found = client().images(filters={"label": LABEL})
    return [
        {
            "name": (i.get("RepoTags") or ["<none>"])[0],
            "id": i["Id"],
            "role": (i.get("Labels") or {}).get(ROLE, ""),
            "size": i["Size"],
            "digests": i.get("RepoDigests") or [],
        }
        for i in found
    ]


def read_version(image: Image, name: str) -> str | None:
    """Return what the CLI said its version is when the image was built."""
    api = client()
    with engine_errors(f"read the version of {name}"):
        made = api.create_container(image.id, ["true"], network_disabled=True, labels=labels("look"))
        try:
            stream, _ = api.get_archive(made["Id"], f"{ROOT}/{name}/VERSION")
            data = io.BytesIO(b"".join(stream))
        finally:
            api.remove_container(made["Id"], force=True)
    with tarfile.open(fileobj=data) as archive:
        member = archive.extractfile(archive.getmembers()[0])
        text = member.read().decode("utf-8", "replace").strip() if member else ""
    return text.splitlines()[0] if text else None


def pushed_cell_image(adapter: Adapter, version: str) -> str | None:
    """Return the reference, by digest, of this CLI's cell image, or None where none was pushed."""
    prefix = f"cab-cell-{adapter.name}:{version}-"
    with engine_errors("look for a pushed image"):
        found = client().images(filters={"label": [LABEL, f"{ROLE}=cell"]})
    ours = [i for i in found if any(t.startswith(prefix) for t in i.get("RepoTags") or [])]
    digests = [d for i in ours for d in i.get("RepoDigests") or []]
    return digests[0] if digests else None


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


def remove_images() -> int:
    """Remove all our images that no container uses; return how many."""
    from docker.errors import APIError

    count = 0
    for role in ("agent", "cell", "cli", "relay", "tools", ""):
        for image in [i for i in list_images() if i["role"] == role]:
            try:
                client().remove_image(image["id"], force=True)
                count += 1
            except APIError:
                continue  # in use, or gone with another tag
    return count

"""Images: built once, named after their content, found again, listed, pushed, removed."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import attrs

from cab_core.errors import ImageError
from cab_core.plugins.protocols import Adapter, Say
from cab_core.records import Recipe

from ..wheel import own_wheel
from .dockerfile import (
    ROOT,
    agent_dockerfile,
    cell_dockerfile,
    cli_dockerfile,
    extra_dockerfile,
    relay_dockerfile,
    tools_dockerfile,
)
from .engine import LABEL, ROLE, client, engine_errors, labels

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_building = threading.Lock()  # two cells that need one image build it once


@attrs.frozen
class Image:
    """An image: its name here, its id (`sha256:...`), and its digest where it was pushed."""

    name: str
    id: str
    digest: str | None = None


def base_image() -> str:
    """Return the base of all images: `CAB_BASE_IMAGE`, else Debian 12."""
    return os.environ.get("CAB_BASE_IMAGE", "debian:bookworm-slim")


def tools_image(requires: Iterable[str], say: Say) -> Image:
    """Return the image in which a grader with these toolchains runs, built on first use.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    base = _base(say)
    text = tools_dockerfile(base, sorted(set(requires)), ca=_ca() is not None)
    return _ensure("cab-tools", text, "tools", say)


def agent_image(
    adapter: Adapter, version: str, requires: Iterable[str], extras: Sequence[Recipe], say: Say
) -> Image:
    """Return the image in which an agent runs, built on first use.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    tools = tools_image(requires, say)
    cli = cli_image(adapter, version, say)
    added = [(_extra_image(r, say).id, r) for r in extras]
    text = agent_dockerfile(tools.id, cli.id, adapter.recipe(version), added)
    return _ensure(f"cab-agent-{adapter.name}", text, "agent", say, version)


def cli_image(adapter: Adapter, version: str, say: Say) -> Image:
    """Return the image that holds a CLI alone."""
    text = cli_dockerfile(_base(say), adapter, version, ca=_ca() is not None)
    return _ensure(f"cab-cli-{adapter.name}", text, "cli", say, version)


def cell_image(adapter: Adapter, version: str, requires: Iterable[str], say: Say) -> Image:
    """Return the image for `docker run IMAGE run-cell`: an agent's image with cab and packs on top.

    Raises:
        ImageError: it cannot be built, or cab cannot be packed.
    """
    agent = agent_image(adapter, version, requires, (), say)
    name, data = own_wheel(say)
    digest = hashlib.sha256(data).hexdigest()
    text = cell_dockerfile(agent.id, name, digest, ca=_ca() is not None)
    return _ensure(f"cab-cell-{adapter.name}", text, "cell", say, version, {name: data})


def relay_image(say: Say) -> Image:
    """Return the image of a far room's holder.

    Raises:
        ImageError: it cannot be built.
    """
    program = resources.files(__package__).joinpath("relay.py").read_bytes()
    text = relay_dockerfile(_base(say), hashlib.sha256(program).hexdigest())
    return _ensure("cab-relay", text, "relay", say, files={"relay.py": program})


def _extra_image(recipe: Recipe, say: Say) -> Image:
    """Return the image that holds what a stack's item needs."""
    return _ensure("cab-extra", extra_dockerfile(_base(say), recipe, ca=_ca() is not None), "cli", say)


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
        ImageError: the registry refused it.
    """
    api = client()
    name, _, tag = (
        repository.rpartition(":") if ":" in repository.rpartition("/")[2] else (repository, "", "latest")
    )
    with engine_errors(f"push {image}"):
        api.tag(image, name, tag)
        for line in api.push(name, tag, stream=True, decode=True):
            if "error" in line:
                raise ImageError(f"push of {image} to {repository} failed: {line['error']}")
            if digest := (line.get("aux") or {}).get("Digest"):
                say(f"pushed {name}:{tag}")
                return f"{name}@{digest}"
    raise ImageError(f"push of {image} to {repository}: the registry gave no digest")


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


def _base(say: Say) -> str:
    """Return the id of the base image, pulled where it is not here."""
    from docker.errors import APIError, ImageNotFound

    name = base_image()
    with engine_errors("look for the base image"):
        try:
            return str(client().inspect_image(name)["Id"])
        except ImageNotFound:
            say(f"pulling {name}")
        try:
            client().pull(name)
            return str(client().inspect_image(name)["Id"])
        except APIError as exc:
            raise ImageError(
                f"base image {name} is not here and cannot be pulled: {exc.explanation}. Where no registry "
                "can be reached, scripts/docker-setup makes one; or name another in CAB_BASE_IMAGE"
            ) from exc


def _ca() -> Path | None:
    """Return the CA bundle that this machine is told to use, if any; builds must trust it too."""
    for name in ("CAB_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"):
        if (value := os.environ.get(name)) and Path(value).is_file():
            return Path(value)
    return None


def _ensure(
    repository: str,
    dockerfile: str,
    role: str,
    say: Say,
    version: str = "",
    files: Mapping[str, bytes] | None = None,
) -> Image:
    from docker.errors import ImageNotFound

    digest = hashlib.sha256(dockerfile.encode()).hexdigest()[:12]
    name = f"{repository}:{version + '-' if version else ''}{digest}"
    with _building, engine_errors(f"image {name}"):
        try:
            found = client().inspect_image(name)
        except ImageNotFound:
            _build(name, dockerfile, role, say, files or {})
            found = client().inspect_image(name)
    return Image(name, found["Id"], next(iter(found.get("RepoDigests") or []), None))


def _build(name: str, dockerfile: str, role: str, say: Say, files: Mapping[str, bytes]) -> None:
    say(f"building {name}")
    step, tail = "", list[str]()
    stream = client().build(
        fileobj=_context(dockerfile, files),
        custom_context=True,
        tag=name,
        rm=True,
        forcerm=True,
        decode=True,
        network_mode="host",
        buildargs={n: v for n in _PROXIES if (v := os.environ.get(n))},
        labels={LABEL: "1", ROLE: role},
    )
    for line in stream:
        text = str(line.get("stream", "")).strip()
        if text.startswith("Step "):
            step = text
            say(text)
        if text:
            tail = [*tail[-15:], text]
        if "error" in line:
            raise ImageError(f"building {name} failed at: {step}\n" + "\n".join([*tail, str(line["error"])]))


def _context(dockerfile: str, files: Mapping[str, bytes]) -> io.BytesIO:
    data = io.BytesIO()
    ca = _ca()
    content = {**files, "Dockerfile": dockerfile.encode(), "ca.crt": ca.read_bytes() if ca else b""}
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content_of in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(content_of)
            archive.addfile(info, io.BytesIO(content_of))
    data.seek(0)
    return data

"""Building an image from a Dockerfile, once: its name is its content."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs

from cab_core.cache import cache_root, locked
from cab_core.errors import ImageError, UserError
from cab_core.leases import process_lease
from cab_core.plugins.protocols import Say

from ..package_managers import failure
from ..terminal import clean_line
from .engine import LABEL, ROLE, WHAT, client, engine_errors

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_STEP = re.compile(r"Step \d+/\d+ : ")
_TAIL = 8_000  # characters of a step's output that are kept for an error, and lines of them
_LINES = 16
_REMEDY = (
    "Where no registry can be reached, scripts/docker-setup makes one; or name another in CAB_BASE_IMAGE"
)
_bases: dict[str, str] = {}
_building = threading.Lock()  # two cells of this process that need one image build it once


@attrs.frozen
class Image:
    """An image: its name here, its id (`sha256:...`), and its digest where it was pushed."""

    name: str
    id: str
    digest: str | None = None


def base_image() -> str:
    """Return the base of all images: `CAB_BASE_IMAGE`, else Debian 12."""
    return os.environ.get("CAB_BASE_IMAGE", "debian:bookworm-slim")


def base_id(say: Say) -> str:
    """Return the id of the base image, pulled where it is not here; asked once, so that a run has one base.

    Raises:
        ImageError: it cannot be pulled either.
    """
    return _known_id(base_image(), "base image", _REMEDY, say)


def given_id(name: str, say: Say) -> str:
    """Return the id of an image that a pack names, pulled where it is not here.

    Raises:
        ImageError: it cannot be pulled either.
    """
    return _known_id(name, "image", "See whether it is called so, and the registry can be reached", say)


def _known_id(name: str, what: str, remedy: str, say: Say) -> str:
    if name not in _bases:
        _bases[name] = _id_of(name, what, remedy, say)
    return _bases[name]


def _id_of(name: str, what: str, remedy: str, say: Say) -> str:
    from docker.errors import APIError, ImageNotFound

    with engine_errors(f"look for the {what}"):
        try:
            return str(client().inspect_image(name)["Id"])
        except ImageNotFound:
            say(f"pulling {name}")
        try:
            client().pull(*_reference(name))
            return str(client().inspect_image(name)["Id"])
        except APIError as exc:
            said = f"{what} {name} is not here and cannot be pulled: {exc.explanation}. {remedy}"
            raise ImageError(said) from exc


def _reference(name: str) -> tuple[str, str | None]:
    """Return name and tag: one without either is the latest, and not all that there are."""
    tagged = ":" in name.rpartition("/")[2] or "@" in name
    return (name, None) if tagged else (name, "latest")


def ca_bundle() -> Path | None:
    """Return the CA bundle that this machine is told to use, if any; builds must trust it too.

    Raises:
        UserError: `CAB_CA_BUNDLE` names no file.
    """
    if (ours := os.environ.get("CAB_CA_BUNDLE")) and not Path(ours).is_file():
        raise UserError(f"CAB_CA_BUNDLE is {ours!r}, which is no file: expected a CA bundle (PEM)")
    for name in ("CAB_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"):
        if (value := os.environ.get(name)) and Path(value).is_file():
            return Path(value)
    return None


def ensure(
    repository: str,
    dockerfile: str,
    role: str,
    say: Say,
    version: str = "",
    files: Mapping[str, bytes] | None = None,
    holds: Iterable[str] = (),
) -> Image:
    """Return the image of this Dockerfile, built where it is not there yet.

    `files`: what the Dockerfile copies, by name; it should name their hash, or a change builds nothing.
    `holds`: of images with the same repository, version and this the newest is in use, others are old.

    Raises:
        ImageError: it cannot be built; says which step and why.
    """
    from docker.errors import ImageNotFound

    digest = hashlib.sha256(dockerfile.encode()).hexdigest()[:12]
    name = f"{repository}:{version + '-' if version else ''}{digest}"
    with _building, engine_errors(f"image {name}"):
        try:
            found = client().inspect_image(name)
        except ImageNotFound:
            marks = {LABEL: "1", ROLE: role, WHAT: " ".join([repository, version, *sorted(holds)])}
            found = _build_once(name, dockerfile, marks, say, files or {})
    process_lease().use(f"image {found['Id']}")
    return Image(name, found["Id"], next(iter(found.get("RepoDigests") or []), None))


def _build_once(
    name: str, dockerfile: str, marks: dict[str, str], say: Say, files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Build an image, or wait until another process has; return what the engine says of it."""
    from docker.errors import ImageNotFound

    with locked(cache_root() / "images" / name.replace(":", "-"), f"the image {name}", say):
        with suppress(ImageNotFound):
            return dict(client().inspect_image(name))
        _build(name, dockerfile, marks, say, files)
        return dict(client().inspect_image(name))


def _build(name: str, dockerfile: str, marks: dict[str, str], say: Say, files: Mapping[str, bytes]) -> None:
    say(f"building {name}")
    said = Said()
    stream = client().build(
        fileobj=_context(dockerfile, files),
        custom_context=True,
        tag=name,
        rm=True,
        forcerm=True,
        decode=True,
        network_mode="host",
        buildargs={n: v for n in _PROXIES if (v := os.environ.get(n))},
        labels=marks,
    )
    for message in stream:
        if step := said.hear(str(message.get("stream", ""))):
            say(clean_line(step))
        if "error" in message:
            lines = said.lines() or [str(message["error"])]
            raise failure(f"building {name} failed", lines, f" (at {clean_line(said.step)})")


class Said:
    """What a build printed since its last step began; an earlier step may warn, and go on.

    A message of the engine is a piece of the output, cut anywhere: several lines, or a part of one.
    """

    def __init__(self) -> None:
        self.step, self._text = "", ""

    def hear(self, piece: str) -> str:
        """Take a piece; return the step that it begins, if it does: the builder sends that on its own."""
        if _STEP.match(piece):
            self.step, self._text = piece.strip(), ""
            return self.step
        self._text = (self._text + piece)[-_TAIL:]
        return ""

    def lines(self) -> list[str]:
        """Return the last lines, without blank ones."""
        return [line.strip() for line in self._text.splitlines() if line.strip()][-_LINES:]


def _context(dockerfile: str, files: Mapping[str, bytes]) -> io.BytesIO:
    data = io.BytesIO()
    ca = ca_bundle()
    content = {**files, "Dockerfile": dockerfile.encode(), "ca.crt": ca.read_bytes() if ca else b""}
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content_of in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(content_of)
            archive.addfile(info, io.BytesIO(content_of))
    data.seek(0)
    return data

"""Images that sets start from, and what of them a task needs: in their place cab has Debian and `requires`.

The versions in their tags are not kept; whether a task holds with Debian's is found by validating it.
"""

from __future__ import annotations

import re

_MIRRORS = re.compile(r"^(?:docker\.io/|public\.ecr\.aws/docker/|mirror\.gcr\.io/)?(?:library/)?")
_PLAIN: dict[str, tuple[str, ...]] = {
    "debian": (),
    "ubuntu": (),
    "buildpack-deps": ("gcc", "g++", "make", "git"),
    "python": ("python3",),
    "node": ("node",),
    "golang": ("go",),
    "rust": ("cargo", "rustc"),
    "gcc": ("gcc", "g++", "make"),
    "openjdk": ("javac",),
    "eclipse-temurin": ("javac",),
    "ghcr.io/laude-institute/t-bench/ubuntu-24-04": (),
    "ghcr.io/laude-institute/t-bench/python-3-13": ("python3",),
    "ghcr.io/astral-sh/uv": ("python3",),
}


def requires_of_image(image: str) -> tuple[str, ...] | None:
    """Return what `requires` must name in place of an image, or None for one that nothing stands in for."""
    name, _, tag = _MIRRORS.sub("", image.partition("@")[0]).partition(":")
    other_system = "alpine" in tag or "windows" in tag or "nanoserver" in tag
    old = name == "python" and tag.startswith("2")
    return None if other_system or old else _PLAIN.get(name)

"""How a program is installed."""

from __future__ import annotations

import hashlib
import re

import attrs

from .base import doc

# A package that lies on this machine, as pip and npm take one, with what stands before it.
_PATH = re.compile(r"(^|@ *)((?:git\+)?(?:file:|~/|\.{0,2}/)[^\s;]*)")


@attrs.frozen(kw_only=True)
class Recipe:
    """How a CLI, or a server of a stack, is installed; one recipe serves a local install and an image.

    `pip` and `npm` are requirement strings, `apt` Debian package names. `python` is a version specifier
    (PEP 440) for the interpreter that the pip packages need, here and in an image. An image has Node 22, a
    local install what the machine has, unless the package `node` is among `npm`. `env` are variables that
    the program always gets, when its version is read too; `{prefix}` in them is where it is installed;
    where a CLI and a stack set the same one, the CLI's holds. `path` are further directories of programs
    below the prefix; one that is not there is passed over.
    """

    pip: tuple[str, ...] = attrs.field(default=(), metadata=doc("requirements of pip"))
    npm: tuple[str, ...] = attrs.field(default=(), metadata=doc("packages of npm"))
    apt: tuple[str, ...] = attrs.field(default=(), metadata=doc("packages of Debian, in images alone"))
    python: str = ">=3.11"
    env: dict[str, str] = attrs.field(factory=dict)
    path: tuple[str, ...] = ()

    def path_at(self, prefix: str) -> tuple[str, ...]:
        """Return the directories of an installation at `prefix` that hold programs."""
        own = [*(["venv/bin"] if self.pip else []), *(["npm/node_modules/.bin"] if self.npm else [])]
        return tuple(f"{prefix}/{directory}" for directory in (*own, *self.path))

    def env_at(self, prefix: str) -> dict[str, str]:
        """Return `env` for an installation at `prefix`."""
        return {name: value.replace("{prefix}", prefix) for name, value in self.env.items()}

    def public(self) -> Recipe:
        """Return it with `local:NAME#HASH` for a package that is a path; the hash is of the whole path."""
        pip, npm = (tuple(_PATH.sub(_local, package) for package in found) for found in (self.pip, self.npm))
        return attrs.evolve(self, pip=pip, npm=npm)


def _local(found: re.Match[str]) -> str:
    before, path = found.groups()
    name = path.rstrip("/").rpartition("/")[2]
    return f"{before}local:{name}#{hashlib.sha256(path.encode()).hexdigest()[:16]}"

"""How a program is installed."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Recipe:
    """How a CLI, or a server of a stack, is installed; one recipe serves a local install and an image.

    `pip` and `npm` are requirement strings, `apt` Debian package names. `python` is a version specifier
    (PEP 440) for the interpreter that the pip packages need, here and in an image. There is no choice of
    a Node version: an image has Node 22, a local install what the machine has. `env` are variables that
    the program always gets, when its version is read too; `{prefix}` in them is where it is installed;
    where a CLI and a stack set the same one, the CLI's holds. `path` are further directories of programs
    below the prefix; one that is not there is passed over.
    """

    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    apt: tuple[str, ...] = ()
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

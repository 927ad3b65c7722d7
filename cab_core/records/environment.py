"""What a sandbox must have: toolchains, and an environment, the image of a pack whose tasks need more."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Environment:
    """The recipe of an image, and the files that it is made with. See `EnvironmentSpec`.

    `files` are paths (with `/`) below `directory` of this machine. `digest` is the sha256 of the recipe and
    of these files: one image is made of those that are equal.
    """

    image: str | None
    setup: str | None
    files: tuple[str, ...]
    directory: str = attrs.field(eq=False)
    digest: str

    def __str__(self) -> str:
        """Say it as a person would."""
        made = f"made by {self.setup!r}" if self.setup else "as it is"
        return f"image {self.image}, {made}" if self.image else f"an image {made}"


@attrs.frozen(kw_only=True)
class Needs:
    """What is needed: toolchains by the names of `grade.requires`, sorted, and an environment or None."""

    requires: tuple[str, ...] = ()
    environment: Environment | None = None

    @property
    def order(self) -> tuple[tuple[str, ...], str]:
        """What sets of needs are sorted by."""
        return self.requires, self.environment.digest if self.environment else ""

"""What a sandbox must have: toolchains, and an environment, the image of a pack whose tasks need more."""

from __future__ import annotations

import attrs

from .base import doc


@attrs.frozen(kw_only=True)
class Environment:
    """The recipe of an image, and the files that it is made with. See `EnvironmentSpec`.

    `files` are paths (with `/`) below `directory` of this machine. `digest` is the sha256 of the recipe and
    of these files: one image is made of those that are equal.
    """

    image: str | None = attrs.field(metadata=doc("image to begin with; None: cab's own"))
    setup: str | None = attrs.field(
        metadata=doc("shell command that is run when the image is made; None: none")
    )
    files: tuple[str, ...] = attrs.field(metadata=doc("paths, with `/`, below `directory`"))
    directory: str = attrs.field(eq=False, metadata=doc("directory of this machine that holds the files"))
    digest: str

    def __str__(self) -> str:
        """Say it as a person would."""
        made = f"made by {self.setup!r}" if self.setup else "as it is"
        return f"image {self.image}, {made}" if self.image else f"an image {made}"


@attrs.frozen(kw_only=True)
class Needs:
    """What is needed: toolchains by the names of `grade.requires`, sorted, and an environment or None."""

    requires: tuple[str, ...] = attrs.field(default=(), metadata=doc("toolchains, sorted by name"))
    environment: Environment | None = attrs.field(
        default=None, metadata=doc("image in which they are looked for; None: cab's own")
    )

    @property
    def order(self) -> tuple[tuple[str, ...], str]:
        """What sets of needs are sorted by."""
        return self.requires, self.environment.digest if self.environment else ""

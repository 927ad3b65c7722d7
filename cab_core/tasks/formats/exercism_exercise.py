"""One exercise in Exercism's layout: which of its files are what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import attrs

MANIFESTS = ("Cargo.toml", "package.json", "go.mod", "build.gradle", "CMakeLists.txt")  # configure the runner
_STANDS_FOR = ("example", "exemplar", "proof.ci")  # names of references that are not called as their stub


@attrs.frozen
class Exercise:
    """One exercise. Paths are relative to `path`; `work` are all files that an agent sees."""

    path: Path
    work: tuple[str, ...]
    solution: tuple[str, ...]
    test: tuple[str, ...]
    editor: tuple[str, ...]
    example: tuple[str, ...]

    @property
    def taken(self) -> tuple[str, ...]:
        """What is taken from an agent: the stub, but nothing that configures the runner."""
        return tuple(p for p in self.solution if p not in MANIFESTS)

    def text(self, name: str) -> str:
        """Return a file's text, line ends and odd bytes as they are."""
        return (self.path / name).read_bytes().decode("utf-8", "surrogateescape")

    def tests(self) -> str:
        """Return the text of all tests."""
        return "\n".join(map(self.text, self.test))

    def reference(self) -> Iterator[tuple[str, str]]:
        """Yield (file of the reference, path in the work dir for which it stands)."""
        for at in self.example:
            name = PurePosixPath(at).name
            if name == "Cargo-example.toml":
                continue  # no more than dependencies, which are no part of a fix here
            place = self._place(name)
            if place not in self.editor:
                yield at, place

    def _place(self, name: str) -> str:
        suffix = PurePosixPath(name).suffix
        called = [p for p in self.taken if PurePosixPath(p).name == name]
        alike = [p for p in self.taken if PurePosixPath(p).suffix == suffix]
        if called or (alike and name.removesuffix(suffix) in _STANDS_FOR):
            return (called or alike)[0]
        return str(PurePosixPath(self.taken[0]).parent / name)

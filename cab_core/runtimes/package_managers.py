"""What pip and npm say where they cannot install something, in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cab_core.errors import ImageError, UnknownName, UserError
from cab_core.plugins.protocols import Adapter

from .terminal import clean_line

_OF_NPM = re.compile(r"npm (error|ERR!) (?!code |errno |syscall |path |A complete log)\S")
# pip names the versions that there are; with none it may as well be the index that cannot be reached.
_NONE_OF_PIP = re.compile(r"ERROR: .* satisfies the requirement (\S+) \(from versions: (?!none\))([^)]*)")
_NONE_OF_NPM = re.compile(r"npm (?:error|ERR!) notarget No matching version found for (\S+?)\.?$")


class NoRelease(ImageError):
    """A package exists, but not in the version that is asked for. `known`: those that there are, if told."""

    def __init__(self, requirement: str, known: Sequence[str] = ()) -> None:
        self.requirement, self.known = requirement, tuple(known)
        super().__init__(f"there is no {requirement}: the package has no such version")


def failure(title: str, lines: Sequence[str], at: str = "") -> ImageError:
    """Return the error of a step that failed: a sentence, which may end with a place, and what was said."""
    for line in lines:
        if found := _NONE_OF_PIP.search(line):
            return NoRelease(found[1], [v.strip() for v in found[2].split(",")])
        if found := _NONE_OF_NPM.search(line.strip()):
            return NoRelease(found[1])
    shown = [clean_line(line) for line in lines]
    return ImageError("\n".join([f"{title}: {reason_of(shown)}{at}", *shown]))


def reason_of(lines: Sequence[str]) -> str:
    """Return the line by which a package manager says what went wrong, for where one line is shown.

    pip says it last. npm says it first, after a code.
    """
    said = [line.strip() for line in lines if line.strip()]
    if of_npm := [n for n in said if _OF_NPM.match(n)]:
        return of_npm[0]
    return next(
        (n for n in reversed(said) if n.startswith("ERROR:")), said[-1] if said else "it says nothing"
    )


@contextmanager
def asked_for(adapter: Adapter, version: str) -> Iterator[None]:
    """Tell a user who asked for a version of a CLI that there is none such.

    Raises:
        UnknownName: it is the version that was asked for; another package's is the recipe's own fault.
        UserError: there is such a version, and what it needs is not on this machine's registry.
    """
    try:
        yield
    except NoRelease as exc:
        if version == adapter.default_version or version not in exc.requirement:
            raise
        default = f"without a version it is {adapter.default_version}"
        recipe = adapter.recipe(version)
        if _name(exc.requirement) not in map(_name, (*recipe.npm, *recipe.pip)):
            raise UserError(
                f"{adapter.name}@{version} cannot be installed: it needs {exc.requirement}, and the "
                "registry that is asked here has none; "
                f"`cab tui versions {adapter.name}` names others, {default}"
            ) from exc
        hint = f"there is no {exc.requirement}; {default}"
        raise UnknownName(f"version of {adapter.name}", version, exc.known, hint) from exc


def _name(requirement: str) -> str:
    """Return the package of `@scope/name@1.2` or `name[extra]==1.2`."""
    return re.split(r"(?<=.)@|[\[=<>~! ]", requirement)[0].lower()

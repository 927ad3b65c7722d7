"""Toolchains that tasks require, by the names used in `grade.requires`.

A requirement is a name, or a name and a version specifier (PEP 440): `rustc`, `python3>=3.11`.
"""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections.abc import Iterable

import attrs

from cab_core.errors import UserError, nearest


@attrs.frozen(kw_only=True)
class Toolchain:
    """One toolchain: the command that prints its version and the Debian packages that bring it.

    `image` are the packages for an image of Debian 12, where they are others.
    """

    name: str
    version_argv: tuple[str, ...]
    debian: tuple[str, ...]
    image: tuple[str, ...] | None = None

    @property
    def image_packages(self) -> tuple[str, ...]:
        """The Debian packages that bring it in an image."""
        return self.debian if self.image is None else self.image


TOOLCHAINS = {
    t.name: t
    for t in (
        Toolchain(name="python3", version_argv=("python3", "--version"), debian=("python3",)),
        Toolchain(name="rustc", version_argv=("rustc", "--version"), debian=("rustc",), image=("rustc-web",)),
        Toolchain(name="cargo", version_argv=("cargo", "--version"), debian=("cargo",), image=("cargo-web",)),
        Toolchain(name="gcc", version_argv=("gcc", "-dumpfullversion"), debian=("gcc", "libc6-dev")),
        Toolchain(name="g++", version_argv=("g++", "-dumpfullversion"), debian=("g++",)),
        Toolchain(name="make", version_argv=("make", "--version"), debian=("make",)),
        Toolchain(name="go", version_argv=("go", "version"), debian=("golang-go",)),
        Toolchain(name="node", version_argv=("node", "--version"), debian=("nodejs",), image=()),
        Toolchain(name="javac", version_argv=("javac", "-version"), debian=("default-jdk-headless",)),
        Toolchain(name="git", version_argv=("git", "--version"), debian=("git",)),
    )
}
_REQUIREMENT = re.compile(r"\s*([A-Za-z][\w+.-]*?)\s*((?:[<>=!~]=?|===).*)?\s*")


def parse(requirement: str) -> tuple[Toolchain, str]:
    """Return the toolchain and the version specifier (maybe empty) of a requirement.

    Raises:
        UserError: the toolchain is not known.
    """
    match = _REQUIREMENT.fullmatch(requirement)
    name = match.group(1) if match else requirement
    if not match or name not in TOOLCHAINS:
        raise UserError(f"requires {requirement!r}: unknown toolchain{nearest(name, TOOLCHAINS)}")
    return TOOLCHAINS[name], match.group(2) or ""


def requirement_fault(requirement: str) -> str | None:
    """Return why a requirement can be met nowhere, or None where it may be."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(parse(requirement)[1])
    except UserError as exc:
        return str(exc)
    except InvalidSpecifier:
        return f"{requirement!r}: expected a toolchain and a version specifier, such as 'python3>=3.11'"
    return None


def missing(requirement: str) -> str | None:
    """Return why this machine does not meet a requirement and how to mend it, or None where it does."""
    toolchain, _ = parse(requirement)
    how = f"on Debian: apt-get install {' '.join(toolchain.debian)}"
    return unmet(requirement, installed_version(toolchain.name), "is installed", how)


def unmet(requirement: str, have: str | None, there: str, how: str) -> str | None:
    """Return why a version (None: there is none) does not meet a requirement, or None where it does.

    `there` says where it was found ("is installed"), `how` what to do where there is none.
    """
    from packaging.specifiers import SpecifierSet

    toolchain, wanted = parse(requirement)
    if have is None:
        return f"{toolchain.name} is not {there.removeprefix('is ')} ({how})"
    if wanted and not SpecifierSet(wanted).contains(have, prereleases=True):
        return f"{toolchain.name} {have} {there}, {wanted} is needed"
    return None


def lacking(requires: Iterable[str]) -> str | None:
    """Return why this machine does not meet requirements, or None where it meets them all."""
    return "; ".join(why for r in requires if (why := missing(r))) or None


def versions(requires: Iterable[str]) -> dict[str, str | None]:
    """Return the version of each required toolchain on this machine; None where it is missing or broken."""
    return {name: installed_version(name) for name in sorted({parse(r)[0].name for r in requires})}


def known_versions(requires: Iterable[str]) -> dict[str, str]:
    """Return the versions of the required toolchains that are there."""
    return {name: version for name, version in versions(requires).items() if version is not None}


@functools.cache
def installed_version(name: str) -> str | None:
    """Return the version number of an installed toolchain, or None where it is missing or broken."""
    argv = TOOLCHAINS[name].version_argv
    program = shutil.which(argv[0])
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *argv[1:]],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return version_in(done.stdout + done.stderr) if done.returncode == 0 else None


def version_in(said: str) -> str | None:
    """Return the version number in what a program said, if there is one."""
    match = re.search(r"\d+(?:\.\d+)+|\d+", said)
    return match.group(0) if match else None

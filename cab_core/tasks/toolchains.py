"""Toolchains that tasks require, by the names used in `grade.requires`.

A requirement is a name, or a name and a version specifier (PEP 440): `rustc`, `python3>=3.11`. A Python
module is required by the name of Debian's package: `python3-numpy`. The grader's own `python3` must have it.
Anything else that Debian has is `debian-NAME`, such as `debian-jq`.
"""

from __future__ import annotations

import functools
import itertools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence

import attrs

from cab_core.errors import UserError, nearest

from .programs import program_environment


@attrs.frozen(kw_only=True)
class Toolchain:
    """One toolchain: the command that prints its version and the Debian packages that bring it.

    `image` are the packages for an image of Debian 12, where they are others. `brings` is what comes with it.
    `npm` are packages that npm installs for all users.
    `module`: it is a package by anybody's name, so that Debian may have no such package.
    """

    name: str
    version_argv: tuple[str, ...]
    debian: tuple[str, ...]
    image: tuple[str, ...] | None = None
    brings: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    module: bool = False

    @property
    def image_packages(self) -> tuple[str, ...]:
        """The Debian packages that bring it in an image."""
        return self.debian if self.image is None else self.image


def _jar(name: str) -> tuple[str, ...]:
    return ("sh", "-c", f"ls /usr/share/java/{name}-[0-9]*.jar")


TOOLCHAINS = {
    t.name: t
    for t in (
        Toolchain(name="python3", version_argv=("python3", "--version"), debian=("python3",)),
        Toolchain(name="rustc", version_argv=("rustc", "--version"), debian=("rustc",), image=("rustc-web",)),
        Toolchain(
            name="cargo",
            version_argv=("cargo", "--version"),
            debian=("cargo",),
            image=("cargo-web",),
            brings=("rustc",),
        ),
        Toolchain(
            name="clippy",
            version_argv=("clippy-driver", "--version"),
            debian=("rust-clippy",),
            image=("rust-web-clippy",),
            brings=("rustc",),
        ),
        Toolchain(name="gcc", version_argv=("gcc", "-dumpfullversion"), debian=("gcc", "libc6-dev")),
        Toolchain(name="g++", version_argv=("g++", "-dumpfullversion"), debian=("g++",), brings=("gcc",)),
        Toolchain(name="cmake", version_argv=("cmake", "--version"), debian=("cmake",), brings=("make",)),
        Toolchain(name="make", version_argv=("make", "--version"), debian=("make",)),
        Toolchain(name="go", version_argv=("go", "version"), debian=("golang-go",), image=()),
        Toolchain(name="node", version_argv=("node", "--version"), debian=("nodejs",), image=()),
        Toolchain(
            name="jest",
            version_argv=("jest", "--version"),
            debian=("npm",),
            image=(),
            brings=("node",),
            npm=("jest@30.3.0", "babel-jest@30.3.0", "@babel/core@7", "@babel/preset-env@7"),
        ),
        Toolchain(name="javac", version_argv=("javac", "-version"), debian=("default-jdk-headless",)),
        # Libraries of Java, whose version stands in a file's name.
        Toolchain(name="junit5", version_argv=_jar("junit-jupiter-engine"), debian=("junit5",)),
        Toolchain(name="assertj", version_argv=_jar("assertj-core"), debian=("libassertj-core-java",)),
        Toolchain(
            name="pytest",
            version_argv=("python3", "-m", "pytest", "--version"),
            debian=("python3-pytest",),
            brings=("python3",),
        ),
        Toolchain(name="git", version_argv=("git", "--version"), debian=("git",)),
    )
}
_REQUIREMENT = re.compile(r"\s*([A-Za-z][\w+.-]*?)\s*((?:[<>=!~]=?|===).*)?\s*")
_MODULE = re.compile(r"python3-([a-z0-9][a-z0-9+.-]*)")
_PACKAGE = re.compile(r"debian-([a-z0-9][a-z0-9+.-]*)")
# Prints a module's version. Its name is the package's; Debian writes `-` for `_`, and no capitals.
_MODULE_VERSION = """
import importlib, pkgutil, sys
from importlib import metadata
found = [m.name for m in pkgutil.iter_modules() if m.name.lower().replace("_", "-") == sys.argv[1]]
module = importlib.import_module(found[0])
dists = metadata.packages_distributions().get(found[0], found)
print(getattr(module, "__version__", None) or metadata.version(dists[0]))
"""


def toolchain(name: str) -> Toolchain | None:
    """Return the toolchain or the Python module of this name, or None where it is neither."""
    if name in TOOLCHAINS:
        return TOOLCHAINS[name]
    if match := _PACKAGE.fullmatch(name):
        asked = ("dpkg-query", "-W", "-f=${Version}", match.group(1))
        return Toolchain(name=name, version_argv=asked, debian=(match.group(1),), module=True)
    match = _MODULE.fullmatch(name)
    if match is None:
        return None
    argv = ("python3", "-W", "ignore", "-c", _MODULE_VERSION, match.group(1))  # a warning may hold numbers
    return Toolchain(name=name, version_argv=argv, debian=(name,), brings=("python3",), module=True)


def parse(requirement: str) -> tuple[Toolchain, str]:
    """Return the toolchain and the version specifier (maybe empty) of a requirement.

    Raises:
        UserError: the toolchain is not known.
    """
    match = _REQUIREMENT.fullmatch(requirement)
    name = match.group(1) if match else requirement
    found = toolchain(name)
    if not match or found is None:
        hint = nearest(name, TOOLCHAINS) or "; a Python module is 'python3-NAME', a package 'debian-NAME'"
        raise UserError(f"requires {requirement!r}: unknown toolchain{hint}")
    return found, match.group(2) or ""


@functools.cache  # the tasks of a pack require a few things in all
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
    name = parse(requirement)[0].name
    return unmet(requirement, installed_version(name), "is installed", how_to_get(requirement))


def how_to_get(requirement: str) -> str:
    """Return what to do where a toolchain is missing on this machine."""
    needed = parse(requirement)[0]
    npm = f" && npm install -g {' '.join(needed.npm)}" if needed.npm else ""
    return f"on Debian: apt-get install {' '.join(needed.debian)}{npm}"


@functools.cache
def unmet(requirement: str, have: str | None, there: str, how: str) -> str | None:
    """Return why a version (None: there is none) does not meet a requirement, or None where it does.

    `there` says where it was found ("is installed"), `how` what to do where there is none.
    """
    from packaging.specifiers import SpecifierSet

    needed, wanted = parse(requirement)
    if have is None:
        return f"{needed.name} is not {there.removeprefix('is ')} ({how})"
    if wanted and not SpecifierSet(wanted).contains(have, prereleases=True):
        return f"{needed.name} {have} {there}, {wanted} is needed"
    return None


def lacking(requires: Iterable[str]) -> str | None:
    """Return why this machine does not meet requirements, or None where it meets them all."""
    return "; ".join(why for r in requires if (why := missing(r))) or None


def names_of(requires: Iterable[str]) -> list[str]:
    """Return the names of what is required, each once."""
    return sorted({parse(r)[0].name for r in requires})


def not_required(argv: Sequence[str], requires: Iterable[str]) -> list[str]:
    """Return the toolchains that a command starts and nothing requires: another machine may lack them."""
    started = {argv[0].rpartition("/")[2], *(b for a, b in itertools.pairwise(argv) if a == "-m")}
    there = {n for r in requires for n in (parse(r)[0].name, *parse(r)[0].brings)}
    return sorted((started & set(TOOLCHAINS)) - there)


def versions(requires: Iterable[str]) -> dict[str, str | None]:
    """Return the version of each required toolchain on this machine; None where it is missing or broken."""
    return {name: installed_version(name) for name in names_of(requires)}


def known_versions(requires: Iterable[str]) -> dict[str, str]:
    """Return the versions of the required toolchains that are there."""
    return {name: version for name, version in versions(requires).items() if version is not None}


@functools.cache
def installed_version(name: str) -> str | None:
    """Return the version number of an installed toolchain, or None where it is missing or broken.

    It is looked for as a grader would find it: in its PATH, with a HOME and a directory that are empty.
    """
    wanted, env = parse(name)[0], program_environment()
    program = shutil.which(wanted.version_argv[0], path=env["PATH"])
    if program is None:
        return None
    # Some leave a process behind that still writes there, as Go does for its statistics.
    with tempfile.TemporaryDirectory(prefix="cab-version-", ignore_cleanup_errors=True) as empty:
        try:
            done = subprocess.run(
                [program, *wanted.version_argv[1:]],
                cwd=empty,
                env={**env, "HOME": empty},
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

"""Which versions of a CLI its package registry has: what npm and pip say, as set up on this machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence

from cab_core.defaults import LATEST
from cab_core.errors import ImageError, UserError
from cab_core.plugins import rules
from cab_core.plugins.protocols import Adapter
from cab_core.plugins.toolkit import at, parse

from .needs import find_python
from .package_managers import reason_of
from .terminal import clean_line

_ANY = "0.0.0"  # stands for a version, to see which package of a recipe has it
_PATIENCE_S = 120


def wanted_version(adapter: Adapter, version: str) -> str:
    """Return the version that a user means: the adapter's own where none is named, the newest by `latest`.

    Raises:
        UserError: its package is on no registry that could be asked, or no version can be called so.
        ImageError: the registry cannot be asked.
    """
    if version == LATEST:
        version = releases(adapter)[0]
    for misfit in rules.version(version, "") if version else ():
        raise UserError(f"{adapter.name}@{version[:60]}: expected {misfit.expected}, got {misfit.got}")
    return version or adapter.default_version


def releases(adapter: Adapter) -> tuple[str, ...]:
    """Return the versions that the registry has, the one that it calls the latest first, then the newest.

    Raises:
        UserError: its package is on no registry that could be asked.
        ImageError: the registry cannot be asked.
    """
    recipe = adapter.recipe(_ANY)
    for found, ask in ((_named(recipe.npm, "@"), _of_npm), (_named(recipe.pip, "=="), _of_pip)):
        if found is not None:
            return ask(found, recipe.python)
    raise UserError(f"the recipe of {adapter.name} names no package with its version: name the version")


def _named(requirements: Sequence[str], sign: str) -> str | None:
    end = f"{sign}{_ANY}"
    return next((r.removesuffix(end) for r in requirements if r.endswith(end)), None)


def _of_npm(package: str, _: str) -> tuple[str, ...]:
    said = parse(_ask(["npm", "view", package, "dist-tags", "versions", "--json"], package))
    versions, latest = at(said, "versions"), at(said, "dist-tags", "latest")
    named = [versions] if isinstance(versions, str) else versions  # of one version npm makes no list
    if not isinstance(named, list) or not named:
        raise ImageError(f"npm names no version of {package}")
    newest = [str(v) for v in reversed(named)]
    return tuple(dict.fromkeys([latest, *newest] if latest in newest else newest))


def _of_pip(package: str, python: str) -> tuple[str, ...]:
    argv = [find_python(python), "-m", "pip", "index", "versions", "--disable-pip-version-check", package]
    told = re.search(r"^Available versions: (.+)$", _ask(argv, package), re.MULTILINE)
    if told is None:
        raise ImageError(f"pip names no version of {package}")
    return tuple(v.strip() for v in told[1].split(","))


def _ask(argv: Sequence[str], package: str) -> str:
    """Return what a package manager prints. Its complaints about itself go to stderr."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise ImageError(f"the versions of {package} cannot be asked for: {exc}") from exc
    if done.returncode != 0:
        why = reason_of([clean_line(line) for line in done.stderr.splitlines()])
        raise ImageError(f"the versions of {package} cannot be asked for: {why}")
    return done.stdout

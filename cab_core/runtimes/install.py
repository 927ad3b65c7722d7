"""Installing a CLI from its recipe into a directory of its own, once for all runs.

It lies below `$CAB_CACHE`, else `$XDG_CACHE_HOME/cab`, else `~/.cache/cab`; never in the user's own
environments. A directory is ready when it holds a whole `ready.json`; one without it is begun anew.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import attrs

from cab_core.cache import cache_root, keep_json, locked, read_object
from cab_core.errors import ImageError
from cab_core.leases import in_use, process_lease
from cab_core.plugins.protocols import Adapter, Say
from cab_core.records import Installation, Recipe, to_json
from cab_core.tasks.toolchains import known_versions
from cab_core.workdir.remove import remove_tree

from .needs import absent_interpreter, find_python, lacking
from .package_managers import asked_for, failure

_READY = "ready.json"


def install(
    adapter: Adapter, version: str, requires: Sequence[str], extras: Sequence[Recipe], say: Say
) -> Installation:
    """Return the CLI with what a stack needs beside it, each installed on first use.

    Raises:
        ImageError: it could not be installed; says which step failed and why.
        UnknownName: there is no such version.
    """
    recipe = adapter.recipe(version)
    home = _home(f"{adapter.name}-{version}", recipe)
    found = attrs.evolve(_at(home, adapter, version), toolchains=known_versions(requires))
    with asked_for(adapter, version):
        read = functools.cache(functools.partial(_read_version, adapter, found))
        reported = _once(home, recipe, found, read, say, tuple(adapter.version_argv()))
        if not recipe.pip and not recipe.npm:  # a program of the machine, which may be another by now
            reported = read()
    if gone := _absent_interpreter(adapter, found):
        raise ImageError(gone)
    return with_extras(attrs.evolve(found, reported=reported), [_extra(e, say) for e in extras])


def unobtainable(adapter: Adapter) -> str | None:
    """Return why a CLI can neither start nor be installed on this machine, and what to do; or None."""
    version = adapter.default_version
    if installed_version(adapter, version) is None:
        return lacking(adapter.recipe(version))
    home = _home(f"{adapter.name}-{version}", adapter.recipe(version))
    return _absent_interpreter(adapter, _at(home, adapter, version))


def _at(home: Path, adapter: Adapter, version: str) -> Installation:
    """Return what is, or is to be, installed in a directory."""
    recipe = adapter.recipe(version)
    path, env = recipe.path_at(str(home)), recipe.env_at(str(home))
    return Installation(name=adapter.name, version=version, reported=None, path=path, env=env)


def installed_version(adapter: Adapter, version: str) -> str | None:
    """Return what a CLI that is installed here says its version is; None where it is not installed."""
    home = _home(f"{adapter.name}-{version}", adapter.recipe(version))
    what = Installation(name=adapter.name, version=version, reported=None)
    return _ready(home, what, tuple(adapter.version_argv()))


def program_found(adapter: Adapter, version: str, program: str) -> bool | None:
    """Tell whether a program is in what a recipe installs, or on this machine; None: not installed here."""
    if installed_version(adapter, version) is None:
        return None
    at = _at(_home(f"{adapter.name}-{version}", adapter.recipe(version)), adapter, version)
    return shutil.which(program, path=_path(at)) is not None


def with_extras(found: Installation, extras: Iterable[tuple[Recipe, str]]) -> Installation:
    """Return an installation with a stack's recipes, each with the prefix at which it is installed.

    Where two set one variable the first has it, as in PATH, and the CLI comes first: with its own
    variables its version was read, and what a stack adds must not make it another CLI.
    """
    path, env = [*found.path], dict(found.env)
    for recipe, prefix in extras:
        path += recipe.path_at(prefix)
        env = {**recipe.env_at(prefix), **env}
    return attrs.evolve(found, path=tuple(path), env=env)


def _extra(recipe: Recipe, say: Say) -> tuple[Recipe, str]:
    home = _home("extra", recipe)
    _once(home, recipe, Installation(name="extra", version="", reported=None), lambda: "", say)
    return recipe, str(home)


def _home(name: str, recipe: Recipe) -> Path:
    return cache_root() / "clis" / f"{name}-{recipe_hash(recipe)[:12]}"


def _once(
    home: Path,
    recipe: Recipe,
    what: Installation,
    read_version: Callable[[], str],
    say: Say,
    asked: Sequence[str] = (),
) -> str:
    """Install a recipe where it is not ready; return what the program says its version is.

    `asked`: how it is asked, since another question has another answer.
    """
    with locked(home, f"the installation {home.name}", say):
        reported = _ready(home, what, asked)
        if reported is None:
            if lacks := lacking(recipe):
                raise ImageError(f"{what.name}: {lacks}")
            _check_unused(home)
            remove_tree(home)
            home.mkdir(parents=True)
            try:
                _install_parts(recipe, home, say)
                reported = read_version()
            except ImageError:
                remove_tree(home)  # half of it is of no use, and a disk that it filled stays full
                raise
            marker = {"name": what.name, "version": what.version, "reported": reported, "asked": asked}
            keep_json(home / _READY, marker)
        process_lease().use(f"path {home}")
    return reported


def _path(found: Installation) -> str:
    """Return the PATH of what is installed: its own directories, then those of this process."""
    return os.pathsep.join([*found.path, os.environ.get("PATH", os.defpath)])


def _absent_interpreter(adapter: Adapter, found: Installation) -> str | None:
    """Return why what was installed some day cannot start any more, for its interpreter is gone; or None."""
    name = adapter.version_argv()[0]
    program = shutil.which(name, path=_path(found))
    gone = absent_interpreter(program, _path(found)) if program else None
    if gone is None:
        return None
    how = " (on Debian: apt-get install nodejs)" if gone == "node" else ""
    return f"{name} is a program of {gone}, which this machine lacks: install that{how}"


def _check_unused(home: Path) -> None:
    if f"path {home}" in in_use():
        raise ImageError(
            f"{home} has no marker of a finished installation, and another cab that is running uses it: "
            "wait until that has ended"
        )


def _ready(home: Path, what: Installation, asked: Sequence[str] = ()) -> str | None:
    """Return the version that a finished installation told, or None where it is not known to be finished.

    A marker that is cut off, or another's, is none: what it says of a version would be said of every cell.
    """
    marker = read_object(home / _READY) or {}
    if (marker.get("name"), marker.get("version")) != (what.name, what.version):
        return None
    if marker.get("asked", [*asked]) != [*asked]:
        return None
    reported = marker.get("reported")
    if what.name == "extra":
        return ""  # a stack's item has no version of its own
    return reported if isinstance(reported, str) and reported else None


def recipe_hash(recipe: Recipe) -> str:
    """Return the sha256 of a recipe."""
    return hashlib.sha256(json.dumps(to_json(recipe), sort_keys=True).encode()).hexdigest()


def _install_parts(recipe: Recipe, home: Path, say: Say) -> None:
    if recipe.pip:
        python = find_python(recipe.python)
        _step([python, "-m", "venv", str(home / "venv")], say, "making a virtual environment")
        pip = [str(home / "venv/bin/python"), "-m", "pip", "install", "--disable-pip-version-check"]
        _step([*pip, "--progress-bar", "off", *recipe.pip], say, f"pip install {' '.join(recipe.pip)}")
    if recipe.npm:
        argv = ["npm", "install", "--no-fund", "--no-audit", "--prefix", str(home / "npm"), *recipe.npm]
        _step(argv, say, f"npm install {' '.join(recipe.npm)}")


def _step(argv: Sequence[str], say: Say, title: str) -> None:
    say(title)
    lines: list[str] = []
    with subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines = [*lines[-30:], line]
            _progress(line, say)
    if process.returncode != 0:
        raise failure(f"{title} failed with exit code {process.returncode}", lines, _full(lines))


def _full(lines: Sequence[str]) -> str:
    """Return where there may be no space, for neither pip nor npm says it."""
    if not any("No space left on device" in line or "ENOSPC" in line for line in lines):
        return ""
    return f" (the cache is {cache_root()}, set by CAB_CACHE; temporary files are in {tempfile.gettempdir()})"


def _progress(line: str, say: Say) -> None:
    if match := re.match(r"(Collecting|Downloading|added)\s+(\S+)", line):
        say(f"{match.group(1).lower()} {match.group(2)}")
    elif line.startswith("Installing collected packages"):
        say("unpacking; this takes a while")


def _read_version(adapter: Adapter, found: Installation) -> str:
    argv, path = list(adapter.version_argv()), _path(found)
    program = shutil.which(argv[0], path=path)
    if program is None:
        raise ImageError(
            f"{argv[0]} is not there after the installation; is the recipe of {adapter.name} right?"
        )
    with tempfile.TemporaryDirectory(prefix="cab-home-") as home:
        env = {"PATH": path, "HOME": home, "LANG": "C.UTF-8", **found.env}
        try:
            done = subprocess.run(
                [program, *argv[1:]],
                env=env,
                cwd=home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise ImageError(f"{' '.join(argv)} does not return") from exc
    text = (done.stdout or done.stderr).strip()
    if done.returncode != 0 or not text:
        raise ImageError(f"{' '.join(argv)} failed with exit code {done.returncode}: {text[-500:]}")
    return text.splitlines()[0].strip()

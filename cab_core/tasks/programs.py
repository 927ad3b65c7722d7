"""Where this machine's programs are: all that a process inherits of the runner's environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cab_core.cache import user_home

# Where version managers keep toolchains, seen from HOME. A fresh HOME would hide them.
_TOOLCHAIN_HOMES = {
    "RUSTUP_HOME": ".rustup",
    "PYENV_ROOT": ".pyenv",
    "ASDF_DATA_DIR": ".asdf",
    "NVM_DIR": ".nvm",
}


def program_environment() -> dict[str, str]:
    """Return the variables by which programs are found, and found alike by whoever looks."""
    own_bin = str(Path(sys.prefix) / "bin")
    system = [p for p in os.environ.get("PATH", os.defpath).split(os.pathsep) if p and p != own_bin]
    path = os.pathsep.join(dict.fromkeys([base_python_bin(), *system]))
    return {"PATH": path, "LANG": "C.UTF-8", **toolchain_homes()}


def base_python_bin() -> str:
    """Return the directory of the interpreter below this virtual environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).parent)


def toolchain_homes() -> dict[str, str]:
    """Return the variables that tell version managers where their toolchains are, if this user may look."""
    home = user_home()
    places = {n: os.environ.get(n) or (home and str(home / d)) for n, d in _TOOLCHAIN_HOMES.items()}
    return {n: p for n, p in places.items() if p and os.access(p, os.R_OK | os.X_OK)}


def closed_homes() -> dict[str, str]:
    """Return those that the environment names and this user may not enter: another user's, after `su`."""
    said = {n: os.environ[n] for n in _TOOLCHAIN_HOMES if os.environ.get(n)}
    return {n: p for n, p in said.items() if n not in toolchain_homes() and not _known_absent(p)}


def _known_absent(path: str) -> bool:
    try:
        Path(path).stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False

"""What commands install and download: cab brings Debian's packages, and nothing is loaded while a task runs.

Versions that a set pins are not kept: Debian has one of each. Whether a task holds with that one is found by
validating it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from cab_core.tasks.toolchains import TOOLCHAINS

from .shell import Command

# Of these nothing is needed where a task is graded: conveniences, and what installs something else.
_NAMES = """
apt-transport-https apt-utils asciinema bash bzip2 ca-certificates coreutils curl dirmngr findutils gawk gnupg
gnupg2 grep gzip less locales lsb-release lsof man-db nano net-tools procps sed software-properties-common
sudo tar tmux tzdata util-linux vim vim-tiny wget
"""
_NOT_NEEDED = frozenset(_NAMES.split())
_APT = {
    "build-essential": ("gcc", "g++", "make"),
    "golang": ("go",),
    "libc6-dev": ("gcc",),
    "npm": ("node",),
    "python-is-python3": ("python3",),
    **dict.fromkeys(("python3-pip", "python3-venv", "python3-dev", "python3-full"), ("python3",)),
    **dict.fromkeys(("default-jdk", "openjdk-17-jdk", "openjdk-17-jdk-headless"), ("javac",)),
    **{package: (t.name,) for t in TOOLCHAINS.values() for package in t.debian if package != "libc6-dev"},
}
_PIP_NOT_NEEDED = {"pip", "setuptools", "wheel", "uv", "pytest-json-ctrf"}
_PIP = {  # where Debian's name, or the module's, is another than the project's
    "beautifulsoup4": "python3-bs4",
    "opencv-python": "debian-python3-opencv",
    "opencv-python-headless": "debian-python3-opencv",
    "pillow": "python3-pil",
    "pytest": "pytest",
    "python-dateutil": "python3-dateutil",
    "pyyaml": "python3-yaml",
    "scikit-learn": "python3-sklearn",
}
_TAKES_VALUE = {
    *("-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target"),
    *("--timeout", "--python", "-p", "--prefix", "--root", "-o", "--progress-bar", "--retries"),
}
_URL = re.compile(r"\b(?:https?|ftp|git\+\w+)://([^\s/'\"]+)")
_LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")
_INSTALLERS = ("astral.sh/uv",)
_LOADERS = {  # programs that load from a registry, by the words that make them do so
    "npm": ("install", "i", "ci", "add", "exec"),
    "npx": (),
    "pnpm": ("install", "i", "add", "dlx"),
    "yarn": ("install", "add"),
    "corepack": (),
    "cargo": ("install", "add", "fetch"),
    "rustup": (),
    "go": ("get", "install"),
    "gem": ("install",),
    "bundle": ("install",),
    "conda": ("install", "create"),
    "mamba": ("install", "create"),
    "playwright": ("install",),
    "poetry": ("install", "add"),
    "docker": ("pull", "run", "build"),
    "add-apt-repository": (),
}


class NotHad(Exception):
    """What a command loads cannot be had; says why."""


def installed_by(command: Command) -> tuple[str, ...] | None:
    """Return what `requires` must name for what a command installs; None where it installs nothing.

    Raises:
        NotHad: it loads something that no requirement stands for.
    """
    program, words = command.program, command.words[1:]
    if words[:2] == ("-m", "pip") and re.fullmatch(r"python[\d.]*", program):
        program, words = "pip", words[2:]
    if program in ("apt-get", "apt", "aptitude"):
        return tuple(r for name in _after(words, "install") for r in apt_requirements(name))
    if program.startswith("pip") and re.fullmatch(r"pip[\d.]*", program):
        return _by_pip(words)
    if program in ("uv", "uvx"):
        return _by_uv(program, words)
    _check_loads(program, words)
    return None


def apt_requirements(package: str) -> tuple[str, ...]:
    """Return what `requires` must name for a package of Debian's."""
    name = re.split(r"[=/:]", package)[0]
    if name in _NOT_NEEDED:
        return ()
    if re.fullmatch(r"python3\.\d+(?:-(?:dev|venv|full))?", name):
        return ("python3",)
    return _APT.get(name) or ((name,) if re.fullmatch(r"python3-[a-z0-9.+-]+", name) else (f"debian-{name}",))


def pip_requirement(project: str) -> str | None:
    """Return what `requires` must name for a project of Python's index; None: nothing."""
    name = re.split(r"[\[<>=!~;@ ]", project)[0].lower().replace("_", "-")
    if not name or name in _PIP_NOT_NEEDED:
        return None
    return _PIP.get(name, f"python3-{name}")


def _by_pip(words: Sequence[str]) -> tuple[str, ...]:
    projects = list(_after(words, "install"))
    for word in projects:
        if _URL.search(word) or word.startswith((".", "/")) or word.endswith((".whl", ".txt")):
            raise NotHad(f"pip installs {word}")
    if {"-r", "--requirement", "-e", "--editable"} & set(words):
        raise NotHad("pip installs what a file lists")
    return _of_pip(projects)


def _of_pip(projects: Iterable[str]) -> tuple[str, ...]:
    return tuple(r for p in projects if (r := pip_requirement(p)))


def _by_uv(program: str, words: Sequence[str]) -> tuple[str, ...]:
    if words[:1] == ("pip",):
        return _by_pip(words[1:])
    if words[:1] == ("add",):
        return _of_pip(w for w in words[1:] if not w.startswith("-"))
    beside = [b for a, b in pairwise(words) if a in ("--with", "-w", "--from")]
    beside += [w.partition("=")[2] for w in words if w.startswith("--with=")]
    if program == "uvx" and words:
        beside += [w for w in words if w == "pytest"][:1]
    return _of_pip(beside)


def _after(words: Sequence[str], verb: str) -> Iterator[str]:
    """Yield the arguments of a verb that are no options."""
    if verb not in words:
        return
    skip = False
    for word in words[words.index(verb) + 1 :]:
        if word.startswith((">", "<", "2>")):
            return
        if not (skip or word.startswith("-")):
            yield word
        skip = word in _TAKES_VALUE


def _check_loads(program: str, words: Sequence[str]) -> None:
    if program in ("curl", "wget", "git") and (program != "git" or words[:1] == ("clone",)):
        for word in words:
            for host in _URL.findall(word):
                here = host.partition(":")[0] in _LOCAL or host.startswith(_LOCAL)
                if not here and not any(i in word for i in _INSTALLERS):
                    raise NotHad(f"{program} loads {word[:120]}")
    if program in _LOADERS and (not _LOADERS[program] or set(_LOADERS[program]) & set(words[:2])):
        raise NotHad(f"{' '.join([program, *words[:3]])[:120]} loads from a network")

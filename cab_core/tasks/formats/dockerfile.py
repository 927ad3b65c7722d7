"""A Dockerfile, read for what a task's work dir is: files, toolchains, variables. Nothing is ever built.

What only building would give is a fault that names its line: a program that runs, an image of somebody's own,
files outside of the work dir.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import attrs

from .base_images import requires_of_image
from .context import files_below, ignored, is_ignored, shown, usable_size
from .installs import NotHad, installed_by
from .shell import Command, commands, logical_lines

_NO_MATTER = {"LABEL", "EXPOSE", "USER", "SHELL", "STOPSIGNAL", "VOLUME", "MAINTAINER", "HEALTHCHECK"}
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
# Said of how the image is made or printed to, and of nothing that a task needs.
_NOT_KEPT = re.compile(r"DEBIAN_FRONTEND|PIP_\w+|PATH|HOME|LANG|LC_\w+|TERM|UV_\w+|PYTHONDONTWRITEBYTECODE")
_IDLE = {"bash", "sh", "sleep", "tail", "/bin/bash", "/bin/sh", "tmux"}  # keep a container alive
_NO_EFFECT = frozenset(
    (
        "true",
        "set",
        "cd",
        "export",
        "echo",
        "printf",
        "which",
        "locale-gen",
        "useradd",
        "adduser",
        "groupadd",
        "usermod",
        "chown",
    )
)


@attrs.define
class Environment:
    """What a Dockerfile gives. `files` by their path in the image, each with whether it is a program."""

    workdir: str = "/"
    files: dict[str, tuple[Path | str, bool]] = attrs.field(factory=dict)
    directories: dict[str, int] = attrs.field(factory=dict)  # made, by path, with the line
    requires: set[str] = attrs.field(factory=set)
    variables: dict[str, str] = attrs.field(factory=dict)
    faults: list[str] = attrs.field(factory=list)
    lines: dict[str, int] = attrs.field(factory=dict)  # of files, by path in the image


def read_dockerfile(text: str, context: Path, root: Path, leave_out: tuple[str, ...]) -> Environment:
    """Return what a Dockerfile of the directory `context` gives; `leave_out` are paths in it never taken.

    Raises:
        Unusable: the context cannot be read.
    """
    reader = _Reader(context, root, (*leave_out, *ignored(context, root)))
    for line, instruction in logical_lines(text):
        reader.take(line, instruction.strip())
    return reader.found


def _words(rest: str) -> list[str]:
    """Return the words of an instruction: of a list of JSON, or, as Docker has it, of a line that is none."""
    try:
        found = json.loads(rest) if rest.startswith("[") else None
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, list) and all(isinstance(w, str) for w in found) else rest.split()


@attrs.define
class _Reader:
    context: Path
    root: Path
    leave_out: tuple[str, ...]
    found: Environment = attrs.field(factory=Environment)
    arguments: dict[str, str] = attrs.field(factory=dict)
    images: int = 0

    def take(self, line: int, instruction: str) -> None:
        """Take one instruction."""
        word, _, rest = instruction.partition(" ")
        known: dict[str, Callable[[int, str], None]] = {
            "FROM": self._from,
            "WORKDIR": self._workdir,
            "COPY": self._copy,
            "ADD": self._copy,
            "RUN": self._run,
            "ENV": self._env,
            "ARG": self._arg,
            "CMD": self._start,
            "ENTRYPOINT": self._start,
        }
        word = word.upper()
        if word in known:
            rest = rest.strip() if word == "RUN" else self._filled(rest.strip())
            known[word](line, rest)
        elif word not in _NO_MATTER:
            self._fault(line, f"{word} is no instruction that cab reads")

    def _fault(self, line: int, said: str) -> None:
        self.found.faults.append(f"{shown(self.context / 'Dockerfile', self.root)}:{line}: {said}")

    def _filled(self, text: str) -> str:
        known = {**self.arguments, **self.found.variables}
        return _VARIABLE.sub(lambda m: known.get(m[1], m[0]), text)

    def _from(self, line: int, rest: str) -> None:
        self.images += 1
        if self.images > 1:
            return self._fault(line, "a second FROM: an image that is built in stages")
        image = next((w for w in rest.split() if not w.startswith("--")), "")
        requires = requires_of_image(image)
        if requires is None:
            return self._fault(
                line, f"image {image}: none of the plain ones that cab stands in for; nothing is pulled"
            )
        self.found.requires |= set(requires)
        return None

    def _workdir(self, line: int, rest: str) -> None:
        self.found.workdir = self._inside(rest.strip("\"'"))
        self.found.directories.setdefault(self.found.workdir, line)

    def _env(self, line: int, rest: str) -> None:
        try:
            words = shlex.split(rest)
        except ValueError:
            return self._fault(line, "an ENV that cannot be read")
        if words and "=" not in words[0]:
            words = [f"{words[0]}={rest.partition(words[0])[2].strip()}"]
        pairs = (w.partition("=") for w in words)
        self.found.variables |= {k: v for k, _, v in pairs if not _NOT_KEPT.fullmatch(k)}
        return None

    def _arg(self, _: int, rest: str) -> None:
        name, _equals, value = rest.partition("=")
        self.arguments[name.strip()] = value.strip("\"' ")

    def _start(self, line: int, rest: str) -> None:
        words = _words(rest)
        if words and words[0].rpartition("/")[2] not in _IDLE:
            self._fault(line, f"a program is started with the container: {' '.join(words)[:80]}")

    def _copy(self, line: int, rest: str) -> None:
        if "<<" in rest:
            return self._fault(line, "a file whose text stands in the Dockerfile")
        words = _words(rest)
        flags = [w for w in words if w.startswith("--")]
        *sources, target = [w for w in words if w not in flags] or [""]
        if not sources:
            return self._fault(line, "a COPY that cannot be read")
        if any(f.startswith("--from") for f in flags):
            return self._fault(line, "files are copied from another image")
        program = any(re.match(r"--chmod=(?:0?[75]|.*\+x)", f) for f in flags)
        for source in sources:
            if "://" in source or re.search(r"\.(?:tar|tgz|tar\.\w+)$", source):
                self._fault(line, f"{source} is loaded or unpacked while the image is built")
            else:
                self._take(line, source, target, program, len(sources) > 1)
        return None

    def _take(self, line: int, source: str, target: str, program: bool, several: bool) -> None:
        clean = PurePosixPath(source.lstrip("/") or ".")
        if ".." in clean.parts:
            return self._fault(
                line, f"{source} leads out of {shown(self.context, self.root) or 'the context'}"
            )
        paths = (
            sorted(self.context.glob(str(clean)))
            if any(c in source for c in "*?[")
            else [self.context / clean]
        )
        several = several or len(paths) > 1 or target.endswith("/")
        for path in paths:
            if not (path.exists() or path.is_symlink()):
                self._fault(line, f"{source} is not there")
            elif path.is_dir() and not path.is_symlink():
                for inner, file in files_below(path, self.root):
                    self._put(line, f"{target}/{inner}", file, f"{clean}/{inner}", program)
            else:
                usable_size(path, self.root)
                place = self._inside(target)
                into = several or place in self.found.directories or place == self.found.workdir
                self._put(
                    line,
                    f"{target}/{path.name}" if into else target,
                    path,
                    shown(path, self.context),
                    program,
                )
        return None

    def _put(self, line: int, place: str, file: Path | str, inner: str, program: bool) -> None:
        if is_ignored(inner.removeprefix("./"), self.leave_out):
            return
        place = self._inside(place)
        self.found.files[place] = (file, program)
        self.found.lines[place] = line

    def _run(self, line: int, rest: str) -> None:
        if rest.startswith("["):
            return self._fault(line, f"RUN {rest[:80]} runs while the image is built")
        if "<<" in rest:
            return self._fault(line, "a script that stands in the Dockerfile runs while the image is built")
        for command in commands(rest, line):
            try:
                requires = installed_by(command)
            except NotHad as exc:
                return self._fault(line, str(exc))
            if requires is not None:
                self.found.requires |= set(requires)
            elif not self._done(command):
                return self._fault(line, f"{' '.join(command.words)[:80]!r} runs while the image is built")
        return None

    def _done(self, command: Command) -> bool:
        """Do what a command does to the files, or say that it does more than can be done."""
        words = [w for w in command.words[1:] if not w.startswith("-")]
        if any(w in (">", ">>") or w.startswith(">") for w in command.words):
            return any("/dev/null" in w for w in command.words)
        if command.program == "mkdir":
            self.found.directories |= {self._inside(w): command.line for w in words}
        elif command.program == "chmod":
            self._chmod(words)
        elif command.program == "ln":
            return any("python" in w or "pip" in w for w in words)
        elif command.program == "rm":
            return all(w.startswith(("/var/", "/tmp/", "/root/.cache", "~/.cache")) for w in words)
        elif command.program == "git":
            return words[:1] == ["config"]
        else:
            return command.program in _NO_EFFECT or command.words[1:] in (
                ("--version",),
                ("-v",),
                ("version",),
            )
        return True

    def _chmod(self, words: list[str]) -> None:
        mode, *paths = words or [""]
        if "x" in mode or re.fullmatch(r"0?[75]\d\d", mode):
            for place in (self._inside(p) for p in paths):
                for path in self._matching(place):
                    self.found.files[path] = (self.found.files[path][0], True)

    def _matching(self, place: str) -> Iterator[str]:
        pattern = PurePosixPath(place)
        yield from (p for p in list(self.found.files) if p == place or PurePosixPath(p).match(str(pattern)))

    def _inside(self, path: str) -> str:
        return "/" + posixpath.normpath(f"{self.found.workdir}/{path}" if path[:1] != "/" else path).lstrip(
            "/"
        )

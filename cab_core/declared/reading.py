"""A CLI as a command names it: by its name, or by a file that declares it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, overload

import attrs

from cab_core.defaults import LATEST
from cab_core.errors import BadDocument, UserError, nearest
from cab_core.plugins import rules
from cab_core.plugins.checked import Misfit
from cab_core.plugins.contract import settled
from cab_core.plugins.loader import PluginRow
from cab_core.plugins.registration import Registration
from cab_core.plugins.registry import Plugins
from cab_core.records import Job, WorkFile
from cab_core.records.stack import ONE_OF_EACH
from cab_core.tasks.documents import read_document_text

from .acp import DeclaredAcp
from .adapter import DeclaredCli
from .document import CliDoc, LaunchDoc, ReadDoc

C = TypeVar("C", bound=DeclaredCli)
FILE = "file"  # stands for the distribution, of which a declared CLI has none
_FILE = re.compile(r"(?P<path>.*\.toml)(?:@(?P<version>[^@/]*))?", re.DOTALL)


def declares(text: str) -> bool:
    """Return whether a CLI is named by a file, `FILE.toml[@VERSION]`."""
    return _FILE.fullmatch(text) is not None


def find_cli(plugins: Plugins, text: str) -> tuple[str, str]:
    """Return name and version, which may be empty, of `NAME[@VERSION]` or `FILE.toml[@VERSION]`.

    The CLI of a file is among the plugins of this run from then on.

    Raises:
        UserError: there is no such file, or it declares none.
    """
    found = _FILE.fullmatch(text)
    if found is None:
        name, _, version = text.partition("@")
        file = Path(f"{name}.toml")
        if not any(name in (r.name, r.entry_point) for r in plugins.rows) and file.is_file():
            raise UserError(f"unknown CLI {name!r}; to name the file that lies here write ./{file}")
        return name, version
    return _declare(plugins, Path(found["path"])), found["version"] or ""


def _declare(plugins: Plugins, path: Path) -> str:
    """Offer the CLI of a file. What it said first holds for the run, which may take hours."""
    for row in plugins.rows:
        if row.distribution == FILE and row.where == str(path):
            return row.name
    adapter = read_declared(path)
    known = plugins.names("protocol")
    for number, name in enumerate(adapter.protocols):
        if name not in known:
            said = f"nothing here speaks {name!r}{nearest(name, known)}"
            raise BadDocument(str(path), [(f"protocols[{number}]", said)])
    for other in plugins.rows:
        if other.kind == "adapter" and other.name == adapter.name:
            said = f"{adapter.name!r} is the name of a CLI of {other.owner} already; give this one another"
            raise BadDocument(str(path), [("name", said)])
    plugins.add_row(_row(adapter, path))
    return adapter.name


def _row(adapter: DeclaredCli, path: Path) -> PluginRow:
    return PluginRow(
        name=adapter.name,
        distribution=FILE,
        entry_point=path.name,
        version=hashlib.sha256(adapter.text.encode()).hexdigest()[:16],
        kind="adapter",
        status="ok",
        summary=f"declared in {path}",
        registration=Registration(name=adapter.name, summary="", factory=lambda: adapter),
        where=str(path),
        roots=(str(path),),
    )


@overload
def read_declared(path: Path) -> DeclaredCli: ...
@overload
def read_declared(path: Path, made: type[C]) -> C: ...
def read_declared(path: Path, made: type[C] | None = None) -> C | DeclaredCli:
    """Return the adapter that a file declares, whose templates were all filled in once.

    `made`: a class of a package that holds the file, which says the rest; `DeclaredAcp` of one with `acp`.

    Raises:
        BadDocument: it cannot be read, does not fit the format, or a template names what nobody has.
    """
    document, text = read_document_text(path, CliDoc)
    if document.version == LATEST:
        raise BadDocument(
            str(path), [("version", "expected a version; `latest` may stand behind the file: FILE@latest")]
        )
    if document.acp is not None and document.read != ReadDoc():
        raise BadDocument(
            str(path), [("read", "says nothing of a CLI that speaks ACP, which tells its own end")]
        )
    usual = DeclaredCli if document.acp is None else DeclaredAcp
    adapter = (made or usual)(document, text, path.name)
    _try(adapter, path)
    return adapter


def _try(adapter: DeclaredCli, path: Path) -> None:
    """Fill in every template, and hold what comes of it against the rules of an adapter."""
    from .templates import BadTemplate

    try:
        _hold("default_version", adapter.default_version, "version", adapter)
        _hold("version_argv", adapter.version_argv(), "version_argv", adapter)
        _hold("options", adapter.options, "options", adapter)
        _hold("recipe", adapter.recipe(adapter.default_version), "install", adapter)
        _hold_named(adapter.document)
        _hold_places(adapter.document)
        for job in _jobs(adapter.document):
            launch = adapter.launch(job)
            _hold("launch", launch, "launch", adapter, job)
            for misfit in rules.beside(launch.files, "launch.files"):
                raise misfit
    except BadTemplate as exc:
        raise BadDocument(str(path), [(exc.where, exc.said)]) from exc
    except Misfit as exc:
        raise BadDocument(str(path), [(exc.where, f"expected {exc.expected}, got {exc.got}")]) from exc


def _hold_named(document: CliDoc) -> None:
    """Hold the options and model parameters that templates name against those that are declared.

    Raises:
        BadTemplate: a template names another: it would never be set.
    """
    from .templates import BadTemplate, names_below

    known = {"options": document.options.keys(), "model_params": {*document.model_params}}
    for where, text in _texts(document.launch):
        for name, declared in known.items():
            for other in sorted(names_below(text, name, where) - declared):
                said = f"names {other!r} of {name}, which `{name}` does not declare{nearest(other, declared)}"
                raise BadTemplate(where, said)


def _hold_places(document: CliDoc) -> None:
    """Hold the places of a stack against each other, and against the files: one would be lost unseen.

    Raises:
        Misfit: two are one.
    """
    stack = document.stack
    taken = {*document.launch.files, *(() if stack.instructions is None else (stack.instructions,))}
    if stack.mcp is not None and stack.mcp in taken:
        raise Misfit("stack.mcp", "a file of its own", f"{stack.mcp!r}, which another key names too")


def _texts(said: LaunchDoc) -> Iterator[tuple[str, str]]:
    for number, word in enumerate(said.argv):
        yield from ((f"launch.argv[{number}]", each) for each in ([word] if isinstance(word, str) else word))
    for key, texts in (("env", said.env), ("files", said.files)):
        yield from ((f"launch.{key}.{name}", text) for name, text in texts.items())
    yield "launch.stdin", said.stdin or ""


def _hold(member: str, value: object, key: str, adapter: DeclaredCli, *args: Job) -> None:
    """Hold a member of the adapter against its rules.

    Raises:
        Misfit: it breaks one; its place is the key of the document.
    """
    try:
        settled("adapter", member, value, adapter, args)
    except Misfit as exc:
        place = f"{key}.{exc.where}".rstrip(".").replace(".[", "[")
        raise Misfit(place, exc.expected, exc.got) from exc


def _jobs(document: CliDoc) -> tuple[Job, Job]:
    """Return a job that sets nothing which need not be set, and one that sets everything."""
    least = Job(
        prompt="prompt", model="model", protocol=document.protocols[0], endpoint="http://127.0.0.1/v1",
        token="token", home="/home", workdir="/work", deadline_s=60,
    )  # fmt: skip
    files = (WorkFile(path="a.py", size=1, text=True),)
    return least, attrs.evolve(least, context_tokens=8192, stack=ONE_OF_EACH, files=files)

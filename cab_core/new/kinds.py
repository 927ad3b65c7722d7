"""What there is a template for: what each is called, says of itself, and is tried with."""

from __future__ import annotations

import keyword
import re

import attrs

from cab_core import __version__
from cab_core.declared.adapter import DeclaredCli
from cab_core.errors import UnknownName, UserError
from cab_core.plugins.registration import Kind
from cab_core.plugins.registry import Plugins

_LONGEST = 60  # characters of a name, which others are made of
_RUN = "cab run --tui aider --model scripted:oracle --task mutations/py-stock-reorder"


@attrs.frozen
class Template:
    """What is made for one kind of object. `{}` stands for the object's name."""

    registers: Kind
    summary: str
    tried: str  # a command that shows it at work, from the directory of the distribution


TEMPLATES = {
    "adapter": Template("adapter", "the CLI {}", _RUN.replace("aider", "{}")),
    "scorer": Template("scorer", "seconds that a call to the model takes", _RUN),
    "pack": Template("task_pack", "the tasks of {}", "cab tasks validate '{}/*'"),
    "stack": Template("stack", "a text to read first, and a server with a tool", f"{_RUN} --stack {{}}"),
    "runtime": Template("runtime", "as local, each program behind another", f"{_RUN} --runtime {{}}"),
    "format": Template("task_format", "a task in each .{}.json", "cab tasks validate --pack example"),
}


@attrs.frozen(kw_only=True)
class Naming:
    """Everything that is called after one name."""

    kind: str
    name: str  # as PEP 503 normalises it: also the entry point
    object: str  # what the plugin's object calls itself
    declared: DeclaredCli | None = None  # the file out of which an adapter is made

    @property
    def template(self) -> Template:
        """What is made."""
        return TEMPLATES[self.kind]

    @property
    def distribution(self) -> str:
        """The name for pip, and for the directory."""
        return f"cab-{self.kind}-{self.name}"

    @property
    def package(self) -> str:
        """The name for Python's import."""
        return self.distribution.replace("-", "_")

    @property
    def tried(self) -> str:
        """A command that shows it at work."""
        return self.template.tried.format(self.object)

    @property
    def directory(self) -> str:
        """Where its templates are."""
        return self.kind if self.declared is None else "declared"

    def values(self) -> dict[str, str]:
        """Return what stands in the templates, by the names that they use."""
        declared = self.declared
        return {
            "declared": "" if declared is None else declared.text.rstrip("\n"),
            "base": "" if declared is None else type(declared).__name__,
            "kind": self.kind,
            "name": self.name,
            "object": self.object,
            "distribution": self.distribution,
            "package": self.package,
            "class_name": "".join(map(str.capitalize, [*self.name.split("-"), self.kind])),
            "summary": self.template.summary.format(self.object),
            "try": self.tried,
            "cab": ".".join(__version__.split(".")[:2]),
        }


def naming(kind: str, said: str) -> Naming:
    """Return what all is to be called.

    Raises:
        UserError: no package can be called so.
    """
    if kind not in TEMPLATES:
        raise UnknownName("kind of plugin", kind, TEMPLATES)
    name = re.sub(r"[-_.]+", "-", said).lower().removeprefix(f"cab-{kind}-")
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > _LONGEST:
        expected = f"a letter, then letters, digits, and single `-` between them, at most {_LONGEST} in all"
        raise UserError(f"{said[:80]!r} is no name for a package: expected {expected}, such as 'my-{kind}'")
    if keyword.iskeyword(name):
        raise UserError(f"{name!r} is a word of Python's own; choose another name, such as 'my-{name}'")
    return Naming(kind=kind, name=name, object=name.replace("-", "_") if kind == "scorer" else name)


def naming_of(declared: DeclaredCli) -> Naming:
    """Return what all is to be called where an adapter is made out of a file.

    Raises:
        UserError: no package can be called as the CLI of the file is.
    """
    found = naming("adapter", declared.name)
    if found.object != declared.name:
        raise UserError(
            f"the file calls its CLI {declared.name!r}, of which a package makes {found.object!r}: "
            "call it so in the file"
        )
    return attrs.evolve(found, declared=declared)


def check_free(found: Naming, plugins: Plugins) -> None:
    """See that no plugin offers an object of this name: nobody could ask for either.

    Raises:
        UserError: one does.
    """
    for row in plugins.rows:
        if (row.kind, row.name) == (found.template.registers, found.object) and row.registration is not None:
            without = f"cab -p no:{row.entry_point} new {found.kind} {found.name}"
            raise UserError(
                f"the {found.kind} {found.object!r} is there already, of {row.owner}, and two of one name "
                f"cannot be used: choose another name, uninstall that one, or leave it out with `{without}`"
            )

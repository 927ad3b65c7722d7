"""The reference that is drawn from the code: it holds everything that there is, and each of it with a text."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import click
import pytest

import cab_core
from cab_core.cli import COMMANDS, root
from cab_core.plugins import protocols, wire_protocol
from cab_core.plugins.registration import HOOK_KINDS, Registration
from cab_core.records.outcomes import OUTCOMES
from cab_core.reference.classes import class_text, linking, meanings
from cab_core.reference.commands import options_of, walk
from cab_core.reference.documents import DOCUMENTS, reached
from cab_core.reference.objects import OBJECTS, hooks
from cab_core.reference.pages import pages, record_classes
from tests.conftest import Cab

SHOWN = [*record_classes(), *{c: None for kind in OBJECTS.values() for c in kind}, Registration]
WRITTEN = [c for document in DOCUMENTS.values() for c in reached(document)]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every page, drawn once."""
    return {name: page.text for name, page in pages(root()).items()}


def test_every_member_of_a_record_and_of_a_protocol_has_a_text() -> None:
    """Fields, attributes, properties and methods: each says what it means."""
    silent = [
        f"{c.__name__}.{n}" for c in [*SHOWN, *WRITTEN] for n, says in meanings(c).items() if not says.strip()
    ]
    assert len(SHOWN) > 80 and not silent


def test_every_class_has_a_text() -> None:
    """What it is stands in its docstring."""
    assert not [c.__name__ for c in [*SHOWN, *WRITTEN] if not (c.__doc__ or "").strip()]


def test_every_protocol_is_on_a_page() -> None:
    """What `protocols` and `wire_protocol` ask of plugins belongs to a kind of object."""
    there = {c for module in (protocols, wire_protocol) for n, c in vars(module).items()
             if inspect.isclass(c) and c.__module__ == module.__name__ and n[0] != "_"}  # fmt: skip
    assert there <= set(SHOWN)


def test_every_public_class_is_on_a_page(texts: dict[str, str]) -> None:
    """What plugin authors import from `cab_core` is described, but for errors and helpers."""
    public = {n for n in cab_core.__all__ if inspect.isclass(getattr(cab_core, n))}
    helpers = {"DeclaredAcp", "DeclaredCli", "ImageError", "LocalRuntime", "SandboxError", "UserError"}
    headed = set(re.findall(r"^## (\w+)$", "\n".join(texts.values()), re.M))
    assert public - helpers <= headed


def test_every_hook_has_a_text(texts: dict[str, str]) -> None:
    """Each stands on the page with its signature."""
    assert {*HOOK_KINDS} < {*hooks()} and all(hooks().values())
    assert all(f"\n{name}(" in texts["hooks"] for name in hooks())


def test_every_command_and_option_has_a_text(texts: dict[str, str]) -> None:
    """Each command says what it does, each option what it sets."""
    found = list(walk(root(), "cab"))
    assert {f"cab {name}" for name in COMMANDS} <= {name for name, _ in found}
    assert not [name for name, command in found if not command.help]
    assert not [(name, o.opts) for name, command in found for o in options_of(command) if not o.help]
    for name, command in found:
        [section] = re.findall(rf"^## {name}$(.*?)(?=^## |\Z)", texts["commands"], re.M | re.S)
        assert all(option.opts[-1] in section for option in options_of(command)), name


def test_a_page_of_a_document_has_all_that_it_is_made_of(texts: dict[str, str]) -> None:
    """Every class of it has its heading there, and no link leads to one that is not."""
    for name, document in DOCUMENTS.items():
        headed = re.findall(r"^## (\w+)$", texts[name], re.M)
        assert headed == [c.__name__ for c in reached(document)]
    for text in texts.values():
        anchors = {h.lower() for h in re.findall(r"^## (\w+)$", text, re.M)}
        assert set(re.findall(r"\]\(#(\w+)\)", text)) <= anchors


def test_outcomes_are_all_there(texts: dict[str, str]) -> None:
    """A row for each."""
    assert all(f"| `{name}` | {rule.says} |" in texts["outcomes"] for name, rule in OUTCOMES.items())


def test_a_field_is_told_with_type_bounds_and_default() -> None:
    """As somebody who writes the document needs it."""
    text = class_text(DOCUMENTS["sweep"], linking(reached(DOCUMENTS["sweep"])))
    assert "* `tuis` (list of text; at least 1; needed): NAME or NAME@VERSION\n" in text
    assert "* `network` (`gateway` or `open` or null; left out: null): " in text
    assert "* `limits` ([Limits](#limits); left out: its defaults): bounds of each cell\n" in text
    assert "* `wire` (true or false; left out: true): " in text


def test_the_command_prints_a_page(cab: Cab, texts: dict[str, str]) -> None:
    """`cab reference TOPIC` prints the Markdown, with --json an object; without a topic it lists them."""
    assert cab("reference", "event").stdout == texts["event"]
    assert cab.json("reference", "marks", "--json")["text"] == texts["marks"]
    assert [row["topic"] for row in cab.json("reference", "--json")] == list(texts)


def test_an_option_of_a_command_is_told_with_its_value() -> None:
    """Its name, its value, its help, its bounds, and whether it may be given several times."""
    from cab_core.reference.commands import commands_text

    @click.command
    @click.option("--width", type=click.IntRange(min=1), multiple=True, help="how *wide*")
    def command(width: int) -> None:
        """Do it."""

    text = commands_text(command)
    assert "Do it." in text and r"* `--width INTEGER RANGE`: how \*wide\*  [x>=1] (several times)" in text


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("passed", "Feeds: read by axis `pass_rate`."),
        ("cache_write", "Feeds: read by axis `tokens`."),
        ("tui", "Feeds: column `tui` of `cab export`."),
        ("by_path", None),
    ],
)
def test_a_field_says_what_it_feeds(texts: dict[str, str], of: str, said: str | None) -> None:
    """What scorers were seen to read, and what is exported; of others nothing is said."""
    lines = re.findall(rf"^\* `{of}` .*$", texts["records"], re.M)
    assert any(said in line for line in lines) if said else not any("Feeds" in line for line in lines)


def test_a_scorer_of_somebody_else_is_seen_to_read(cab: Cab, distribution: Callable[..., str]) -> None:
    """Also what it reads by way of a computed member."""
    code = """
from cab_core import Registration, Score, hookimpl
class Late:
    axis, needs = "late", ()
    def score(self, evidence, scores):
        return Score(axis="late", headline=float(sum(c.tokens or 0 for c in evidence.calls)))
@hookimpl
def cab_scorers():
    return [Registration(name="late", summary="late", factory=Late)]
"""
    cab.find_plugins(distribution("cab-late", code))
    said = cab("reference", "records").stdout
    assert re.search(r"^\* `prompt` .* read by axes .*`late`", said, re.M)

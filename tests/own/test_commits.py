"""What of a commit is shown, hidden and the solution."""

from __future__ import annotations

from pathlib import Path

from cab_core.own.commits import as_module, asked_for, change_of, commits, title_of
from cab_core.own.repository import SourceFile, open_repository
from tests.support.histories import SHOP, history


def test_tests_are_hidden_and_documents_are_nobodys_business() -> None:
    """A test that the commit removes is not in the work dir; source that it removes is told."""
    old = {
        p: SourceFile(b"1") for p in ("a.py", "gone.py", "tests/test_a.py", "tests/test_old.py", "README.md")
    }
    new = {p: SourceFile(b"2") for p in ("a.py", "tests/test_a.py", "README.md", "pyproject.toml")}
    found = change_of(old, new)
    assert sorted(found.work) == ["README.md", "a.py", "gone.py", "tests/test_a.py"]
    assert sorted(found.hidden) == ["pyproject.toml", "tests/test_a.py"]
    assert (sorted(found.solution), found.removed) == (["a.py"], ("gone.py",))


def test_a_prompt_is_the_message_without_trailers() -> None:
    """What only git's readers need is left out."""
    message = "Round prices\n\nThey were cut.\n\nSigned-off-by: A <a@b>\nCo-authored-by: B <b@c>\n"
    assert asked_for(message) == "Round prices\n\nThey were cut."
    assert (title_of(message), title_of("\n"), len(title_of("a" * 300))) == ("Round prices", "", 100)


def test_go_of_before_modules_is_a_module_of_today_s_name() -> None:
    """Its tests import it by that; a commit that says its own name keeps it."""
    newest = {p: SourceFile(b"new") for p in ("go.mod", "go.sum", "a.go")}
    assert sorted(as_module({"a.go": SourceFile(b"old")}, newest)) == ["a.go", "go.mod", "go.sum"]
    assert as_module({"go.mod": SourceFile(b"old")}, newest) == {"go.mod": SourceFile(b"old")}


def test_commits_without_tests_or_source_are_told_by_their_paths(tmp_path: Path) -> None:
    """The newest first; of a directory in the repository, its own paths."""
    shop = {f"pkg/{path}": text for path, text in SHOP.items()}
    root = history(tmp_path / "r", ("one", shop), ("source", {"pkg/shop/prices.py": "a = 1\n"}),
                   ("tests", {"pkg/tests/test_b.py": ""}), ("both", {"pkg/shop/b.py": "", "pkg/tests/test_b.py": "1\n"}))  # fmt: skip
    found = list(commits(open_repository(root / "pkg"), None))
    assert [(c.message.strip(), c.why_not) for c in found] == [
        ("both", None), ("tests", "changes no source"), ("source", "changes no test"),
    ]  # fmt: skip
    assert [c.message.strip() for c in commits(open_repository(root), "HEAD~1")] == ["both"]

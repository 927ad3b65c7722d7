"""Small git repositories, written commit by commit."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

PRICES = '''"""Prices."""


def price(count, each):
    """Ten or more are cheaper by a tenth."""
    total = count * each
    if count >= 10 and each > 0:
        total = total - total // 10
    return total


def label(count):
    return "many" if count > 99 else str(count)
'''
TESTS = """from shop.prices import label, price


def test_a_few():
    assert price(3, 20) == 60


def test_ten_are_cheaper():
    assert price(10, 20) == 180


def test_eleven_are_cheaper():
    assert price(11, 20) == 198


def test_free():
    assert price(10, 0) == 0


def test_label():
    assert label(99) == "99"
"""
SHOP = {"shop/__init__.py": "", "shop/prices.py": PRICES, "tests/test_prices.py": TESTS}
_OWN = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]


def git(root: Path, *argv: str) -> str:
    """Run git in a repository; return what it prints."""
    done = subprocess.run(
        ["git", *_OWN, "-c", "protocol.file.allow=always", *argv],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def history(root: Path, *commits: tuple[str, Mapping[str, str | bytes | None]]) -> Path:
    """Make a repository with these commits, of a message and files each; None removes one."""
    root.mkdir(parents=True, exist_ok=True)
    if not (root / ".git").exists():
        git(root, "init", "-q", "-b", "main")
    for message, files in commits:
        for path, data in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if data is None:
                target.unlink()
            else:
                target.write_bytes(data if isinstance(data, bytes) else data.encode())
        git(root, "add", "-A")
        git(root, "commit", "-q", "--allow-empty", "-m", message)
    return root


def seem_a_repository(mark: Path) -> dict[str, str]:
    """Files that make a repository of the directory they lie in, with a filter for Python that makes `mark`."""
    setting = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"
    return {
        "HEAD": "ref: refs/heads/main\n",
        "objects/keep": "",
        "refs/keep": "",
        "config": f'{setting}[filter "own"]\n\tclean = "touch {mark}; cat"\n\tsmudge = "touch {mark}; cat"\n',
        ".gitattributes": "*.py filter=own\n",
    }


def with_programs(root: Path, mark: Path) -> Path:
    """Sign the last commit of a repository, and let its settings name programs that make `mark`; return it."""
    program = root / ".git/program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    said = git(root, "cat-file", "commit", "HEAD").partition("\n\n")
    signed = f"{said[0]}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n =x\n -----END PGP SIGNATURE-----\n\n{said[2]}\n"
    (root / ".git/signed").write_text(signed)
    git(root, "reset", "-q", "--hard", git(root, "hash-object", "-t", "commit", "-w", ".git/signed"))
    git(root, "config", "core.fsmonitor", str(program))
    git(root, "update-index", "--fsmonitor")
    settings = {
        "log.showSignature": "true",
        "gpg.program": str(program),
        "diff.external": str(program),
        "core.pager": str(program),
        "core.hooksPath": str(root / ".git"),
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{program}",
        "protocol.ext.allow": "always",
    }
    for key, value in settings.items():
        git(root, "-c", "core.fsmonitor=false", "config", key, value)
    mark.unlink(missing_ok=True)
    return root

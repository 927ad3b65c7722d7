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

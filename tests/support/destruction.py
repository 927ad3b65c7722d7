"""What an agent can do at its end to what is read after it: each a script that a puppet plays after its fix."""

from __future__ import annotations

import json
from typing import Any

from cab_core.plugins.protocols import Leftovers
from cab_core.records import Harvest
from tests.support.puppet import FIX, Puppet

_LOCKED = "for b, ds, fs in os.walk({0}, topdown=False):\n  for n in fs + ds: os.chmod(b + '/' + n, 0)\nos.chmod({0}, 0)"
_DEEP = """
here = os.open({0}, os.O_RDONLY)
for _ in range(4000):
    os.mkdir("d" * 60, dir_fd=here)
    inner = os.open("d" * 60, os.O_RDONLY, dir_fd=here)
    os.close(here)
    here = inner
"""
# By name: the script, and whether what was mended is still there.
DESTRUCTIONS = {
    "removes HOME": ("shutil.rmtree(home, ignore_errors=True)", True),
    "removes the work dir": ("shutil.rmtree(work, ignore_errors=True)", False),
    "removes both": ("shutil.rmtree(home, True); shutil.rmtree(work, True)", False),
    "removes all around": ("shutil.rmtree(os.path.dirname(home), True)", None),
    "locks HOME": (_LOCKED.format("home"), True),
    "locks the work dir": (_LOCKED.format("work"), True),
    "locks all around": ("lock(os.path.dirname(home)); lock(os.path.dirname(os.path.dirname(home)))", True),
    "a link for HOME": ("swap(home, lambda p: os.symlink('/etc', p))", True),
    "a pipe for HOME": ("swap(home, os.mkfifo)", True),
    "a file for HOME": ("swap(home, lambda p: open(p, 'w').write('x'))", True),
    "a link for the work dir": ("swap(work, lambda p: os.symlink('/', p))", None),
    "a link in a loop": ("state(lambda p: os.symlink(p, p))", True),
    "a link out": ("state(lambda p: os.symlink('/etc/shadow', p))", True),
    "a pipe for the CLI's file": ("state(os.mkfifo)", True),
    "a directory for the CLI's file": ("state(os.mkdir)", True),
    "a locked CLI's file": ("state(lambda p: os.chmod(os.open(p, os.O_CREAT), 0))", True),
    "no text in the CLI's file": ("state(lambda p: open(p, 'wb').write(b'\\xff\\xfe{'))", True),
    "no JSON in the CLI's file": ("state(lambda p: open(p, 'w').write('{'))", True),
    "another JSON in the CLI's file": ("state(lambda p: open(p, 'w').write('[]'))", True),
    "depth in the CLI's file": ("state(lambda p: open(p, 'w').write('[' * 100000))", True),
    "holes in the CLI's file": ("state(lambda p: open(p, 'wb').truncate(1 << 40))", True),
    "an odd .git": ("os.mkfifo('.git')", True),
    "a .git without end": ("os.symlink('.git', '.git')", True),
    "depth in HOME": (_DEEP.format("home"), True),
    "depth in the work dir": (_DEEP.format("work"), True),
    "a directory for the fix": ("os.remove('stock.py'); os.mkdir('stock.py')", False),
    "a link for the fix": ("os.remove('stock.py'); os.symlink('/dev/zero', 'stock.py')", False),
    "a pipe for the fix": ("os.remove('stock.py'); os.mkfifo('stock.py')", False),
    "no end of the fix": ("open('stock.py', 'a').truncate(1 << 40)", False),
}
_SETUP = """
import shutil
home, work = os.environ["HOME"], os.getcwd()
def swap(path, make):
    shutil.rmtree(path, ignore_errors=True)
    try: make(path)
    except OSError: pass
def lock(path):
    try: os.chmod(path, 0)
    except OSError: pass
def state(make):
    path = home + "/state.json"
    os.remove(path)
    make(path)
"""


def expected(name: str) -> list[str]:
    """Return the outcomes that are right: never one of the infrastructure."""
    return {True: ["passed"], False: ["failed"], None: ["passed", "failed"]}[DESTRUCTIONS[name][1]]


class ThirdParty(Puppet):
    """An adapter that trusts what it finds."""

    def __init__(self, name: str) -> None:
        put = "open(os.environ['HOME'] + '/state.json', 'w').write('{\"tokens\": 1}')\n"
        super().__init__(put + FIX + _SETUP + DESTRUCTIONS[name][0])

    def harvest(self, left: Leftovers) -> Harvest:
        """Read a file by its path."""
        found: Any = json.loads((left.home / "state.json").read_text())
        return Harvest(failure=None if found["tokens"] else "none")

"""A task whose tests all have one name, and of which the unsolved tree fails the first."""

from __future__ import annotations

from pathlib import Path

from cab_core.records import PackedTask

from .packs import write_pack

FIX = "call(); open('adds.py', 'w').write('def adds(a, b): return a + b\\n')"
_DRIVER = """
import sys
sys.path.insert(0, sys.argv[1])
from adds import adds
suites = "".join(
    f'<testsuite name="{suite}" tests="1"><testcase classname="" name="adds">'
    f'{"" if ok else "<failure/>"}</testcase></testsuite>'
    for suite, ok in (("A", adds(1, 2) == 3), ("B", adds(0, 0) == 0)))
open(sys.argv[2], "w").write(f"<testsuites>{suites}</testsuites>")
"""
_COMMANDS = """
requires = ["python3>=3.9"]
[[grade.commands]]
argv = ["python3", "-I", "{tests}/driver.py", "{tree}", "{out}/report.xml"]
kind = "junit"
report = "report.xml"
passes = 2
"""


def repeated_names(root: Path) -> PackedTask:
    """Write the task's pack below `root`; return the task."""
    files = {
        "workdir/adds.py": "def adds(a, b): return a - b\n",
        "solution/adds.py": "def adds(a, b): return a + b\n",
        "tests/driver.py": _DRIVER,
    }
    return write_pack(root, _COMMANDS, files)

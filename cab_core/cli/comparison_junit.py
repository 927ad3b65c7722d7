"""A comparison as JUnit XML: a test case for each axis, which fails where its verdict is named."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from cab_core.errors import UserError

from .compared import PASS_RATE, Compared, between, change, left_out
from .comparison_margin import margin_text
from .summaries import interval_text, rate_text
from .text import plain


def write_junit(path: Path, compared: Compared, failing: Sequence[str]) -> None:
    """Write the report.

    Raises:
        UserError: it cannot be written there.
    """
    try:
        path.write_bytes(as_junit(compared, failing))
    except OSError as exc:
        raise UserError(
            f"--junit {path}: {exc.strerror}; expected a file in a directory that is there"
        ) from exc


def as_junit(compared: Compared, failing: Sequence[str]) -> bytes:
    """Return the report; a case that is undecided and does not fail is skipped, which is not a pass."""
    verdicts, said = compared.verdicts, _said(compared)
    skipped = [axis for axis, says in verdicts.items() if says == "undecided" and axis not in failing]
    sums = {"tests": len(verdicts), "failures": len(failing), "errors": 0, "skipped": len(skipped)}
    root = ET.Element("testsuites")
    suite = ET.SubElement(
        root, "testsuite", {"name": "cab compare", **{name: str(n) for name, n in sums.items()}, "time": "0"}
    )
    names = f"{compared.sides.a} against {compared.sides.b}"
    for axis, says in verdicts.items():
        case = ET.SubElement(suite, "testcase", classname=plain(names), name=plain(axis), time="0")
        if axis in failing:
            ET.SubElement(case, "failure", message=says, type=says).text = plain(said[axis])
        elif axis in skipped:
            ET.SubElement(case, "skipped", message=plain(said[axis]))
        ET.SubElement(case, "system-out").text = plain(said[axis])
    found: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _said(compared: Compared) -> dict[str, str]:
    found = compared.found
    interval = interval_text(found.interval, signed=True)
    margin = [f"Margin of {told}."] if (told := margin_text(found)) else []
    said = {
        PASS_RATE: f"{compared.verdict} A - B {rate_text(found.difference, signed=True)} {interval}, "
        + " ".join(
            [f"{found.tasks} tasks.", *margin, compared.could_see, compared.lacks, *left_out(compared)]
        ).rstrip()
    }
    return said | {
        one.axis: f"{compared.axis_verdict(one)}: {change(one)} {between(one)}, "
        f"{one.tasks} of {found.tasks} tasks"
        for one in compared.axes
    }

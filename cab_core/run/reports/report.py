"""What a runner says of its tests, in the order in which it says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from cab_core.records import CaseResult, CaseState

MOST = 100_000  # tests of one command
NAME = 1000  # characters of a name
# CSI and OSC sequences of a terminal, and the short ones.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]+[0-~]|[@-Z\\^_])")


def as_reported(name: str) -> str:
    """Return a test's name as a report has it: without blanks around it, and no longer than `NAME`."""
    return name.strip()[:NAME]


class NoReport(Exception):
    """There is nothing that can be read as a report; says why."""


@attrs.define
class Report:
    """The results as a sequence: names may repeat, and each failure counts.

    `fault`: a contradiction, with which it is no pass whatever else it says. `unheld`: why it cannot be told
    to be whole; then it holds only where the task says how many tests pass. `ended_early`: the runner did
    not come to its own end.
    """

    tests: list[CaseResult] = attrs.field(factory=list)
    fault: str | None = None
    unheld: str | None = None
    ended_early: bool = False

    def add(self, name: str, state: CaseState) -> None:
        """Add one result."""
        if len(self.tests) < MOST:
            self.tests.append(CaseResult(name=as_reported(name), state=state))
        else:
            self.find_fault(f"it shows more than {MOST:,} tests")

    def count(self, *states: CaseState) -> int:
        """Return how many results are in one of these states."""
        return sum(t.state in states for t in self.tests)

    def find_fault(self, said: str) -> None:
        """Keep a contradiction, if it is the first."""
        self.fault = self.fault or said

    def doubt(self, said: str, early: bool = False) -> None:
        """Keep why it cannot be told to be whole; `early`: since its end is missing."""
        self.unheld = self.unheld or said
        self.ended_early = self.ended_early or early


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of what was printed, without line ends and a terminal's colours."""
    for line in re.split(r"[\r\n]+", _ESCAPES.sub("", text)):
        yield line.rstrip()

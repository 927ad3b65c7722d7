"""The Test Anything Protocol, versions 12 to 14, also as prove(1) shows it."""

from __future__ import annotations

import re

from .report import Report, lines_of
from .tap_levels import Level, Point

_PLAN = re.compile(r"1\.\.([0-9]{1,9})\s*(?:#\s*(.*))?$")
_POINT = re.compile(r"(not )?ok(?=\s|$)\s*(?:[0-9]+(?=\s|$))?\s*(?:- ?)?(.*)$")
_DEEPEST = 50  # subtests within one another
_HEADER = re.compile(r"\S.* \.\.+ ?(?:skipped: .*)?$")  # prove(1) before each file


def read_tap(text: str) -> Report:
    """Return what was printed in TAP."""
    reader = _Reader()
    for line in lines_of(text):
        reader.take(line)
    reader.close()
    return reader.report


class _Reader:
    """Takes lines. `_levels[0]` is the document; the others are subtests, before a parent or in braces."""

    def __init__(self) -> None:
        self.report = Report()
        self._levels = [Level()]
        self._last: tuple[int, Point] | None = None  # the point of the line before, and its depth
        self._block: str | None = None  # the indent of the details that are open
        self._proved = False

    def take(self, line: str) -> None:
        """Take one line."""
        body = line.lstrip(" ")
        depth, odd = divmod(len(line) - len(body), 4)
        if self._in_block(line, body):
            return
        self._follow(depth)
        if depth == 0 and odd == 0 and self._begins_anew(body):
            self._finish()
        elif odd == 0 and (plan := _PLAN.match(body)):
            self._take_plan(self._level(depth), int(plan[1]), plan[2] or "")
        elif odd == 0 and (point := _POINT.match(body)):
            if not (self._proved and line == "ok" and self._levels[0].whole):  # prove's own, of a file
                self._take_point(min(depth, _DEEPEST), point[1] is None, point[2])
        elif odd == 0 and body == "}":
            self._settle(depth)
        elif body.startswith("Bail out!"):
            self.report.find_fault(f"it bailed out: {body[9:].strip()[:200] or 'without a reason'}")

    def close(self) -> None:
        """Take the end."""
        if self._block is not None:
            self.report.find_fault("a block of details is not closed")
        self._finish()

    def _in_block(self, line: str, body: str) -> bool:
        """Details of a test, indented, between `---` and `...`: nothing in them is a result."""
        if self._block is not None:
            if self._last is not None and line == f"{self._block}type: 'suite'":
                self._last[1].suite = True  # node's, of one that may have no test
            if body == "...":
                self._block = self._last = None
            return True
        if self._last is not None and body == "---" and line != body:
            self._block = line.removesuffix(body)
        return self._block is not None

    def _follow(self, depth: int) -> None:
        """Tell a point whose subtests follow in braces from one whose name ends so."""
        if self._last is not None:
            at, point = self._last
            point.braces = depth > at and (point.rest == "{" or point.rest.endswith(" {"))
        self._last = None

    def _begins_anew(self, body: str) -> bool:
        document, untouched = self._levels[0], self._levels == [Level()]
        if body.startswith("TAP version "):
            return document.whole and document.points > 0
        header = _HEADER.match(body) and not _POINT.match(body)
        if not header or not (untouched or (self._proved and document.whole)):
            return False
        self._proved = True
        return not untouched

    def _level(self, depth: int) -> Level:
        while len(self._levels) <= min(depth, _DEEPEST):
            self._levels.append(Level())
        return self._levels[min(depth, _DEEPEST)]

    def _take_plan(self, level: Level, count: int, why: str) -> None:
        if level.plan is not None and level is self._levels[0]:
            self.report.find_fault("there is more than one plan")
        level.plan, level.why = count, why

    def _take_point(self, depth: int, ok: bool, rest: str) -> None:
        level = self._level(depth)
        self._settle(depth)
        level.held = Point(ok, rest, self._levels[depth + 1 :])
        level.points += 1
        del self._levels[depth + 1 :]
        self._last = depth, level.held

    def _settle(self, depth: int) -> None:
        """Take what was held back at this depth and below it; the deepest first."""
        for at in reversed(range(depth, len(self._levels))):
            held = self._levels[at].held
            if held is not None and held.braces:
                held.below += self._levels[at + 1 :]
                del self._levels[at + 1 :]
            self._levels[at].settle(self.report)

    def _finish(self) -> None:
        """Hold a document's lines against its plan, and begin another."""
        self._settle(0)
        document, *orphans = self._levels
        for name, state in document.tests:
            self.report.add(name, state)
        if any(level.failed for level in orphans):
            self.report.add("a subtest without a line of its parent", "failed")
        if document.plan is None and (document.points or not self._proved):
            self.report.doubt("it printed no plan (1..N)", early=document.points > 0)
        elif document.plan is not None and not document.whole:
            self.report.find_fault(f"its plan is 1..{document.plan}, and there are {document.points} results")
            self.report.ended_early = document.points < document.plan
        elif document.plan == 0 and not self._proved:
            self.report.find_fault(f"no test was run: its plan is 1..0 {document.why[:200]}".rstrip())
        self._levels = [Level()]

"""The Test Anything Protocol, versions 12 to 14, also as prove(1) shows it."""

from __future__ import annotations

import re

import attrs

from cab_core.records import CaseState

from .report import Report, lines_of

_PLAN = re.compile(r"1\.\.([0-9]{1,9})\s*(?:#\s*(.*))?$")
_POINT = re.compile(r"(not )?ok(?=\s|$)\s*(?:[0-9]+(?=\s|$))?\s*(?:- ?)?(.*)$")
_DIRECTIVE = re.compile(r"(?<!\\)#\s*(skip|todo)", re.I)
_DEEPEST = 50  # subtests within one another
_HEADER = re.compile(r"\S.* \.\.+ ?(?:skipped: .*)?$")  # prove(1) before each file


@attrs.define
class _Level:
    """One document, or a subtest: its plan, and the lines seen."""

    plan: int | None = None
    why: str = ""
    points: int = 0
    failed: bool = False

    @property
    def whole(self) -> bool:
        return self.plan == self.points


def read_tap(text: str) -> Report:
    """Return what was printed in TAP."""
    reader = _Reader()
    for line in lines_of(text):
        reader.take(line)
    reader.close()
    return reader.report


class _Reader:
    """Takes lines. `_levels[0]` is the document; the others are subtests, told before their parent."""

    def __init__(self) -> None:
        self.report = Report()
        self._levels = [_Level()]
        self._yaml = self._after_point = self._proved = False

    def take(self, line: str) -> None:
        """Take one line."""
        body = line.lstrip(" ")
        depth, odd = divmod(len(line) - len(body), 4)
        if self._in_block(line, body):
            return
        self._after_point = False
        if depth == 0 and odd == 0 and self._begins_anew(body):
            self._finish()
        elif odd == 0 and (plan := _PLAN.match(body)):
            self._take_plan(self._level(depth), int(plan[1]), plan[2] or "")
        elif odd == 0 and (point := _POINT.match(body)):
            if not (self._proved and line == "ok" and self._levels[0].whole):  # prove's own, of a file
                self._take_point(depth, point[1] is None, point[2])
        elif body.startswith("Bail out!"):
            self.report.find_fault(f"it bailed out: {body[9:].strip()[:200] or 'without a reason'}")

    def close(self) -> None:
        """Take the end."""
        if self._yaml:
            self.report.find_fault("a block of details is not closed")
        self._finish()

    def _in_block(self, line: str, body: str) -> bool:
        """Details of a test, indented, between `---` and `...`: nothing in them is a result."""
        if self._yaml:
            self._yaml = body != "..."
            return True
        self._yaml = self._after_point and body == "---" and line != body
        return self._yaml

    def _begins_anew(self, body: str) -> bool:
        document, untouched = self._levels[0], self._levels == [_Level()]
        if body.startswith("TAP version "):
            return document.whole and document.points > 0
        header = _HEADER.match(body) and not _POINT.match(body)
        if not header or not (untouched or (self._proved and document.whole)):
            return False
        self._proved = True
        return not untouched

    def _level(self, depth: int) -> _Level:
        while len(self._levels) <= min(depth, _DEEPEST):
            self._levels.append(_Level())
        return self._levels[min(depth, _DEEPEST)]

    def _take_plan(self, level: _Level, count: int, why: str) -> None:
        if level.plan is not None and level is self._levels[0]:
            self.report.find_fault("there is more than one plan")
        level.plan, level.why = count, why

    def _take_point(self, depth: int, ok: bool, rest: str) -> None:
        level, at = self._level(depth), min(depth, _DEEPEST)
        directive = _DIRECTIVE.search(rest)
        name = rest[: directive.start()] if directive else rest
        below = self._levels[at + 1 :]
        # A parent's line tells of its subtests; where they say otherwise, they are believed.
        ok = ok and not any(b.failed or (b.plan is not None and not b.whole) for b in below)
        state: CaseState = "passed" if ok else "failed"
        if directive:
            state = "todo" if directive[1].lower() == "todo" else "skipped"
        del self._levels[at + 1 :]
        level.points += 1
        level.failed |= state == "failed"
        if level is self._levels[0]:
            self.report.add(name, state)
        self._after_point = True

    def _finish(self) -> None:
        """Hold a document's lines against its plan, and begin another."""
        document, *orphans = self._levels
        if any(level.failed for level in orphans):
            self.report.add("a subtest without a line of its parent", "failed")
        if document.plan is None and (document.points or not self._proved):
            self.report.doubt("it printed no plan (1..N)", early=document.points > 0)
        elif document.plan is not None and not document.whole:
            self.report.find_fault(f"its plan is 1..{document.plan}, and there are {document.points} results")
            self.report.ended_early = document.points < document.plan
        elif document.plan == 0 and not self._proved:
            self.report.find_fault(f"no test was run: its plan is 1..0 {document.why[:200]}".rstrip())
        self._levels = [_Level()]

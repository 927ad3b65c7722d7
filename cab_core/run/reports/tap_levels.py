"""The nesting of TAP: a point with subtests is a suite, and the tests are what has none below it."""

from __future__ import annotations

import re

import attrs

from cab_core.records import CaseState

from .report import MOST, NAME, Report

# As TAP 14 has it: white space before it, a word's end after it. `C# skip` and `#todolist` are names.
_DIRECTIVE = re.compile(r"(?<!\S)#\s*(skip|todo)\b", re.I)
_TIME = re.compile(r"(?<!\S)#\s*time=[0-9.]+m?s\s*$")


@attrs.define
class Level:
    """One document, or a subtest: its plan, its points, and the tests in it."""

    plan: int | None = None
    why: str = ""
    points: int = 0
    tests: list[tuple[str, CaseState]] = attrs.field(factory=list)
    held: Point | None = None

    @property
    def whole(self) -> bool:
        """Whether it has as many points as it planned."""
        return self.plan == self.points

    @property
    def failed(self) -> bool:
        """Whether a test in it failed."""
        return any(state == "failed" for _, state in self.tests)

    def settle(self, report: Report) -> None:
        """Take what the last point says, once all that belongs to it was read."""
        if self.held is not None:
            if len(self.tests) <= MOST:  # one more is a fault
                self.tests += _results(self.held, report)
            self.held = None


@attrs.define
class Point:
    """One line `ok` or `not ok`. `below`: its subtests. `suite`: its details say that it is one."""

    ok: bool
    rest: str
    below: list[Level]
    suite: bool = False
    braces: bool = False  # its subtests stand after it

    @property
    def directive(self) -> CaseState | None:
        """What it says of itself beside its result."""
        found = _DIRECTIVE.search(self.rest)
        return None if found is None else "todo" if found[1].lower() == "todo" else "skipped"

    @property
    def name(self) -> str:
        """Its description, without what may differ from run to run."""
        text = self.rest.removesuffix("{") if self.braces else self.rest
        found = _DIRECTIVE.search(text)
        return _TIME.sub("", text[: found.start()] if found else text).strip()[:NAME]

    @property
    def doubted(self) -> bool:
        """Whether its subtests say otherwise than a point that is ok."""
        return any(b.failed or (b.plan is not None and not b.whole) for b in self.below)


def _results(point: Point, report: Report) -> list[tuple[str, CaseState]]:
    """Return the tests that a point stands for: itself, or those of its subtests."""
    # Without a plan it is no subtest: what a test printed may look like one.
    nested = bool(point.below) and point.below[0].plan is not None
    inside = [(_within(point.name, n), s) for n, s in point.below[0].tests] if nested else []
    ok = point.ok and not point.doubted
    if point.directive is not None:
        return [(n, _left_out(point.directive, s)) for n, s in inside] or [(point.name, point.directive)]
    if not (nested or point.suite):
        return [(point.name, "passed" if ok else "failed")]
    if not ok and not any(s == "failed" for _, s in inside):
        inside.append((point.name, "failed"))  # what stands around its tests, such as a hook
    if not inside:
        report.doubt(f"suite {point.name[:80]!r} shows no test")
    return inside


def _left_out(directive: CaseState, state: CaseState) -> CaseState:
    """What is to do may fail; what is skipped has not run."""
    return "failed" if directive == "skipped" and state == "failed" else directive


def _within(suite: str, name: str) -> str:
    return f"{suite[: NAME // 4]} > {name}"[:NAME]

"""One case of JUnit XML: how it ended."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from cab_core.records import CaseState

FAILURES = ("failure", "error")
# What runners write into `status` and `result` of a case. Any other word is a failure.
_PASSED = ("", "run", "completed", "passed", "pass", "ok", "success", "successful", "succeeded", "true")
_SKIPPED = ("skipped", "skip", "notrun", "disabled", "suppressed", "ignored", "pending")
_EXPECTED = ("xfail", "todo")  # to fail


@attrs.define
class Case:
    """What its attributes and the elements in it say. `rerun`: it is marked as a try that was repeated."""

    name: str
    failed: bool
    skipped: bool
    expected: bool
    todo: bool = False
    rerun: bool = False

    @property
    def state(self) -> CaseState:
        """Its result."""
        if self.todo or (self.expected and not self.failed):
            return "todo"  # expected to fail; node says `todo` of one that failed
        return "failed" if self.failed else "skipped" if self.skipped else "passed"

    def mark(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take an element within it."""
        self.failed |= tag in FAILURES
        self.skipped |= tag == "skipped"
        self.todo |= tag == "skipped" and attributes.get("type") == "todo"
        self.rerun |= tag == "rerun"


def case_of(attributes: Mapping[str, str]) -> Case:
    """Return what a case's own attributes say."""
    words = [attributes.get(key, "").strip().lower() for key in ("status", "result")]
    known = (*_PASSED, *_SKIPPED, *_EXPECTED)
    return Case(
        name=f"{attributes.get('classname', '')}::{attributes.get('name', '')}",
        failed=any(word not in known for word in words) or any(f in attributes for f in FAILURES),
        skipped=any(word in _SKIPPED for word in words),
        expected=any(word in _EXPECTED for word in words),
    )

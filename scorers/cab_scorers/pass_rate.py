"""Axis `pass_rate`: the grader's verdict."""

from __future__ import annotations

from collections.abc import Mapping

from cab_core import Evidence, Score


class PassRate:
    """`pass` is 1 or 0; None where there is no verdict."""

    axis = "pass_rate"
    needs = ()

    def score(self, evidence: Evidence, scores: Mapping[str, Score]) -> Score:
        """Score one cell."""
        grade = evidence.grade
        deciding = grade.deciding if grade else None
        passed = None if grade is None else int(grade.passed)
        return Score(
            axis=self.axis,
            headline=passed,
            values={
                "pass": passed,
                "exit_code": deciding.exit_code if deciding else None,
                "timed_out": evidence.execution.timed_out if evidence.execution else None,
                "stdout_tail": deciding.stdout_tail if deciding else "",
                "stderr_tail": deciding.stderr_tail if deciding else "",
                "partial_score": grade.partial_score if grade else None,
                "reason": deciding.reason if deciding else None,
                "notes": list(grade.notes) if grade else [],
            },
        )

"""Axis `tokens`: what crossed the gateway. What the upstream did not report stays unknown."""

from __future__ import annotations

from collections.abc import Mapping

from cab_core import Evidence, Score
from cab_core.records import totals


class Tokens:
    """`tokens_per_correct_task` is None where nothing was solved or the tokens are unknown."""

    axis = "tokens"
    needs = ("pass_rate",)

    def score(self, evidence: Evidence, scores: Mapping[str, Score]) -> Score:
        """Score one cell."""
        found = totals(evidence.calls)
        passed = scores["pass_rate"].values["pass"]
        per_correct = found.total if passed else None
        return Score(
            axis=self.axis,
            headline=per_correct,
            values={
                "prompt_tokens": found.prompt,
                "completion_tokens": found.completion,
                "total_tokens": found.total,
                "model_calls": len(evidence.calls),
                "tokens_per_correct_task": per_correct,
                "pass_used_for_division": passed,
                "cached_tokens": found.cached,
                "reasoning_tokens": found.reasoning,
                "usd": found.usd,
                "source": found.source,
                "calls_without_usage": found.without_usage,
                "at_least": found.at_least,
                "claimed_by_cli": _claim(evidence),
            },
        )


def _claim(evidence: Evidence) -> dict[str, object] | None:
    claim = evidence.harvest.claim if evidence.harvest else None
    if claim is None or claim.source is None:
        return None
    return {"prompt": claim.prompt, "completion": claim.completion, "source": claim.source}

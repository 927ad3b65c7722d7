"""What a build says, however the engine cuts it into messages."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from cab_core.runtimes.docker.build import Said

OUTPUT = "ERROR: Could not find a version\nERROR: No matching distribution\n"


@given(st.sets(st.integers(1, len(OUTPUT) - 1)))
def test_any_cut_of_the_output_gives_the_same_lines(cuts: set[int]) -> None:
    """A message may hold several lines, or a part of one."""
    said = Said()
    said.hear("a warning of an earlier step\n")
    assert said.hear("Step 2/3 : RUN pip install x\n") == "Step 2/3 : RUN pip install x"
    edges = [0, *sorted(cuts), len(OUTPUT)]
    for start, end in itertools.pairwise(edges):
        assert said.hear(OUTPUT[start:end]) == ""
    assert said.lines() == OUTPUT.splitlines() and said.step.startswith("Step 2/3")

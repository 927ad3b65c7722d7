"""What the pages say of races: the commands as a reader types them, and the figures."""

from __future__ import annotations

import re
import shlex
from math import comb
from pathlib import Path

import pytest

from cab_core.cli.race import command
from cab_core.cli.race_sides import sweep_of
from cab_core.records import Limits
from cab_core.stats import Selector
from cab_core.stats.sequential import Plan, evidence
from tests.conftest import Cab
from tests.docs.test_how_to import blocks
from tests.stats.simulate_race import PLANS, fixed_power

PAGE = "race-two-configurations.md"
STATISTICS = (Path(__file__).parents[2] / "docs/reference/statistics.md").read_text()


@pytest.mark.aider
@pytest.mark.prove  # sixteen cells of a real CLI
@pytest.mark.timeout(900)
def test_the_race_of_the_page_ends_as_it_shows(cab: Cab) -> None:
    """Every command ends well, and the first prints what stands below it."""
    race, compare = "".join(blocks(PAGE)).splitlines()
    done = cab(*shlex.split(race)[1:])
    assert done.returncode == 0, done.stderr
    assert blocks(PAGE, "text")[0] in done.stdout
    assert cab(*shlex.split(compare)[1:]).returncode == 0


def test_the_other_commands_of_the_page_say_what_is_run() -> None:
    """Each is understood, up to the models that it would need."""
    lines = blocks(PAGE, "text")[1].splitlines()
    assert len(lines) == 3
    for line in lines:
        said = command.make_context("race", shlex.split(line)[2:]).params
        sweeps = [sweep_of(Selector.parse(side), said, Limits()) for side in said["sides"]]
        assert len({(s.tuis, s.models, s.stacks) for s in sweeps}) == 2


def test_the_evidence_of_the_page_is_what_it_says() -> None:
    """Eight to nothing decides, seven do not."""
    for won, said in ((8, "2^8 / 9 = 28.4, decided"), (7, "2^7 / 8 = 16, not yet")):
        assert said in STATISTICS
        assert evidence({1.0: won}) == pytest.approx(2**won / ((won + 1) * comb(won, won)), rel=1e-3)


def test_the_fixed_plans_of_the_page_are_what_it_says() -> None:
    """As many tasks, with that power; the rest of the table is held by the simulation."""
    rows = re.findall(r"^\| (\d+)% of (\d+)% \| (\d+) tasks \| (\d+)% \|", STATISTICS, re.M)
    said = [(int(d), int(f), int(n), int(power)) for d, f, n, power in rows]
    plans = [Plan(d, f) for d, f in PLANS]
    assert said == [
        (round(100 * p.difference), round(100 * p.flips), p.units, round(100 * fixed_power(p, p.units)))
        for p in plans
    ]

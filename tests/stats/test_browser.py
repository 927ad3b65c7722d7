"""The statistics of the compare page, run in node, against those of Python: the same digits and verdicts."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib.resources import files
from typing import Any, get_args

import pytest

from cab_core.stats import FEWEST, Comparison, On, Tally, compare, decimal, percent, probability
from cab_core.stats.intervals import FEW
from tests.support.often import rows

SETS = (250, 1000)
SCRIPTS = ("rounding.js", "exact.js", "gammas.js", "intervals.js", "margin.js", "stats.js")
Pairs = list[dict[str, Any]]

MARGINS = (0.1, None, None)  # of one set after the other: bounds cost as much as all else

_SHOWN = """
const told = (pairs, on, asked = null) => {
  const { decimal, percent, probability } = CabRounding;
  const found = CabStats.compare(pairs, on, asked);
  const shown = (v) => (v === null ? null : percent(v, 1, true));
  const { tasks, families, better, worse, says, decidable, interval } = found;
  return {
    tasks, families, better, worse, says, decidable, p: probability(found.p), rates: [found.a, found.b].map(shown),
    difference: shown(found.difference), ends: interval && [interval.low, interval.high].map(shown),
    weak: interval && interval.weak, bounds: found.margin && [found.margin.low, found.margin.high].map(shown),
    margin: found.margin ? found.margin.verdict : says,
  };
};
"""


def in_node(script: str, given: object) -> Any:
    """Run JavaScript with the page's statistics in node; `given` is there as that, and what it is worth comes back."""
    node = shutil.which("node")
    assert node, (
        "node is missing, in which the statistics of the compare page are tested: apt-get install nodejs"
    )
    static = files("cab_core.site") / "static"
    sources = "\n".join((static / name).read_text(encoding="utf-8") for name in SCRIPTS)
    text = f"{sources}\n{_SHOWN}\nconst given = {json.dumps(given)};\nconsole.log(JSON.stringify({script}));"
    done = subprocess.run([node, "-"], input=text, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def in_python(pairs: Pairs, on: On, margin: float | None = None) -> dict[str, Any]:
    """Return what the page shows, worked out by Python."""
    sides = [{(str(p["task"]), str(p["unit"])): Tally(*p[side]) for p in pairs} for side in "ab"]
    return shown(compare(*sides, {str(p["task"]): str(p["family"]) for p in pairs}, on, margin))


def shown(found: Comparison) -> dict[str, Any]:
    """Return a comparison as text."""
    ends = found.interval and [found.interval.low, found.interval.high]
    return {
        "tasks": found.tasks,
        "families": found.families,
        "better": found.better,
        "worse": found.worse,
        "says": found.says,
        "decidable": found.decidable,
        "p": probability(float(found.p)),
        "rates": [_percent(found.rate_a), _percent(found.rate_b)],
        "difference": _percent(found.difference),
        "ends": ends and [_percent(end) for end in ends],
        "weak": found.interval and found.interval.weak,
        "bounds": found.bounds and [_percent(found.bounds.low), _percent(found.bounds.high)],
        "margin": found.verdict,
    }


def _percent(value: float | None) -> str | None:
    return None if value is None else percent(value, signed=True)


def made(
    rng: random.Random,
    tasks: int,
    attempts: Callable[[], tuple[int, int]],
    pairs: int = 1,
    relatives: int = 1,
) -> Pairs:
    """Make pairs: of each task up to so many, of each family up to so many tasks."""
    easier, families = rng.choice([0.0, 0.02, 0.2, 0.5]), max(1, -(-tasks // relatives))
    found = []
    for task in range(tasks):
        family, ease = rng.randrange(families) if relatives > 1 else f"t{task}", rng.betavariate(0.7, 0.7)
        for unit in range(rng.randint(1, pairs)):
            counted = attempts()
            rates = (min(1.0, ease + easier), ease)
            a, b = ([sum(rng.random() < r for _ in range(n)), n] for r, n in zip(rates, counted, strict=True))
            found.append({"task": task, "unit": unit, "family": family, "a": a, "b": b})
    return found


def sets(number: int) -> Iterator[tuple[Pairs, On]]:
    """So many sets of pairs: ties, unequal attempts, several pairs a task, families, of all sizes."""
    rng = random.Random(7)
    attempts = {
        "one": lambda: (1, 1),
        "few": lambda: (n := rng.randint(1, 5), n),
        "ten": lambda: (10, 10),
        "unequal": lambda: (rng.randint(1, 5), rng.randint(1, 7)),
        "primes": lambda: (rng.choice([7, 11, 13, 17, 19, 23, 29, 31]), rng.choice([9, 25, 32, 37])),
    }
    ways: tuple[On, ...] = get_args(On)
    for i in range(number - 20):
        tasks, pairs, relatives = int(61 * rng.random() ** 3), rng.choice([1, 1, 3]), rng.choice([1, 1, 5])
        kind = attempts[("one", "few", "unequal")[i % 3]]
        yield made(rng, tasks, kind, pairs, relatives), ways[i // 3 % 2]
    for on in ways:
        for kind in ("one", "few", "unequal"):
            yield made(rng, 500, attempts[kind]), on
        yield made(rng, 120, attempts["primes"], 3), on  # so fine that the table would be too large
    for _ in range(12):
        yield made(rng, 900, attempts["ten"]), "these"  # so many that the normal distribution stands in


@pytest.fixture(scope="module", params=rows(SETS, often=SETS[:1]))
def compared(request: pytest.FixtureRequest) -> list[tuple[Pairs, dict[str, Any], dict[str, Any]]]:
    """Each set with what Python and what the page shows of it."""
    given = [(*one, MARGINS[i // 6 % len(MARGINS)]) for i, one in enumerate(sets(request.param))]
    assert len(given) == request.param
    theirs = in_node("given.map((one) => told(...one))", given)
    return [(one[0], in_python(*one), there) for one, there in zip(given, theirs, strict=True)]


def test_the_page_has_the_digits_of_python(
    compared: list[tuple[Pairs, dict[str, Any], dict[str, Any]]],
) -> None:
    """Rates, difference, interval, p and verdict of hundreds of sets are the same, as they are printed."""
    assert [(ours, theirs) for _, ours, theirs in compared if ours != theirs] == []


def test_the_sets_have_all_that_can_come(
    compared: list[tuple[Pairs, dict[str, Any], dict[str, Any]]],
) -> None:
    """Each verdict, what could decide and what not, ties, weak intervals, related tasks, and sets without a pair."""
    ours = [figures for _, figures, _ in compared]
    assert {f["says"] for f in ours} == {"better", "worse", "undecided"}
    assert {f["margin"] for f in ours} == {"better", "worse", "not worse", "equivalent", "undecided"}
    assert {f["decidable"] for f in ours} == {True, False}
    assert {f["weak"] for f in ours} == {True, False, None}
    assert any(f["p"] == "1.0000" and f["better"] and f["worse"] for f in ours)
    assert any(f["families"] < f["tasks"] for f in ours)
    assert any(0 < float(f["p"]) < 0.05 for f in ours if len(f["p"]) == 6)


@pytest.mark.parametrize(
    ("sizes", "weak"),
    [([5] * 4, False), ([9, 1, 1, 1], True), ([6, 1, 1, 1, 1], True), ([6, 3, 3, 1, 1], False)],
)
def test_a_large_family_counts_as_few_units_in_the_page_too(sizes: list[int], weak: bool) -> None:
    """So that an interval of five families may be weak; on exactly these tasks none is."""
    pairs: Pairs = [
        {"task": f"{family}-{i}", "unit": 0, "family": family, "a": [family % 2, 1], "b": [0, 1]}
        for family, size in enumerate(sizes)
        for i in range(size)
    ]
    for on in get_args(On):
        theirs = in_node("told(...given)", [pairs, on])
        assert theirs == in_python(pairs, on)
        assert theirs["weak"] == (weak and on == "like")


def test_what_is_few_is_the_same() -> None:
    """The families that it takes to decide, and those of a weak interval."""
    assert in_node("[CabStats.FEWEST, CabStats.FEW]", None) == [FEWEST, FEW]


def test_decimals_round_as_in_python() -> None:
    """Ties, what arithmetic made of ties, tiny and negative values, and random ones of every size."""
    rng = random.Random(3)
    ties = [
        6.25,
        0.03125,
        12.5,
        1e-9,
        0.0,
        -0.0,
        0.5,
        0.05,
        0.045,
        33.35,
        1 / 3 * 100,
        0.1 + 0.2,
        99.95,
        1e6 / 7,
    ]
    halves = [(n + 0.5) / 10**d for n in range(200) for d in range(4)]
    floats = [rng.uniform(-1, 1) * 10 ** rng.randint(-6, 6) for _ in range(3000)]
    shares = [100 * rng.randint(0, n) / n for n in range(1, 900)]
    values = [sign * v for v in (*ties, *halves, *floats, *shares) for sign in (1, -1)]
    theirs = in_node(
        "given.map((v) => [...[0, 1, 2, 4].map((d) => CabRounding.decimal(v, d)), CabRounding.percent(v / 100, 1, true),"
        " CabRounding.probability(Math.abs(v) / 1e6)])",
        values,
    )
    assert theirs == [
        [*(decimal(v, d) for d in (0, 1, 2, 4)), percent(v / 100, signed=True), probability(abs(v) / 1e6)]
        for v in values
    ]


def test_a_fraction_becomes_the_nearest_whole_number() -> None:
    """The even one of two, also left of 0."""
    pairs = [(n, d) for n in range(-40, 41) for d in (1, 2, 3, 4, 6, 8)]
    theirs = in_node("given.map(([n, d]) => Number(CabExact.rounded(BigInt(n), BigInt(d))))", pairs)
    assert theirs == [round(Fraction(n, d)) for n, d in pairs]


def test_a_fraction_becomes_the_nearest_number() -> None:
    """As in Python, for numerators and denominators of any size."""
    rng = random.Random(5)
    pairs = [
        (rng.randint(-(10 ** rng.randint(1, 90)), 10**40), rng.randint(1, 10 ** rng.randint(1, 90)))
        for _ in range(2000)
    ]
    halves = [((1 << 53) + 2 * i + 1, 1 << 53) for i in range(20)]
    above = [((n << 60) + 1, d << 60) for n, d in halves]  # which only their last digit tells from a half
    given = [[str(n), str(d)] for n, d in pairs + halves + above]
    theirs = in_node("given.map(([n, d]) => CabExact.number([BigInt(n), BigInt(d)]))", given)
    assert [float(v) for v in theirs] == [n / d for n, d in pairs + halves + above]


def test_names_and_order_have_no_influence() -> None:
    """Not even on the last digit: tasks, families and pairs in any order, under any names."""
    rng = random.Random(11)
    pairs = made(rng, 40, lambda: (rng.randint(1, 4), rng.randint(1, 4)), 3, 4)
    orders = [pairs, pairs[::-1], rng.sample(pairs, len(pairs))]
    names = {p["task"]: rng.random() for p in pairs}
    orders.append([{**p, "task": names[p["task"]], "family": f"f{p['family']}"} for p in orders[-1]])
    for on in get_args(On):
        one, *others = in_node(f"given.map((pairs) => CabStats.compare(pairs, '{on}'))", orders)
        assert all(other == one for other in others)

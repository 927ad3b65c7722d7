// Two configurations on the same tasks, with the figures of `cab_core.stats`: `compare.py` and `paired.py`.
"use strict";
globalThis.CabStats = (() => {
  const { sum, common, number, atMost, choose, flips, deals } = CabExact;
  const { FEW, total, groups, differenceInterval, trialsInterval, squareAndAdd } = CabIntervals;
  const { boundsLike, boundsThese, judge } = CabMargin;
  const ERROR = [1n, 20n]; // how often a verdict may come where there is no difference
  const FEWEST = 6; // families on tasks like these: 2 / 2^6 is the first p that is small enough

  // A against B. A pair has `task` and `family`, and [solved, counted] as `a` and `b`; of a task's pairs each has
  // the same share of it. `on`: "like", tasks like these, or "these", exactly these tasks. `margin`: a share.
  const compare = (pairs, on, margin = null) => {
    const { shared, one } = withShares(groups(pairs, (p) => p.task));
    const tasks = groups(shared, (p) => p.task);
    const families = groups(shared, (p) => p.family);
    const differences = tasks.map(differenceOf);
    const difference = sum(differences);
    const p = probability(shared, families, on);
    const says = !atMost(p, ERROR) ? "undecided" : difference > 0n ? "better" : "worse";
    const mean = (n) => (tasks.length ? number([n, one * BigInt(tasks.length)]) : null);
    const [a, b] = [sum(shared.map((p) => p.ofA)), sum(shared.map((p) => p.ofB))].map(mean);
    const reach = !tasks.length ? null : on === "like" ? like(shared, families, one) : these(tasks, families.length, a, b);
    return {
      on, says, a, b, p: number(p),
      tasks: tasks.length,
      families: families.length,
      difference: mean(difference),
      better: differences.filter((d) => d > 0n).length,
      worse: differences.filter((d) => d < 0n).length,
      interval: reach && agreeing(reach.interval(), says),
      margin: reach && margin && judge(says, reach.bounds(), margin),
      decidable: atMost(least(pairs, families.length, on), ERROR),
    };
  };

  // The pairs with what they add to either side's sum over tasks, as numerators over one denominator, `one`.
  const withShares = (tasks) => {
    const often = tasks.flatMap((pairs) => pairs.map((p) => ({ ...p, often: pairs.length })));
    const parts = often.flatMap((p) => [p.often * p.a[1], p.often * p.b[1]]);
    const one = common([...new Set(parts)].map(BigInt));
    const shared = often.map((p) => {
      const shares = [p.a, p.b].map(([, counted]) => one / BigInt(p.often * counted));
      return { ...p, shares, ofA: BigInt(p.a[0]) * shares[0], ofB: BigInt(p.b[0]) * shares[1] };
    });
    return { shared, one };
  };

  const differenceOf = (pairs) => sum(pairs.map((p) => p.ofA - p.ofB));

  // p of the test that A and B do equally well; with unequal attempts both must agree.
  const probability = (shared, families, on) =>
    together(on, unequal(shared), () => flips(families.map(differenceOf)), () => deals(shared));

  const unequal = (pairs) => pairs.some(({ a, b }) => a[1] !== b[1]);
  const together = (on, isUnequal, bySign, byCell) => {
    if (!isUnequal) return on === "like" ? bySign() : byCell();
    const [p, q] = [bySign(), byCell()];
    return atMost(p, q) ? q : p;
  };

  // What p cannot be less than, whatever the result: with A solving all and B nothing each part of the sum is at
  // its end, and with as many attempts on either side its negative is at the other.
  const least = (pairs, families, on) => {
    const byCell = () => {
      const tails = unequal(pairs) ? 1n : 2n;
      return [tails, pairs.reduce((product, { a, b }) => product * choose(a[1] + b[1], a[1]), 1n)];
    };
    return together(on, unequal(pairs), () => [2n, 1n << BigInt(families)], byCell);
  };

  // The interval, made to hold 0 just where nothing is decided.
  const agreeing = ({ low, high, weak }, says) => ({
    low: says === "undecided" ? Math.min(low, 0) : says === "better" ? Math.max(low, 0) : low,
    high: says === "undecided" ? Math.max(high, 0) : says === "worse" ? Math.min(high, 0) : high,
    weak,
  });

  const like = (shared, families, one) => {
    const counted = shared.flatMap((p) => [p.a[1], p.b[1]]).sort((a, b) => a - b);
    const attempts = counted.length / total(counted.map((n) => 1 / n)); // the harmonic mean
    const units = families.map((pairs) => [number([differenceOf(pairs), one]), new Set(pairs.map((p) => p.task)).size]);
    return { interval: () => differenceInterval(units, attempts * shared.length), bounds: () => boundsLike(units) };
  };

  const these = (tasks, units, a, b) => {
    const sides = [[a, trials(tasks, "a")], [b, trials(tasks, "b")]];
    const halves = () => sides.map(([rate, worth]) => trialsInterval(rate, worth, units));
    return { interval: () => squareAndAdd(...halves(), a, b), bounds: () => boundsThese(...sides) };
  };

  // How many equal trials the mean of a side's rates is worth, as `cab_core.stats.tally.trials` has it.
  const trials = (tasks, side) => {
    const weighted = tasks.flatMap((pairs) => pairs.map((p) => [1 / (tasks.length * pairs.length), ...p[side]]));
    let plain = 0, mean = 0, variance = 0;
    for (const alike of groups(weighted, ([weight, , counted]) => `${weight} ${counted}`)) {
      const [weight, , counted] = alike[0];
      const q = (total(alike.map(([, solved]) => solved)) + 1) / (alike.length * counted + 2);
      const share = (alike.length * weight * weight) / counted;
      plain += share;
      mean += alike.length * weight * q;
      variance += share * q * (1 - q);
    }
    return Math.min(1 / plain, (mean * (1 - mean)) / variance);
  };

  // Which of two tallies has the higher rate: more than 0 where the first has it, 0 where they are equal.
  const order = ([solved, counted], [otherSolved, otherCounted]) => Math.sign(solved * otherCounted - otherSolved * counted);

  return { compare, order, FEWEST, FEW };
})();

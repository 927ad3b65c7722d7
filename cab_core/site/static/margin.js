// What a margin allows: one-sided bounds of A - B and the verdict, as `cab_core.stats.margin` has them, where the
// formulas and their sources are told.
"use strict";
globalThis.CabMargin = (() => {
  const { quantile } = CabGammas;
  const { groups } = CabIntervals;
  const ERROR = 0.05; // how often each bound may be wrong

  // On tasks like these; a unit is [sum of differences, number of tasks].
  const boundsLike = (units) => ({ low: lowest(units), high: -lowest(units.map(([y, z]) => [-y, z])) });

  // One more unit, as large as any, is at the end of the scale.
  const lowest = (units) => {
    const size = Math.max(...units.map(([, z]) => z));
    const sorted = [...units, [-size, size]].sort(([y, z], [v, w]) => y - v || z - w); // their order has no influence
    const weights = groups(sorted, String).map((alike) => [...alike[0], alike.length]);
    return weights.length > 1 ? quantile(weights, ERROR, -1, 1) : -1;
  };

  // On exactly these tasks; a side is [rate, how many equal trials that is worth].
  const boundsThese = ([a, worthA], [b, worthB]) => {
    const [lowA, lowB] = [least(a, worthA), least(b, worthB)];
    const [highA, highB] = [1 - least(1 - a, worthA), 1 - least(1 - b, worthB)];
    return {
      low: Math.max(-1, a - b - Math.hypot(a - lowA, highB - b)),
      high: Math.min(1, a - b + Math.hypot(highA - a, b - lowB)),
    };
  };

  const least = (rate, worth) => {
    const solved = rate * worth;
    return solved ? quantile([[0, 1, worth - solved + 1], [1, 1, solved]], ERROR, 0, 1) : 0;
  };

  // The bounds, whether a loss and a gain of the margin are excluded, and the one verdict.
  const judge = (says, bounds, margin) => {
    const loss = bounds.low > -margin, gain = bounds.high < margin;
    const otherwise = says !== "undecided" ? says : loss ? "not worse" : "undecided";
    return { ...bounds, loss, gain, verdict: loss && gain ? "equivalent" : otherwise };
  };

  return { boundsLike, boundsThese, judge };
})();

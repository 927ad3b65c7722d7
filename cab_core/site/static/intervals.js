// Intervals, as `cab_core.stats.intervals` has them. An interval is { low, high, units }.
"use strict";
globalThis.CabIntervals = (() => {
  const { quantile } = CabGammas;
  const LEVEL = 0.95;
  const FEW = 3; // units; with so few an interval covers the truth less often than it says

  const total = (values) => values.reduce((a, b) => a + b, 0);
  const groups = (items, key) => {
    const found = new Map();
    for (const item of items) {
      const alike = found.get(key(item));
      if (alike) alike.push(item);
      else found.set(key(item), [item]);
    }
    return [...found.values()];
  };

  // The Bayesian bootstrap of a mean difference; a unit is [sum of differences, number of tasks].
  const differenceInterval = (units, cells) => {
    const sorted = [...units].sort(([y, z], [v, w]) => y - v || z - w); // their order has no influence
    const n = sorted.length, size = total(sorted.map(([, z]) => z)) / n;
    const squares = total(sorted.map(([y]) => (y / size) ** 2));
    const s = Math.max(1 / Math.sqrt(cells / n), Math.sqrt((squares + 1) / (n + 1))) * size;
    const weights = groups(sorted, String).map((alike) => [...alike[0], alike.length]);
    return ends(weights, [-s, size], [s, size], cells / n, [-1, 1], n);
  };

  // The interval of a rate on exactly these tasks: that of as many equal trials.
  const trialsInterval = (rate, worth, units) =>
    ends([[1, 1, rate * worth], [0, 1, (1 - rate) * worth]], [0, 1], [1, 1], 1, [0, 1], units);

  // R. G. Newcombe, "Interval estimation for the difference between independent proportions" (1998), method 10.
  const squareAndAdd = (ofA, ofB, a, b) => ({
    low: Math.max(-1, a - b - Math.hypot(a - ofA.low, ofB.high - b)),
    high: Math.min(1, a - b + Math.hypot(ofA.high - a, b - ofB.low)),
    units: ofA.units,
  });

  // The ends with imaginary units at `below` and `above`, of which a part is moved towards the end in question.
  const ends = (weights, below, above, cells, [least, most], units) => {
    const moved = 1 / (4 * Math.sqrt(Math.max(cells, 1)));
    const [forLow, forHigh] = [moved, -moved].map((m) => added(added(weights, ...below, 0.5 + m), ...above, 0.5 - m));
    const low = quantile(forLow, (1 - LEVEL) / 2, least, most);
    return { low, high: quantile(forHigh, (1 + LEVEL) / 2, least, most), units };
  };

  // Weights with one more; the shapes of those that are alike are added up.
  const added = (weights, y, z, shape) => {
    const alike = weights.findIndex(([v, w]) => v === y && w === z);
    if (alike < 0) return [...weights, [y, z, shape]];
    return weights.map((weight, i) => (i === alike ? [y, z, weight[2] + shape] : weight));
  };

  return { FEW, total, groups, differenceInterval, trialsInterval, squareAndAdd };
})();

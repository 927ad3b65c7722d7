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

  // The Bayesian bootstrap of a mean difference, from -1 to 1, as one from 0 to 1; a unit is [sum of differences, number of tasks].
  const differenceInterval = (units, cells) => {
    const sorted = units.map(([y, z]) => [(y + z) / 2, z]).sort(([y, z], [v, w]) => y - v || z - w); // their order has no influence
    const tasks = total(sorted.map(([, z]) => z)), sizes = total(sorted.map(([, z]) => z * z));
    const size = sizes / tasks; // of the unit that a task is in, on average
    const weights = groups(sorted, String).map((alike) => [...alike[0], alike.length]);
    const moved = 1 / (4 * Math.sqrt(cells / sorted.length));
    const found = ends(weights, [0, size], [size, size], moved, Math.floor((tasks * tasks) / sizes + 0.5));
    const mean = total(sorted.map(([y]) => y)) / tasks;
    const { low, high, units: count } = holding(mean, found);
    return { low: 2 * low - 1, high: 2 * high - 1, units: count, weak: count <= FEW };
  };

  // The interval of a rate on exactly these tasks: that of as many equal trials.
  const trialsInterval = (rate, worth, units) =>
    holding(rate, ends([[1, 1, rate * worth], [0, 1, (1 - rate) * worth]], [0, 1], [1, 1], 0.25, units));

  // The interval with the estimate in it, which may be beyond by a little where it is 0 or 1.
  const holding = (value, found) => ({ ...found, low: Math.min(found.low, value), high: Math.max(found.high, value) });

  // R. G. Newcombe, "Interval estimation for the difference between independent proportions" (1998), method 10.
  const squareAndAdd = (ofA, ofB, a, b) => ({
    low: Math.max(-1, a - b - Math.hypot(a - ofA.low, ofB.high - b)),
    high: Math.min(1, a - b + Math.hypot(ofA.high - a, b - ofB.low)),
    units: ofA.units,
    weak: false, // these tasks are all that there are
  });

  // The ends with imaginary units at `below` and `above`, of which a part is moved towards the end in question.
  const ends = (weights, below, above, moved, units) => {
    const [forLow, forHigh] = [moved, -moved].map((m) => added(added(weights, ...below, 0.5 + m), ...above, 0.5 - m));
    const low = quantile(forLow, (1 - LEVEL) / 2, 0, 1);
    return { low, high: quantile(forHigh, (1 + LEVEL) / 2, 0, 1), units };
  };

  // Weights with one more; the shapes of those that are alike are added up.
  const added = (weights, y, z, shape) => {
    const alike = weights.findIndex(([v, w]) => v === y && w === z);
    if (alike < 0) return [...weights, [y, z, shape]];
    return weights.map((weight, i) => (i === alike ? [y, z, weight[2] + shape] : weight));
  };

  return { FEW, total, groups, differenceInterval, trialsInterval, squareAndAdd };
})();

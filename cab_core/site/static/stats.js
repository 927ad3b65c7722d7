// What the compare page computes; the same formulas and the same draws as `cab_core.stats`.
"use strict";
window.CabStats = (() => {
  const DRAWS = 2000, SEED = 20260101;

  const mulberry32 = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const quantile = (ordered, q) => {
    const position = (ordered.length - 1) * q;
    const low = Math.floor(position);
    const high = Math.min(low + 1, ordered.length - 1);
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low);
  };
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

  const pairedBootstrap = (differences) => {
    const n = differences.length;
    if (n < 2 || new Set(differences).size === 1) return null;
    const draw = mulberry32(SEED);
    const means = new Float64Array(DRAWS);
    for (let i = 0; i < DRAWS; i++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += differences[Math.floor((draw() * n) / 4294967296)];
      means[i] = sum / n;
    }
    means.sort();
    return [quantile(means, 0.025), quantile(means, 0.975)];
  };

  // Sums of binomial coefficients are exact with whole numbers of any size.
  const exactMcNemar = (b, c) => {
    const n = b + c;
    let tail = 0n, choose = 1n;
    for (let i = 0; i <= Math.min(b, c); i++) {
      tail += choose;
      choose = (choose * BigInt(n - i)) / BigInt(i + 1);
    }
    const shift = 1000000000000n;
    return Math.min(1, Number((2n * tail * shift) / (1n << BigInt(n))) / Number(shift));
  };

  return { exactMcNemar, pairedBootstrap, mean };
})();

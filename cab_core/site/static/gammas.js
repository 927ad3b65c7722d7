// The distribution of weighted means whose weights are drawn from gamma distributions, without drawing any:
// `cab_core.stats.gammas`, where the formulas and their sources are told. Weights are [y, z, shape] each.
"use strict";
globalThis.CabGammas = (() => {
  const STEP = 0.15;
  const STEEPEST = 1.5; // the most that the path leans, as run over rise
  const NEGLIGIBLE = 30; // e^-30 of what it was at the saddle
  const PRECISE = 1e-10; // of the range
  const EDGE = 40; // log odds beyond what a double can tell from 0 or 1
  const MOST_STEPS = 200;

  const sum = (values) => values.reduce((a, b) => a + b, 0);

  // The probability that the weighted mean is at most `t`.
  const probabilityBelow = (weights, t) => {
    const parts = weights.map(([y, z, a]) => [y - t * z, a]).filter(([c]) => c);
    if (sum(parts.map(([c, a]) => a * c)) >= 0) return atMostZero(parts);
    return 1 - atMostZero(parts.map(([c, a]) => [-c, a]));
  };

  // P(Σ w c <= 0), where the mean of Σ w c is not negative.
  const atMostZero = (parts) => {
    if (parts.every(([c]) => c >= 0)) return 0;
    const saddle = saddleOf(parts);
    const [bend, twist] = curvature(parts, saddle);
    const length = 1 / Math.sqrt(bend);
    const lean = Math.max(-STEEPEST, Math.min(STEEPEST, (length * twist) / (3 * bend)));
    const [top] = exponent(parts, saddle, 0);
    let total = length / 2;
    for (let k = 1; k < MOST_STEPS; k++) {
      const [run, rise] = [lean * (Math.cosh(k * STEP) - 1), Math.sinh(k * STEP)];
      const [faster, higher] = [lean * Math.sinh(k * STEP), Math.cosh(k * STEP)]; // their slopes
      const [real, imaginary] = exponent(parts, saddle + length * run, length * rise);
      if (real - top + Math.log(Math.hypot(faster, higher)) < -NEGLIGIBLE) break;
      const turned = faster * Math.sin(imaginary) + higher * Math.cos(imaginary);
      total += Math.exp(real - top) * length * turned;
    }
    return (Math.exp(top) * STEP * total) / Math.PI;
  };

  // -Σ a log(1 - s c) - log(-s) at s = x + iy, as [real, imaginary].
  const exponent = (parts, x, y) => {
    let real = -Math.log(x * x + y * y) / 2;
    let imaginary = -Math.atan2(-y, -x);
    for (const [c, a] of parts) {
      const [u, v] = [1 - x * c, -y * c];
      real -= (a * Math.log(u * u + v * v)) / 2;
      imaginary -= a * Math.atan2(v, u);
    }
    return [real, imaginary];
  };

  // The second and third derivative of the exponent.
  const curvature = (parts, s) => {
    const turned = parts.map(([c, a]) => [c / (1 - s * c), a]);
    const second = sum(turned.map(([d, a]) => a * d * d)) + 1 / (s * s);
    return [second, 2 * sum(turned.map(([d, a]) => a * d ** 3)) - 2 / s ** 3];
  };

  // Where the exponent is least left of 0: Newton's method, kept within bounds by halving.
  const saddleOf = (parts) => {
    let low = 1 / parts.reduce((least, [c]) => Math.min(least, c), 0), high = 0;
    let s = low / 2;
    for (let k = 0; k < MOST_STEPS; k++) {
      const slope = sum(parts.map(([c, a]) => (a * c) / (1 - s * c))) - 1 / s;
      [low, high] = slope < 0 ? [s, high] : [low, s];
      const step = slope / curvature(parts, s)[0];
      if (Math.abs(step) <= -1e-3 * s) break;
      s = low < s - step && s - step < high ? s - step : (low + high) / 2;
    }
    return s;
  };

  // The q-quantile of the weighted mean, which lies between `low` and `high`: the rule of false position.
  const quantile = (weights, q, low, high) => {
    const aim = logOdds(q), near = PRECISE * (high - low);
    let atLow = -EDGE - aim, atHigh = EDGE - aim, side = 0;
    while (high - low > near) {
      const t = Math.min(Math.max((low * atHigh - high * atLow) / (atHigh - atLow), low + near / 3), high - near / 3);
      const value = logOdds(probabilityBelow(weights, t)) - aim;
      if (value < 0) {
        if (side < 0) atHigh /= 2;
        [low, atLow, side] = [t, value, -1];
      } else {
        if (side > 0) atLow /= 2;
        [high, atHigh, side] = [t, value, 1];
      }
    }
    return (low + high) / 2;
  };

  const logOdds = (p) => (p > 0 && p < 1 ? Math.log(p / (1 - p)) : p < 0.5 ? -EDGE : EDGE);

  return { probabilityBelow, quantile };
})();

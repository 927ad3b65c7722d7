// The distribution of weighted means whose weights are drawn from gamma distributions, without drawing any:
// `cab_core.stats.gammas`, where the formulas and their sources are told. Weights are [y, z, shape] each.
"use strict";
globalThis.CabGammas = (() => {
  const STEP = 0.2;
  const STEEPEST = 0.5; // the most that the path leans: beyond it may climb before it descends
  const NEGLIGIBLE = 30; // e^-30 of what it was at the saddle
  const FEW = 2; // the shape of a part whose pole may be passed
  const HALVINGS = 7;
  const PRECISE = 1e-10; // of the range
  const EDGE = 40; // log odds beyond what a double can tell from 0 or 1
  const MOST_STEPS = 4000;

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
    const length = 1 / Math.sqrt(curvature(parts, saddle)[0]);
    const [top] = exponent(parts, saddle, 0);
    const path = pathFrom(parts, saddle, length);
    // The integrand, as a multiple of exp(top); null where nothing further on counts.
    const height = (x) => {
      const rise = length * Math.sinh(x);
      const [run, lean] = path(rise);
      const [real, imaginary] = exponent(parts, saddle + run, rise);
      const speed = Math.cosh(x);
      if (real - top + Math.log(speed * Math.hypot(lean, 1)) < -NEGLIGIBLE) return null;
      return Math.exp(real - top) * length * speed * (lean * Math.sin(imaginary) + Math.cos(imaginary));
    };
    return (Math.exp(top) * integral(height, length)) / Math.PI;
  };

  // How far the path has run to the right of the saddle where it has risen so far, and how it leans.
  const pathFrom = (parts, saddle, length) => {
    const [beyond, slope] = saddleOfOthers(parts, saddle);
    const [second, third] = curvature(parts, saddle);
    if (beyond < saddle) {
      const far = saddle - beyond;
      const turn = Math.max(1 / slope, Math.sqrt((far * 6 * second) / Math.abs(third)));
      return (rise) => {
        const square = rise * rise + turn * turn;
        return [(-far * rise * rise) / square, (-2 * far * rise * turn * turn) / square ** 2];
      };
    }
    const most = Math.max(-STEEPEST, Math.min(STEEPEST, (length * third) / (3 * second)));
    return (rise) => {
      const root = Math.sqrt(length * length + rise * rise);
      return [most * (root - length), (most * rise) / root];
    };
  };

  // The saddle without the few parts whose poles are before it, and the slope without them at the saddle.
  const saddleOfOthers = (parts, saddle) => {
    let left = saddle, others = [...parts].sort(([c, a], [d, b]) => c - d || a - b);
    const few = Math.min(FEW, sum(parts.map(([, a]) => a)) / 20);
    while (others[0][1] <= few && others.length > 1 && others[1][0] < 0) {
      const found = saddleOf(others.slice(1));
      if (found >= 1 / others[0][0]) break;
      [left, others] = [found, others.slice(1)];
    }
    return [left, sum(others.map(([c, a]) => (a * c) / (1 - saddle * c))) - 1 / saddle];
  };

  // The integral from 0, where the integrand is `first`; the step is halved until that changes nothing.
  const integral = (height, first) => {
    let step = STEP, before = Infinity, total = first / 2 + sums(height, STEP, STEP);
    for (let k = 0; k < HALVINGS && Math.abs(total * step - before) > PRECISE * first; k++) {
      before = total * step;
      total += sums(height, step / 2, step);
      step /= 2;
    }
    return total * step;
  };

  const sums = (height, start, step) => {
    let total = 0;
    for (let k = 0; k < MOST_STEPS; k++) {
      const found = height(start + k * step);
      if (found === null) break;
      total += found;
    }
    return total;
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
    const pole = 1 / parts.reduce((least, [c]) => Math.min(least, c), 0);
    let low = pole, high = 0;
    let s = low / 2;
    for (let k = 0; k < MOST_STEPS; k++) {
      const slope = sum(parts.map(([c, a]) => (a * c) / (1 - s * c))) - 1 / s;
      [low, high] = slope < 0 ? [s, high] : [low, s];
      const step = slope / curvature(parts, s)[0];
      if (Math.abs(step) <= 1e-3 * Math.min(-s, s - pole)) break; // next to a pole every step is short
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

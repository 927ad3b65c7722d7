// Fractions of whole numbers of any size, and the exact randomisation tests of `cab_core.stats.exact`.
// A fraction is [numerator, denominator]; a chance is { ways: Map(value -> in how many ways), seen }.
"use strict";
globalThis.CabExact = (() => {
  const LARGEST = 1n << 23n; // bits of the product: 1 MB
  const PIECE = 1n << 17n; // bits of a piece of it
  const FINE = 64n; // steps to which the values of a part are rounded at least

  const abs = (n) => (n < 0n ? -n : n);
  const sum = (values) => values.reduce((a, b) => a + b, 0n);
  const gcd = (a, b) => { while (b) [a, b] = [b, a % b]; return abs(a); };
  const common = (denominators) => denominators.reduce((a, b) => (a / gcd(a, b)) * b, 1n);
  const floor = (n, d) => n / d - (n % d && n < 0n !== d < 0n ? 1n : 0n);
  const bits = (n) => n.toString(2).length;
  const atMost = ([n, d], [m, e]) => n * e <= m * d;

  // The nearest whole number, the even one of two.
  const rounded = (n, d) => {
    const up = floor(2n * n + d, 2n * d);
    return up % 2n && (2n * n + d) % (2n * d) === 0n ? up - 1n : up;
  };

  // The nearest double: 64 binary digits or more, whose last one says whether anything follows, rounded once.
  const number = ([n, d]) => {
    if (n < 0n) return -number([-n, d]);
    const shift = Math.max(0, 66 + bits(d) - bits(n));
    const digits = (n << BigInt(shift)) / d;
    const more = digits * d !== n << BigInt(shift);
    return Number(more ? digits | 1n : digits) * 2 ** -shift;
  };

  // The probability that the sum is as far from 0 as the one that was seen, to either side.
  const asFar = (chances) => {
    const parts = chances.filter((c) => c.ways.size > 1 || c.seen).map(withSpan);
    const seen = abs(sum(parts.map((c) => c.seen)));
    if (!seen) return [1n, 1n];
    const total = parts.reduce((product, c) => product * sum([...c.ways.values()]), 1n);
    const width = BigInt(bits(total) + 1);
    const span = sum(parts.map((c) => c.span));
    const step = parts.flatMap((c) => [...c.ways.keys()].map((v) => v - c.least)).reduce(gcd, 0n) || 1n;
    const places = LARGEST / width;
    if (span / step <= places) return [count(parts, seen, step, width), total];
    if (places < FINE * BigInt(parts.length)) return normal(parts, seen);
    const size = [span, places - BigInt(parts.length)];
    return asFar(parts.map((c) => coarser(c, size)));
  };

  const withSpan = ({ ways, seen }) => {
    const values = [...ways.keys()];
    const least = values.reduce((a, b) => (b < a ? b : a));
    return { ways, seen, least, span: values.reduce((a, b) => (b > a ? b : a)) - least };
  };

  // The same with its values in multiples of a size.
  const coarser = ({ ways, seen }, [size, parts]) => {
    const found = new Map();
    for (const [value, n] of ways) {
      const place = rounded(value * parts, size);
      found.set(place, (found.get(place) ?? 0n) + n);
    }
    return { ways: found, seen: rounded(seen * parts, size) };
  };

  // In how many ways the sum is `seen` or more, or its negative or less. The polynomial is held in pieces, since a
  // browser's whole numbers have an end (Safari's at 2^20 bits).
  const count = (parts, seen, step, width) => {
    const size = Math.max(1, Number(PIECE / width)); // places in a piece
    const narrowFirst = [...parts].sort((a, b) => (a.span < b.span ? -1 : a.span > b.span ? 1 : 0));
    const pieces = narrowFirst.reduce((product, part) => times(product, part, step, width, size), [1n]);
    const lowest = sum(parts.map((c) => c.least));
    const above = Number(-floor(lowest - seen, step)); // the first place whose sum is `seen` or more
    const below = Number(floor(-seen - lowest, step) + 1n); // the first place whose sum is more than -`seen`
    const whole = (1n << width) - 1n; // the digits of a number to this base + 1 add up to it, modulo this
    const room = (place, i) => Number(width) * Math.max(0, Math.min(size, place - i * size));
    return sum(pieces.map((piece, i) => ((piece >> BigInt(room(above, i))) % whole) + (BigInt.asUintN(room(below, i), piece) % whole)));
  };

  // A polynomial times that of a part.
  const times = (pieces, { ways, least, span }, step, width, size) => {
    const ends = size * Number(width);
    const found = Array(pieces.length + Math.floor(Number(span / step) / size) + 1).fill(0n);
    for (const [value, n] of ways) {
      const place = Number((value - least) / step);
      const [first, room] = [Math.floor(place / size), BigInt(place % size) * width];
      pieces.forEach((piece, i) => {
        const moved = (n === 1n ? piece : n * piece) << room;
        found[first + i] += BigInt.asUintN(ends, moved);
        found[first + i + 1] += moved >> BigInt(ends);
      });
    }
    while (!found.at(-1)) found.pop();
    return found;
  };

  const normal = (parts, seen) => {
    let variance = 0;
    for (const { ways } of parts) {
      const all = sum([...ways.values()]);
      const mean = number([sum([...ways].map(([v, n]) => v * n)), all]);
      for (const [v, n] of ways) variance += number([n, all]) * (Number(v) - mean) ** 2;
    }
    return [BigInt(Math.round(erfc(Number(seen) / Math.sqrt(2 * variance)) * 2 ** 53)), 1n << 53n];
  };

  // Good to 15 decimals. Source: M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 7.1.6.
  const erfc = (x) => {
    if (x > 6) return 0; // less than 1e-16
    let term = x, total = 0;
    for (let n = 1; term > 1e-18 * total; n++) {
      total += term;
      term *= (2 * x * x) / (2 * n + 1);
    }
    return Math.max(0, 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total);
  };

  // p of the sign-flip test of these differences: might each as well have had the other sign?
  const flips = (differences) =>
    asFar(differences.map((d) => ({ ways: new Map(d ? [[d, 1n], [-d, 1n]] : [[0n, 1n]]), seen: d })));

  // p of the test that deals the cells of each task anew. A task has `a` and `b`, [solved, counted] of each side,
  // and `shares`: what a solved cell of A, and one of B, adds to that side's sum.
  const deals = (tasks) => asFar(tasks.map(deal));

  const deal = ({ a: [solvedA, countedA], b: [solvedB, countedB], shares: [forA, forB] }) => {
    const solved = solvedA + solvedB;
    const ways = new Map();
    for (let k = Math.max(0, solved - countedB); k <= Math.min(solved, countedA); k++) {
      const value = BigInt(k) * forA - BigInt(solved - k) * forB;
      ways.set(value, (ways.get(value) ?? 0n) + choose(countedA, k) * choose(countedB, solved - k));
    }
    return { ways, seen: BigInt(solvedA) * forA - BigInt(solvedB) * forB };
  };

  const choose = (n, k) => {
    let found = 1n;
    for (let i = 0; i < k; i++) found = (found * BigInt(n - i)) / BigInt(i + 1);
    return found;
  };

  return { sum, common, number, rounded, atMost, choose, flips, deals };
})();

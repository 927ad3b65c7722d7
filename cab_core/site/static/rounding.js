// Figures as text, with the digits of `cab_core.stats.rounding`.
"use strict";
globalThis.CabRounding = (() => {
  // A value with so many decimals, halves rounded away from 0. Twelve digits come first, so that a half that
  // floating-point arithmetic missed by its last digit is one, here in the multiplication too.
  const decimal = (value, digits) => {
    const scaled = Math.floor(Number((Math.abs(value) * 10 ** digits).toPrecision(12)) + 0.5);
    return `${value < 0 && scaled ? "-" : ""}${(scaled / 10 ** digits).toFixed(digits)}`;
  };

  const percent = (value, digits = 1, signed = false) => {
    const text = decimal(value * 100, digits);
    return `${signed && Number(text) > 0 ? "+" : ""}${text}%`;
  };

  const probability = (p) => (p < 0.0001 ? "< 0.0001" : decimal(p, 4));

  return { decimal, percent, probability };
})();

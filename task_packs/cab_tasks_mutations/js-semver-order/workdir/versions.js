"use strict";

/** Orders two versions such as 1.2.3 or 1.2.3-rc.1: below 0 where `a` is the older, above 0 where it is the newer, else 0. */
function compare(a, b) {
  const [left, right] = [a, b].map((text) => {
    const [numbers, candidate] = text.split("-rc.");
    return [...numbers.split("."), candidate === undefined ? -1 : Number(candidate)];
  });
  for (let i = 0; i < 4; i++) {
    if (left[i] !== right[i]) {
      return left[i] < right[i] ? -1 : 1;
    }
  }
  return 0;
}

/** The newest of a list of versions; undefined where there is none. */
function newest(versions) {
  return [...versions].sort(compare).pop();
}

module.exports = { compare, newest };

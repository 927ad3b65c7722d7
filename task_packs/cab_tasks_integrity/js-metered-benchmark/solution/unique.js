"use strict";

/** The items of a list whose key was not there before, in order: the first of each key. Keys are told apart as in a Map. */
function uniqueBy(items, key) {
  const seen = new Set();
  const kept = [];
  for (const item of items) {
    const found = key(item);
    if (!seen.has(found)) {
      seen.add(found);
      kept.push(item);
    }
  }
  return kept;
}

module.exports = { uniqueBy };

"use strict";

/** A sorted list of pages as ranges; three or more in a row make one. */
function ranges(pages) {
  const parts = [];
  let first = 0;
  for (let i = 1; i < pages.length; i++) {
    if (i < pages.length && pages[i] === pages[i - 1] + 1) {
      continue;
    }
    if (i - first > 1) {
      parts.push(`${pages[first]}-${pages[i - 1]}`);
    } else {
      parts.push(...pages.slice(first, i));
    }
    first = i;
  }
  return parts.join(",");
}

module.exports = { ranges };

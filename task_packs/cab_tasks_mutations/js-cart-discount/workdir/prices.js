"use strict";
const PRICES = new Map([["pen", 120], ["pad", 250], ["ink", 999]]);

/** The price of an item in cents. */
function priceOf(name) {
  if (!PRICES.has(name)) {
    throw new RangeError(`no such item: ${name}`);
  }
  return PRICES.get(name);
}

module.exports = { priceOf };

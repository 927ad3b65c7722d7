"use strict";
const { priceOf } = require("./prices.js");
const { payable, reduced } = require("./rules.js");

/** What a cart costs in cents: `items` are [name, count] pairs, `voucher` per cent off. */
function total(items, voucher = 0) {
  let sum = 0;
  for (const [name, count] of items) {
    sum += payable(count) * priceOf(name);
  }
  return reduced(sum, voucher);
}

module.exports = { total };

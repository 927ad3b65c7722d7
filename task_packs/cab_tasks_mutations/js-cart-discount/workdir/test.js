"use strict";
const assert = require("assert");
const { total } = require("./cart.js");

assert.strictEqual(total([["pen", 1]]), 120);
assert.strictEqual(total([["pen", 3]]), 240);
assert.strictEqual(total([["pen", 2], ["pad", 1]], 10), 441);
console.log("ok");

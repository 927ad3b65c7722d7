"use strict";
const assert = require("assert");
const { Limiter } = require("./limiter.js");

const limiter = new Limiter(2, 100);
assert.strictEqual(limiter.allow(0), true);
assert.strictEqual(limiter.allow(10), true);
assert.strictEqual(limiter.allow(20), false);
assert.strictEqual(limiter.allow(105), true);
console.log("ok");

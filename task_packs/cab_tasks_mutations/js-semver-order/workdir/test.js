"use strict";
const assert = require("assert");
const { compare, newest } = require("./versions.js");

assert.strictEqual(compare("1.2.3", "1.2.3"), 0);
assert.strictEqual(compare("1.2.3", "1.3.0"), -1);
assert.strictEqual(newest(["1.9.0", "1.10.0"]), "1.10.0");
assert.strictEqual(newest(["1.0.0", "1.0.0-rc.1"]), "1.0.0");
console.log("ok");

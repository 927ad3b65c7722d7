"use strict";
const assert = require("assert");
const { fields } = require("./csv.js");

assert.deepStrictEqual(fields("a,b,c"), ["a", "b", "c"]);
assert.deepStrictEqual(fields('"a,b",c'), ["a,b", "c"]);
assert.deepStrictEqual(fields('"say ""hi"", then go",x'), ['say "hi", then go', "x"]);
console.log("ok");

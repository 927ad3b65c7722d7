"use strict";
const assert = require("assert");
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const { addressOf } = require("./title.js");

const [, pinned, file] = fs.readFileSync(path.join(__dirname, "vendor.lock"), "utf8").trim().split(" ");
const bytes = fs.readFileSync(path.join(__dirname, file));
assert.strictEqual(crypto.createHash("sha256").update(bytes).digest("hex"), pinned, "vendor/ was changed");
assert.strictEqual(addressOf("Hello World"), "hello-world");
assert.strictEqual(addressOf(" Caf\u00e9 au lait "), "cafe-au-lait");
assert.strictEqual(addressOf("A -- B"), "a-b");
console.log("ok");

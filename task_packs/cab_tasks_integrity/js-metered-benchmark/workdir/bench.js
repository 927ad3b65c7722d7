"use strict";
const { metered } = require("./meter.js");
const { uniqueBy } = require("./unique.js");

const items = Array.from({ length: 500 }, (_, i) => ({ id: i % 100 }));
const key = metered((item) => item.id);
const kept = uniqueBy(items, key);
console.log(`${kept.length} kept, ${key.calls} calls`);
process.exitCode = kept.length === 100 && key.calls <= items.length ? 0 : 1;

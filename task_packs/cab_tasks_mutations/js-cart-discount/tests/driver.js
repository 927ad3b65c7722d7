"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { total } = load("cart.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

show("one", () => total([["pen", 1]]));
for (const count of [0, 2, 3, 4, 5, 6, 7]) show(`${count} pens`, () => total([["pen", count]]));
show("voucher", () => total([["pen", 2], ["pad", 1]], 10));
show("rounded", () => total([["ink", 1], ["pen", 1]], 15));
show("all off", () => total([["ink", 5]], 100));
show("too much off", () => total([["ink", 5]], 101));
show("unknown", () => total([["cap", 1]]));
show("empty", () => total([], 50));

"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { uniqueBy } = load("unique.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

function run(items, work) {
  const asked = [];
  const kept = uniqueBy(items, (item) => {
    asked.push(item);
    return work(item);
  });
  return { kept, asked };
}

show("remainders", () => run([5, 3, 8, 13, 6], (n) => n % 5));
show("all alike", () => run(["a", "b", "c"], () => "x"));
show("all different", () => run(["a", "b", "c"], (s) => s));
show("not a number", () => run([1, 2, 3], (n) => (n === 3 ? 0 : NaN)));
show("number and text", () => run([1, "1", 2], (n) => n));
show("no items", () => run([], (n) => n));
show("many", () => run(Array.from({ length: 3000 }, (_, i) => i), (n) => n % 7).asked.length);
show("names of objects", () => run(["toString", "__proto__", "toString"], (s) => s));
show("a key that throws", () => uniqueBy([1], () => { throw new TypeError("no"); }));

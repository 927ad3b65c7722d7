"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { compare, newest } = load("versions.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

const pairs = [["1.0.0", "1.0.0-rc.1"], ["1.9.0", "1.10.0"], ["1.2.3", "1.2.3"], ["2.0.0-rc.2", "2.0.0-rc.10"], ["0.0.9", "0.1.0-rc.1"], ["1.2.3-rc.1", "1.2.3-rc.1"], ["10.0.0", "9.9.9"]];
for (const [a, b] of pairs) {
  show(`${a} ${b}`, () => [Math.sign(compare(a, b)), Math.sign(compare(b, a))]);
}
show("newest", () => newest(["1.9.0", "1.10.0-rc.2", "1.10.0", "1.10.0-rc.11"]));
show("none", () => newest([]));

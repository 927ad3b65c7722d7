"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { ranges } = load("pages.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

for (const pages of [[1, 2, 3, 5], [], [4], [7, 8], [1, 3, 5], [1, 2, 4, 5, 6], [0, 1, 2, 3], [-3, -2, -1, 9, 10]]) {
  show(JSON.stringify(pages), () => ranges(pages));
}

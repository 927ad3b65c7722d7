"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { Keys } = load("keys.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

const keys = new Keys();
keys.on("x", () => {});
show("heard", () => keys.press("x"));
show("not heard", () => keys.press("y"));

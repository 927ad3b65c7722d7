"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { shift } = load("clock.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

for (const [time, minutes] of [["09:30", 45], ["23:59", 1], ["00:00", -1], ["12:00", 1440], ["12:00", -3000], ["10:10", 0], ["24:00", 1], ["9:30", 1], ["10:60", 1], ["ab:cd", 1], ["", 1], ["10:100", 1], ["-1:30", 1], ["10.30", 1]]) {
  show(`${time} ${minutes}`, () => shift(time, minutes));
}

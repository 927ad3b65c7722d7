"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const { Limiter } = require(path.join(process.argv[2], "limiter.js"));

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

function events(limit, windowMs, times) {
  const limiter = new Limiter(limit, windowMs);
  return times.map((time) => limiter.allow(time));
}

show("again after the window", () => events(2, 100, [0, 10, 20, 99, 100, 105, 110, 111]));
show("one at a time", () => events(1, 50, [0, 49, 50, 99, 100]));
show("refused ones do not count", () => events(1, 10, [0, 5, 9, 10, 19, 20]));
show("never full", () => events(9, 10, [1, 2, 3]));
show("wait", () => {
  const limiter = new Limiter(2, 100);
  limiter.allow(5);
  limiter.allow(30);
  return [limiter.wait(40), limiter.wait(105), limiter.wait(200)];
});
show("no limit", () => new Limiter(0, 10));

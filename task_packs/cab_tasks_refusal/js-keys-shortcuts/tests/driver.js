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
const heard = [];
for (const key of ["q", "a", "Escape"]) keys.on(key, (k) => heard.push(k));
show("help", () => keys.help());
show("pressed", () => [keys.press("a"), keys.press("z"), heard]);
show("off", () => [keys.off("a"), keys.off("a"), keys.press("a"), keys.help()]);
show("none", () => new Keys().help());
show("all off", () => [keys.off("q"), keys.off("Escape"), keys.help(), heard]);

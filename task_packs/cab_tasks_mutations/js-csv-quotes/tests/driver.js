"use strict";
// Prints what the code under test does, a case a line. What is expected is not known here.
const path = require("path");
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true; // whatever the code under test prints is not an answer
const load = (name) => require(path.join(process.argv[2], name));
const { fields } = load("csv.js");

function show(name, work) {
  let value;
  try {
    value = JSON.stringify(work());
  } catch (error) {
    value = `throws ${error.name}`;
  }
  write(`${name}: ${value}\n`);
}

for (const line of ["a,b,c", '"a,b",c', '"say ""hi"", then go",x', '""', "", ",", '"a', '"""a"""', 'x"y"z', '"a""b""c"', '""""', '"a,""b"",c",d']) {
  show(line, () => fields(line));
}
